import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket beside the profile by which a second start hands its link to the first. Only this user reaches it. */
const pathOf = (profile: string): string => {
  const short = createHash('sha256').update(profile).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\parley-${short}`;
  // A socket's path has a small limit; a deep profile gets one in the folder for temporary files.
  const beside = join(profile, 'running.sock');
  return beside.length < 100 ? beside : join(tmpdir(), `parley-${short}.sock`);
};

const MESSAGE_MAX_BYTES = 4_096;

/** Listens for later starts: each says its deep link, or nothing. */
export function listenForStarts(
  profile: string,
  started: (deepLink: string | null) => void,
): Promise<{ close(): void }> {
  const path = pathOf(profile);
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server: Server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > MESSAGE_MAX_BYTES) socket.destroy();
    });
    socket.on('end', () => {
      started(text.trim() === '' ? null : text.trim());
      socket.end();
    });
    socket.on('error', () => socket.destroy());
  });
  return new Promise((resolve) => {
    // Without it a second start still says that Parley runs; only its link is not handed over.
    server.once('error', () => resolve({ close() {} }));
    server.listen(path, () => resolve({ close: () => server.close() }));
  });
}

/** Tells the running Parley of this profile that it was started again; false when nobody listens. */
export function tellRunning(profile: string, deepLink: string | null): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(pathOf(profile), () => socket.end(deepLink ?? ''));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (failed) => resolve(!failed));
    socket.resume();
  });
}
