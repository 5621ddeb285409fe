import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './built.ts';
import type { ParticipantOptions } from './open-app.ts';
import { Participant } from './participant.ts';
import { type ServerOptions, startServer, type TestServer } from './server.ts';

export type EnterOptions = Partial<Omit<ParticipantOptions, 'name'>>;

/** A server, a folder and the people on it; closes what was opened, last first. */
export interface Stage {
  readonly server: TestServer;
  readonly folder: string;
  /** Someone with a new profile opens Parley. */
  enter(name: string, options?: EnterOptions): Promise<Participant>;
  /** Ana, in a call in a room of hers, with its invite. */
  hostCall(roomName: string, options?: EnterOptions): Promise<{ ana: Participant; invite: string }>;
  /** Several open Parley, join by the invite and enter the call. */
  joinCall(invite: string, names: readonly string[], options?: EnterOptions): Promise<Participant[]>;
  /** Closes `participant` and opens the same profile again. */
  reopen(participant: Participant): Promise<Participant>;
  close(): Promise<void>;
}

/** Opens the stage with a server of its own. */
export async function openStage(serverOptions: ServerOptions = {}): Promise<Stage> {
  await ensureBuilt();
  const folder = await mkdtemp(join(tmpdir(), 'parley-e2e-'));
  const server = await startServer({ logTo: join(folder, 'server.log'), ...serverOptions });
  const people = new Set<Participant>();
  let entered = 0;

  const enter = async (name: string, options: EnterOptions = {}) => {
    entered += 1;
    const participant = await Participant.open({
      name,
      folder: join(folder, `${entered}-${name.replace(/[^A-Za-z]/g, '')}`),
      clip: entered - 1,
      homeServer: server.host,
      // The smallest window in which everything works: three of them are drawn without a graphics card.
      viewport: { width: 960, height: 640 },
      ...options,
    });
    people.add(participant);
    return participant;
  };
  return {
    server,
    folder,
    enter,
    hostCall: async (roomName, options) => {
      const ana = await enter('Ana Ribeiro', options);
      await ana.createRoom(roomName);
      await ana.enterCall();
      return { ana, invite: await ana.copyInvite() };
    },
    joinCall: async (invite, names, options) => {
      const joining: Participant[] = [];
      for (const name of names) {
        const participant = await enter(name, options);
        await participant.joinRoom(invite);
        await participant.joinCall();
        joining.push(participant);
      }
      return joining;
    },
    reopen: async (participant) => {
      people.delete(participant);
      const again = await participant.reopen();
      people.add(again);
      return again;
    },
    close: async () => {
      await Promise.allSettled([...people].toReversed().map((participant) => participant.close()));
      await server.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
