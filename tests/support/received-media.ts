import type { Participant } from './participant.ts';
import { until } from './wait.ts';

/** What was heard of somebody, in decibels below full scale. */
export type Heard = {
  /** The quietest moments: what is there while nobody speaks. */
  floorDb: number;
  /** The loudest moments: a voice. */
  voiceDb: number;
  /** How much louder both channels together are than their difference while nobody speaks: much for one channel, nothing for two. */
  sameDb: number;
};

const decibels = (squares: number): number => 10 * Math.log10(squares + 1e-12);
const at = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;

/** Louder is a voice, quieter the noise of a room. */
const VOICE_DB = -45;

/** The sound of a tile: as it came, evened out, or the one of the two that its person hears now. */
export type Sound = 'came' | 'evened' | 'played';

/** Listens on a screen to the tile with this label, for so long. Throws where there is no such sound. */
export async function hear(who: Participant, label: string, seconds: number, sound: Sound = 'came'): Promise<Heard> {
  const { sums, differences } = await who.page.evaluate(listen, { label, seconds, sound });
  const sorted = sums.toSorted((one, other) => one - other);
  const quiet = sums.flatMap((sum, index) => (sum <= at(sorted, 0.4) ? [index] : []));
  const inQuiet = (all: readonly number[]) => quiet.reduce((total, index) => total + (all[index] ?? 0), 0);
  return {
    floorDb: decibels(at(sorted, 0.1)),
    voiceDb: decibels(at(sorted, 0.95)),
    sameDb: decibels(inQuiet(sums)) - decibels(inQuiet(differences)),
  };
}

/**
 * Waits until this person hears the one with that label, and resolves with how loud in decibels below full scale. Chromium's statistics
 * do not tell it: they measure what an element plays, which is nothing where the voice is evened out and played by another one.
 */
export const waitVoice = (who: Participant, label: string, timeoutMs?: number): Promise<number> =>
  until(
    `${who.name} to hear ${label}`,
    async () => {
      const { voiceDb } = await hear(who, label, 1, 'played');
      if (voiceDb > VOICE_DB) return voiceDb;
      throw new Error(`${voiceDb.toFixed(1)} dB`);
    },
    timeoutMs === undefined ? {} : { timeoutMs },
  );

/** Runs inside the page. Mean squares of some 43 ms each, of both channels together and of their difference. */
async function listen({ label, seconds, sound }: { label: string; seconds: number; sound: Sound }) {
  const tile = document.querySelector(`[data-kind=camera][aria-label="${label}"]`);
  const elements = [...(tile?.querySelectorAll<HTMLMediaElement>('video, audio') ?? [])];
  const played = elements.find((each) =>
    sound === 'played' ? !each.muted : each.matches(sound === 'came' ? 'video' : 'audio'),
  );
  if (!(played?.srcObject instanceof MediaStream)) throw new Error(`no stream of ${label}`);
  const context = new AudioContext({ sampleRate: 48_000 });
  await context.resume();
  const source = context.createMediaStreamSource(new MediaStream(played.srcObject.getAudioTracks()));
  const reader = context.createScriptProcessor(2_048, 2, 1);
  const sums: number[] = [];
  const differences: number[] = [];
  await new Promise<void>((resolve) => {
    reader.onaudioprocess = ({ inputBuffer }) => {
      const [left, right] = [inputBuffer.getChannelData(0), inputBuffer.getChannelData(1)];
      let [sum, difference] = [0, 0];
      for (const [index, one] of left.entries()) {
        const other = right[index] ?? 0;
        sum += ((one + other) / 2) ** 2;
        difference += ((one - other) / 2) ** 2;
      }
      sums.push(sum / left.length);
      differences.push(difference / left.length);
      if (sums.length * left.length >= seconds * 48_000) resolve();
    };
    source.connect(reader).connect(context.destination);
  });
  await context.close();
  return { sums, differences };
}

/** A part of a picture, each number from 0 to 255. */
export type Look = {
  /** The largest step from one column of points to the one four further: sharp things have a large one. */
  edge: number;
  colour: readonly [red: number, green: number, blue: number];
};

/** Looks at a part of the tile with this label; the box in shares of the picture. */
export const look = (
  who: Participant,
  label: string,
  box: { x: number; y: number; width: number; height: number },
): Promise<Look> => who.page.evaluate(lookAt, { label, box });

/** Runs inside the page. */
function lookAt({ label, box }: { label: string; box: { x: number; y: number; width: number; height: number } }) {
  const video = document.querySelector<HTMLVideoElement>(`[data-kind=camera][aria-label="${label}"] video`);
  if (!video || video.videoWidth === 0) throw new Error(`no picture of ${label}`);
  const [width, height] = [Math.round(video.videoWidth * box.width), Math.round(video.videoHeight * box.height)];
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('no canvas');
  const [x, y] = [video.videoWidth * box.x, video.videoHeight * box.y];
  context.drawImage(video, x, y, width, height, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const sums: [number, number, number] = [0, 0, 0];
  const columns = Array.from({ length: width }, () => 0);
  for (let point = 0; point < width * height; point++) {
    for (const channel of [0, 1, 2] as const) sums[channel] += data[point * 4 + channel] ?? 0;
    columns[point % width] = (columns[point % width] ?? 0) + (data[point * 4 + 1] ?? 0) / height;
  }
  const [red, green, blue] = sums.map((sum) => Math.round(sum / (width * height)));
  const steps = columns.slice(4).map((column, from) => Math.abs(column - (columns[from] ?? 0)));
  return { edge: Math.max(...steps), colour: [red ?? 0, green ?? 0, blue ?? 0] as const };
}
