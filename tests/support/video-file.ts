import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { CELLS, readCells } from './counter-code.ts';
import { requireTool } from './tools.ts';

const run = promisify(execFile);

const Probed = z.object({
  streams: z.array(z.object({ codec_name: z.string(), width: z.number().optional(), height: z.number().optional() })),
  format: z.object({ duration: z.coerce.number().optional(), tags: z.record(z.string(), z.string()).default({}) }),
});

/** What FFmpeg says of a video: its length in seconds where the file itself says it, its codecs and size, and its tags. */
export async function probeVideo(file: string) {
  const { stdout } = await ffprobe('-print_format', 'json', '-show_format', '-show_streams', file);
  const { streams, format } = Probed.parse(JSON.parse(stdout));
  const picture = streams.find(({ width }) => width !== undefined);
  return {
    codecs: streams.map(({ codec_name }) => codec_name).sort(),
    size: picture && { width: picture.width, height: picture.height },
    seconds: format.duration,
    tags: format.tags,
  };
}

/** The time of the last picture that FFmpeg decodes, in seconds. Throws what is damaged in the file. */
export async function lastPictureAt(file: string): Promise<number> {
  const { stdout, stderr } = await ffprobe(
    '-select_streams',
    'v',
    '-show_entries',
    'frame=pts_time',
    '-of',
    'csv=p=0',
    file,
  );
  if (stderr.trim() !== '') throw new Error(stderr);
  return Math.max(...stdout.split('\n').filter(Boolean).map(Number.parseFloat));
}

/** Where FFmpeg lands when it jumps to `seconds`: the time of the first picture there, found by the file's index. */
export async function jumpTo(file: string, seconds: number): Promise<number> {
  const { stdout } = await ffprobe(
    ...[
      '-read_intervals',
      `${seconds}%+#1`,
      '-select_streams',
      'v',
      '-show_entries',
      'packet=pts_time',
      '-of',
      'csv=p=0',
    ],
    file,
  );
  return Number.parseFloat(stdout);
}

/** The last frame counter that can be read in this strip of the picture. */
export async function lastCounter(
  file: string,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Promise<number> {
  const strip = `crop=${width}:${height}:${x}:${y},scale=${CELLS}:1:flags=area,format=gray`;
  const { stdout } = await run(
    requireTool('ffmpeg'),
    ['-v', 'error', '-i', file, '-vf', strip, '-f', 'rawvideo', '-'],
    { encoding: 'buffer', maxBuffer: 16_777_216 },
  );
  for (let end = stdout.length; end >= CELLS; end -= CELLS) {
    const read = readCells([...stdout.subarray(end - CELLS, end)]);
    if (read) return read.counter;
  }
  throw new Error('no counter can be read');
}

/** How loud it is on the whole, in dB: silence is −91. */
export async function loudness(file: string): Promise<number> {
  const { stderr } = await run(requireTool('ffmpeg'), [
    '-hide_banner',
    '-i',
    file,
    '-af',
    'volumedetect',
    '-vn',
    '-f',
    'null',
    '-',
  ]);
  return Number.parseFloat(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1] ?? 'none');
}

const ffprobe = (...args: string[]) =>
  run(join(dirname(requireTool('ffmpeg')), 'ffprobe'), ['-v', 'error', ...args], { maxBuffer: 16_777_216 });
