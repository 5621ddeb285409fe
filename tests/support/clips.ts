import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CELLS, geqExpression } from './counter-code.ts';
import { REPOSITORY } from './repository.ts';
import { requireTool } from './tools.ts';

const run = promisify(execFile);

export type ClipSize = { width: number; height: number; framesPerSecond: number };
/** For calls of two and three. */
export const CLIP_LARGE: ClipSize = { width: 640, height: 360, framesPerSecond: 20 };
/** For more on a small computer: each page encodes once per other participant. */
export const CLIP_SMALL: ClipSize = { width: 320, height: 180, framesPerSecond: 10 };

const LENGTH_SECONDS = 12;

/** A moving picture with a counter that people and machines can read, and speech to go with it. */
export type Clip = { who: number; video: string | null; audio: string | null; framesInLoop: number };

/** Chromium's own moving picture and its beep: nothing has to be made, and nobody is told from anybody. */
export const BROWSERS_OWN: Clip = { who: 0, video: null, audio: null, framesInLoop: 1 };

const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf';
const SPEECH = [
  'Front_Center',
  'Front_Left',
  'Front_Right',
  'Rear_Center',
  'Rear_Left',
  'Rear_Right',
  'Side_Left',
  'Side_Right',
];
const TINTS = ['0x2f6f8f', '0x8f4f2f', '0x4f7f3f', '0x6f3f8f', '0x8f7f2f', '0x2f8f7f', '0x8f2f5f', '0x4f4f8f'];

/**
 * The clip of participant number `who` (0–15), made with ffmpeg at first use and kept in node_modules/.cache
 * under a hash of its recipe.
 */
export async function clipFor(who: number, size: ClipSize): Promise<Clip> {
  const { width, height, framesPerSecond } = size;
  const seconds = LENGTH_SECONDS;
  const strip = Math.round(height / 11);
  const tint = TINTS[who % TINTS.length] ?? '0x2f6f8f';
  const frames = framesPerSecond * seconds;
  // Drawn once, then moved: a figure sways before a tinted room while a lamp goes to and fro.
  const still = `size=${width}x${height}:rate=${framesPerSecond}:duration=${1 / framesPerSecond}`;
  const room = `color=${tint}:${still},format=yuv444p,geq=lum='clip(lum(X,Y)*(0.6+0.5*Y/H)+18*sin(X*9/W),16,235)':cb='cb(X,Y)':cr='cr(X,Y)'`;
  const inFigure =
    'gt(lt(hypot((X-W/2)/(W*0.12),(Y-H*0.44)/(H*0.2)),1)+lt(hypot((X-W/2)/(W*0.25),(Y-H*1.02)/(H*0.36)),1),0)';
  const inHead = 'lt(hypot((X-W/2)/(W*0.12),(Y-H*0.44)/(H*0.2)),1)';
  const figure = `color=black:${still},format=rgba,geq=r='60+150*${inHead}':g='62+110*${inHead}':b='78+70*${inHead}':a='255*${inFigure}'`;
  const forever = `loop=loop=-1:size=1,trim=end_frame=${frames},setpts=N/${framesPerSecond}/TB`;
  const sway = `${width * 0.06}*sin(2*PI*n/${framesPerSecond * 3})`;
  const lamp = `${width / 2}+${width * 0.4}*sin(2*PI*n/${framesPerSecond * 4})`;
  const label = `drawtext=fontfile=${FONT}:text='%{n}':fontsize=${Math.round(height / 9)}:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=6:x=${Math.round(width / 32)}:y=${strip + Math.round(height / 24)}`;
  const video = [
    ...['-f', 'lavfi', '-i', room, '-f', 'lavfi', '-i', figure],
    ...[
      '-f',
      'lavfi',
      '-i',
      `color=white@0.35:size=${Math.round(width / 10)}x${Math.round(width / 10)}:rate=${framesPerSecond},format=rgba`,
    ],
    ...['-f', 'lavfi', '-i', `color=black:size=${CELLS}x2:rate=${framesPerSecond}:duration=${seconds}`],
    '-filter_complex',
    [
      `[0]${forever},format=yuv420p[room]`,
      `[1]${forever}[figure]`,
      `[room][2]overlay=x='${lamp}':y=${Math.round(height / 5)}:shortest=1[lit]`,
      `[lit][figure]overlay=x='${sway}':y=0:shortest=1,${label}[picture]`,
      `[3]format=gray,geq=lum='${geqExpression(who)}',scale=${width}:${strip}:flags=neighbor,format=yuv420p[strip]`,
      '[picture][strip]overlay=0:0:shortest=1,format=yuv420p[out]',
    ].join(';'),
    ...['-map', '[out]', '-frames:v', String(frames), '-pix_fmt', 'yuv420p'],
  ];
  const speech = [0, 3, 5].map((step) => `/usr/share/sounds/alsa/${SPEECH[(who + step) % SPEECH.length]}.wav`);
  const audio = [
    ...speech.flatMap((file) => ['-i', file]),
    '-filter_complex',
    `${speech.map((_, i) => `[${i}]`).join('')}concat=n=${speech.length}:v=0:a=1,volume=1.5`,
    '-ar',
    '48000',
    '-ac',
    '1',
    '-c:a',
    'pcm_s16le',
  ];
  return {
    who,
    video: await madeOnce(video, 'y4m', ['ffmpeg', 'fonts']),
    audio: await madeOnce(audio, 'wav', ['ffmpeg', 'alsa-utils']),
    framesInLoop: frames,
  };
}

/** The same picture, and somebody who speaks so many decibels louder than in the other clips. */
export async function louderClip(who: number, size: ClipSize, decibels: number): Promise<Clip> {
  const file = `/usr/share/sounds/alsa/${SPEECH[who % SPEECH.length]}.wav`;
  const audio = ['-i', file, '-af', `volume=${1.5 * 10 ** (decibels / 20)}`, '-ar', '48000', '-ac', '1'];
  return {
    ...(await clipFor(who, size)),
    audio: await madeOnce([...audio, '-c:a', 'pcm_s16le'], 'wav', ['ffmpeg', 'alsa-utils']),
  };
}

/** The same picture, and somebody who speaks now and then beside a noise that is another one on the left than on the right. */
export async function noisyClip(who: number, size: ClipSize): Promise<Clip> {
  const speech = [0, 3].map((step) => `/usr/share/sounds/alsa/${SPEECH[(who + step) % SPEECH.length]}.wav`);
  const noise = (seed: number) => `anoisesrc=color=pink:amplitude=0.08:sample_rate=48000:seed=${seed}`;
  const audio = [
    ...speech.flatMap((file) => ['-i', file]),
    ...['-f', 'lavfi', '-i', noise(1), '-f', 'lavfi', '-i', noise(2)],
    '-filter_complex',
    [
      '[0]aresample=48000,apad=whole_dur=3[first]',
      '[1]aresample=48000,apad=whole_dur=3[second]',
      '[first][second]concat=n=2:v=0:a=1,volume=1.5,asplit[near][far]',
      '[2][near]amix=inputs=2:normalize=0[left]',
      '[3][far]amix=inputs=2:normalize=0[right]',
      '[left][right]join=inputs=2:channel_layout=stereo,atrim=duration=6',
    ].join(';'),
    ...['-ar', '48000', '-c:a', 'pcm_s16le'],
  ];
  return { ...(await clipFor(who, size)), audio: await madeOnce(audio, 'wav', ['ffmpeg', 'alsa-utils']) };
}

/** The clips of participants 0 to `count` - 1. */
export async function clipsFor(count: number, size: ClipSize): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (let who = 0; who < count; who++) clips.push(await clipFor(who, size));
  return clips;
}

async function madeOnce(recipe: string[], suffix: string, tools: Parameters<typeof requireTool>[0][]): Promise<string> {
  const folder = join(REPOSITORY, 'node_modules/.cache/parley-clips');
  const path = join(folder, `${createHash('sha256').update(recipe.join('\n')).digest('hex').slice(0, 16)}.${suffix}`);
  if (existsSync(path)) return path;
  for (const tool of tools) requireTool(tool);
  await mkdir(folder, { recursive: true });
  // Made beside its place and moved there whole: several test files may want it at the same time.
  const partial = `${path}.${process.pid}.part.${suffix}`;
  try {
    await run(requireTool('ffmpeg'), ['-hide_banner', '-loglevel', 'error', '-y', ...recipe, partial]);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}
