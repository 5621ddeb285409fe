import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './built.ts';
import { CLIP_SMALL, type ClipSize } from './clips.ts';
import { type Impairing, startImpairing } from './impairment/start-impairing.ts';
import { type Laboratory, openLaboratory, RELAY_ADDRESS, SERVER_ADDRESS, WEB_PORTS } from './laboratory.ts';
import { Participant } from './participant.ts';
import { startRelay } from './relay.ts';
import { startServer, type TestServer } from './server.ts';

const ROOM = 'Laboratory';
/** Where the bad network begins that lies in front of the relay, if there is one. */
const IMPAIRED_PORT = 3_480;

export type LaboratoryCallOptions = {
  laboratory?: Laboratory;
  clipSize?: ClipSize;
  /** Whether the two computers can send to each other without the relay. */
  isDirect?: boolean;
  /** Puts a bad network between Ben and the relay, with this seed; nobody reaches the relay another way. */
  impairedBy?: number;
};

/** Ana and Ben in a call with a picture at both ends, in a laboratory with a server and a relay. */
export interface LaboratoryCall {
  readonly laboratory: Laboratory;
  readonly server: TestServer;
  readonly ana: Participant;
  readonly ben: Participant;
  /** The bad network between Ben and the relay; undefined where none was asked for. */
  readonly impairing: Impairing | undefined;
  /** Waits until both saw so many further frames of each other. */
  bothSee(frames: number, timeoutMs?: number): Promise<void>;
  /** Ben leaves, opens the page anew and enters the call once more: a fresh connection. `between` happens while he is away. */
  reenter(between?: () => void): Promise<void>;
  close(): Promise<void>;
}

/** Opens it all; closes what was opened when a part of it fails. */
export async function openLaboratoryCall(options: LaboratoryCallOptions = {}): Promise<LaboratoryCall> {
  const { clipSize = CLIP_SMALL, isDirect = true, impairedBy } = options;
  await ensureBuilt();
  const undos: (() => unknown)[] = [];
  const close = async () => {
    for (const undo of undos.splice(0).toReversed()) await undo();
  };
  try {
    const laboratory = options.laboratory ?? openLaboratory();
    undos.push(() => laboratory.close());
    laboratory.setDirect(isDirect);
    const folder = await mkdtemp(join(tmpdir(), 'parley-laboratory-'));
    undos.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { within } = laboratory.router;
    const relay = await startRelay({ folder, listenOn: SERVER_ADDRESS, sendsFrom: RELAY_ADDRESS, within });
    undos.push(() => relay.close());
    const impairing =
      impairedBy === undefined
        ? undefined
        : await startImpairing({
            listen: { address: SERVER_ADDRESS, port: IMPAIRED_PORT },
            target: { address: SERVER_ADDRESS, port: 3_478 },
            seed: impairedBy,
            onlyFrom: laboratory.ben.address,
            within,
          });
    undos.push(() => impairing?.close());
    const urls = impairing
      ? ['udp', 'tcp'].map((way) => `turn:${SERVER_ADDRESS}:${IMPAIRED_PORT}?transport=${way}`)
      : Object.values(relay.urls);
    const server = await startServer({
      listenOn: SERVER_ADDRESS,
      port: WEB_PORTS.server,
      within,
      logTo: join(folder, 'server.log'),
      env: { TURN_URLS: urls.join(), TURN_SECRET: relay.secret },
    });
    undos.push(() => server.close());
    const enter = async (name: string, who: 'ana' | 'ben') => {
      const participant = await Participant.open({
        name,
        folder: join(folder, who),
        clip: who === 'ana' ? 0 : 1,
        clipSize,
        homeServer: server.host,
        within: laboratory[who].within,
        trustedKey: relay.key,
        viewport: { width: 960, height: 640 },
      });
      undos.push(() => participant.close());
      return participant;
    };
    const ana = await enter('Ana Ribeiro', 'ana');
    await ana.createRoom(ROOM);
    await ana.enterCall();
    const ben = await enter('Ben Okafor', 'ben');
    await ben.joinRoom(await ana.copyInvite());
    await ben.joinCall();
    const bothSee = async (frames: number, timeoutMs?: number) => {
      await Promise.all([ana.waitFrames(ben.name, frames, timeoutMs), ben.waitFrames(ana.name, frames, timeoutMs)]);
    };
    await bothSee(20);
    return {
      laboratory,
      server,
      ana,
      ben,
      impairing,
      bothSee,
      async reenter(between) {
        await ben.leaveCall();
        await ana.tile(ben.name).waitFor({ state: 'detached' });
        between?.();
        await ben.page.reload();
        await ben.openRoom(ROOM);
        await ben.joinCall();
        await bothSee(20);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
