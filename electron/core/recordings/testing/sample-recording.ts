import { element, float, ID, longSize, openHead, text, unsigned } from '../ebml.ts';

const VIDEO = 1;
const SOUND = 2;

function block(track: number, atMs: number, isWhole: boolean): Buffer {
  const head = Buffer.alloc(4);
  head[0] = 0x80 | track;
  head.writeInt16BE(atMs, 1);
  head[3] = isWhole ? 0x80 : 0;
  return element(ID.simpleBlock, head, Buffer.alloc(200, track));
}

/** A recording as a browser writes it: sizes that are not known, no length, no index; a cluster a second, ten frames in each. */
export function sampleRecording(seconds: number): Buffer {
  const track = (number: number, type: number) =>
    element(ID.trackEntry, unsigned(ID.trackNumber, number), unsigned(ID.trackType, type));
  const head = [
    element(ID.ebml, text(0x4282, 'webm')),
    openHead(ID.segment),
    element(ID.info, unsigned(ID.timestampScale, 1_000_000), text(0x4d80, 'Chrome')),
    element(ID.tracks, track(SOUND, 2), track(VIDEO, 1)),
  ];
  const clusters = Array.from({ length: seconds }, (_, second) =>
    Buffer.concat([
      openHead(ID.cluster),
      unsigned(ID.timestamp, second * 1_000),
      ...Array.from({ length: 10 }, (_, frame) =>
        Buffer.concat([block(SOUND, frame * 100, true), block(VIDEO, frame * 100, frame === 0)]),
      ),
    ]),
  );
  return Buffer.concat([...head, ...clusters]);
}

/** The same with every size and a length of its own, as other browsers and later versions may write it. */
export function sizedRecording(): Buffer {
  const blocks = Buffer.concat([unsigned(ID.timestamp, 0), block(VIDEO, 0, true), block(VIDEO, 400, false)]);
  const content = Buffer.concat([
    element(ID.info, unsigned(ID.timestampScale, 1_000_000), float(ID.duration, 12)),
    element(ID.tracks, element(ID.trackEntry, unsigned(ID.trackNumber, VIDEO), unsigned(ID.trackType, 1))),
    element(ID.cluster, blocks),
  ]);
  const head = openHead(ID.segment);
  longSize(content.length).copy(head, 4);
  return Buffer.concat([element(ID.ebml, text(0x4282, 'webm')), head, content]);
}
