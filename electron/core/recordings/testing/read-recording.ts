import { childrenOf, ID, numberIn, readHead } from '../ebml.ts';

const inside = (bytes: Buffer, id: number): Buffer =>
  childrenOf(bytes).find((each) => each.id === id)?.content ?? Buffer.alloc(0);

/** What a finished recording says of itself, read as a player reads it. Throws where sizes or places in it are wrong. */
export function readRecording(file: Buffer) {
  const parts = childrenOf(file);
  const segment = parts.find(({ id }) => id === ID.segment)?.content;
  if (!segment || parts.reduce((sum, { whole }) => sum + whole.length, 0) !== file.length) throw new Error('not whole');
  const children = childrenOf(segment);
  if (children.reduce((sum, { whole }) => sum + whole.length, 0) !== segment.length) throw new Error('sizes are wrong');
  const idAt = (at: number) => readHead(segment, at)?.id;
  const sought = childrenOf(inside(segment, ID.seekHead)).map(({ content }) => ({
    id: numberIn(inside(content, ID.seekId)),
    at: numberIn(inside(content, ID.seekPosition)),
  }));
  const cues = childrenOf(inside(segment, ID.cues)).map(({ content }) => {
    const places = inside(content, ID.cueTrackPositions);
    const at = numberIn(inside(places, ID.cueClusterPosition));
    if (idAt(at) !== ID.cluster) throw new Error('a cue leads to no cluster');
    return { time: numberIn(inside(content, ID.cueTime)), track: numberIn(inside(places, ID.cueTrack)) };
  });
  const tag = inside(inside(segment, ID.tags), ID.tag);
  const tags = Object.fromEntries(
    childrenOf(tag)
      .filter(({ id }) => id === ID.simpleTag)
      .map(({ content }) => [inside(content, ID.tagName).toString(), inside(content, ID.tagString).toString()]),
  );
  const duration = inside(inside(segment, ID.info), ID.duration);
  return {
    durationMs: duration.length === 8 ? duration.readDoubleBE(0) : null,
    /** Whether every place that the file names at its beginning is right. */
    isSeekable: sought.length === 4 && sought.every(({ id, at }) => idAt(at) === id),
    blocks: children
      .filter(({ id }) => id === ID.cluster)
      .map(({ content }) => childrenOf(content).filter(({ id }) => id === ID.simpleBlock).length),
    cues,
    tags,
  };
}
