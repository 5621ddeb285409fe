import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BridgeCall, BridgeInput, BridgeOutput } from '@parley/shared/bridge';
import { type Entry, type HistoryItem, profileFromName } from '@parley/shared/model';
import {
  accept,
  type Bytes,
  DeviceId,
  MessageId,
  type Outcome,
  RoomId,
  refuse,
  toBase64Url,
  unwrap,
} from '@parley/shared/protocol';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { silentLog } from '../adapters/stream-log.ts';
import type { Core } from '../core.ts';
import type { WritableDb } from '../history/database.ts';
import { digestOf } from '../history/digest.ts';
import { createHistoryStore, type HistoryStore } from '../history/history-store.ts';
import { type OpenedHistory, openHistory } from '../history/open-history.ts';
import { signingKeyOf } from '../identity/ed25519.ts';
import type {
  Clock,
  CorePorts,
  RunningServer,
  SecretStore,
  ServerProcess,
  ServerProcessOptions,
  Shell,
} from '../ports.ts';

// Shared by the tests of the core. Nothing here is part of the app.

/** A new folder under the system's temporary one, and how to remove it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'parley-core-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export type TestClock = Clock & { advance(ms: number): void; setWall(byMs: number): void; timers(): number };

/** A clock that stands still until it is told to go on; timers fire in their order. */
export function testClock(startMs = 1_700_000_000_000): TestClock {
  let monotonicMs = 1_000;
  let wallAheadMs = startMs - monotonicMs;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => monotonicMs + wallAheadMs,
    monotonicMs: () => monotonicMs,
    after(delayMs, callback) {
      const timer = { at: monotonicMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = monotonicMs + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0];
        if (!next) break;
        timers.delete(next);
        monotonicMs = Math.max(monotonicMs, next.at);
        next.callback();
      }
      monotonicMs = until;
    },
    setWall(byMs) {
      wallAheadMs += byMs;
    },
    timers: () => timers.size,
  };
}

export const randomId = (sizeBytes: number): string => toBase64Url(randomBytes(sizeBytes));
export const newMessageId = (): MessageId => MessageId.parse(randomId(16));
export const newRoomId = (): RoomId => RoomId.parse(randomId(16));
export const newSeed = (): Bytes => new Uint8Array(randomBytes(32));
export const newDeviceId = (): DeviceId => DeviceId.parse(signingKeyOf(newSeed()).publicKey);

type WrittenFields = Partial<Omit<Entry, 'sig' | 'author' | 'roomId'>> & { text?: string };

/** The words of an entry; undefined where it has none. */
export const wordsOf = ({ body }: Pick<Entry, 'body'>): string | undefined =>
  body && 'text' in body ? body.text : undefined;

/** Somebody who signs messages without any history behind it, honest or not. */
export function author(name = 'Ana', seed = newSeed()) {
  const key = signingKeyOf(seed);
  const deviceId = DeviceId.parse(key.publicKey);
  return {
    deviceId,
    /** A text, or with a kind, what it is about and a body any other entry. */
    write(roomId: RoomId, { text = 'Hello', ...fields }: WrittenFields = {}): Entry {
      const body = fields.body === undefined ? { salt: randomId(16), text } : fields.body;
      const unsigned = {
        id: newMessageId(),
        roomId,
        author: deviceId,
        authorName: name,
        seq: 1,
        clock: fields.seq ?? 1,
        sentAt: 1_700_000_000_000,
        kind: 'text',
        of: null,
        digest: digestOf(body),
        ...fields,
        body,
      } as Omit<Entry, 'sig'>;
      return { ...unsigned, sig: key.sign(entrySignatureBytes(unsigned)) } as Entry;
    },
  };
}

export type TestStore = {
  db: WritableDb;
  store: HistoryStore;
  clock: TestClock;
  seed: Bytes;
  recovered: OpenedHistory['recovered'];
  deviceId: DeviceId;
  addRoom(roomId?: RoomId): RoomId;
  /** Composes a second apart, so that V6 never holds anything back. */
  compose(roomId: RoomId, text: string): HistoryItem;
  close(): void;
};

/** A store on a real file, with the clock in the test's hands. */
export function openTestStore(file: string, options: { seed?: Bytes; name?: string } = {}): TestStore {
  const seed = options.seed ?? newSeed();
  const profile = profileFromName(options.name ?? 'Ben');
  const clock = testClock();
  const { db, recovered } = openHistory(file, clock.now);
  const key = signingKeyOf(seed);
  const store = createHistoryStore({ db, key, now: clock.now });
  return {
    db,
    store,
    clock,
    seed,
    recovered,
    deviceId: DeviceId.parse(key.publicKey),
    addRoom(roomId = newRoomId()) {
      store.addRoom({
        room_id: roomId,
        name: null,
        host: null,
        secret: new Uint8Array(48),
        owner_pub: randomId(32),
        owner_seed: null,
        passphrase: null,
        needs_passphrase: 0,
        listed: 0,
      });
      return roomId;
    },
    compose(roomId, text) {
      clock.advance(1_000);
      return store.compose({ id: newMessageId(), roomId, content: { kind: 'text', text, of: null } }, profile).item;
    },
    close: () => void db.close(),
  };
}

/** Ana and Ben, members of one room, each with a store on a real file. The caller closes both and removes the folder. */
export function openTwoMembers(): {
  folder: ReturnType<typeof temporaryFolder>;
  ana: TestStore;
  ben: TestStore;
  roomId: RoomId;
} {
  const folder = temporaryFolder();
  const ana = openTestStore(join(folder.path, 'ana.db'), { name: 'Ana' });
  const ben = openTestStore(join(folder.path, 'ben.db'), { name: 'Ben' });
  const roomId = ana.addRoom();
  ben.addRoom(roomId);
  return { folder, ana, ben, roomId };
}

/** Marks what it wraps, so that a test can see that something was wrapped. */
export function testSecrets(): SecretStore {
  return {
    protectedBy: 'os-keystore',
    async wrap(plain) {
      return new Uint8Array([0x57, ...plain.map((byte) => byte ^ 0xa5)]);
    },
    async unwrap(wrapped) {
      if (wrapped[0] !== 0x57) throw new Error('not wrapped here');
      return wrapped.slice(1).map((byte) => byte ^ 0xa5);
    },
  };
}

export type TestServerProcess = ServerProcess & {
  starts: ServerProcessOptions[];
  running: Set<number>;
  /** Ports that another program has. */
  taken: Set<number>;
  /** Ends the running server as a crash would. */
  crash(): void;
};

export function testServerProcess(freePort = 40_001): TestServerProcess {
  const starts: ServerProcessOptions[] = [];
  const running = new Set<number>();
  const taken = new Set<number>();
  let end: (() => void) | undefined;
  return {
    starts,
    running,
    taken,
    crash: () => end?.(),
    async start(options): Promise<Outcome<RunningServer>> {
      starts.push(options);
      const port = options.port === 0 ? freePort : options.port;
      if (taken.has(port) || running.has(port)) return refuse('port-in-use');
      running.add(port);
      const listeners = new Set<() => void>();
      end = () => {
        running.delete(port);
        for (const listener of listeners) listener();
        listeners.clear();
      };
      return accept({
        port,
        onEnded: (callback) => void listeners.add(callback),
        async close() {
          running.delete(port);
          listeners.clear();
        },
      });
    },
  };
}

/** A shell that says yes to everything; `places` are what the person chooses. */
export const testShell = (places: { chosen: string[] } = { chosen: [] }): Shell => ({
  openExternal: async () => true,
  openFile: async () => 'opened',
  showFile: async () => true,
  askComputer: async () => true,
  choose: async () => places.chosen,
});

/** Ports of a core on `profile`, with everything else in the test's hands. */
export function testPorts(profile: string, more: Partial<CorePorts> = {}): CorePorts {
  return {
    app: { version: '0.1.0', host: 'loopback', platform: 'linux' },
    clock: testClock(),
    paths: { profile, downloads: join(profile, '..', 'downloads') },
    secrets: testSecrets(),
    shell: testShell(),
    serverProcess: testServerProcess(),
    log: silentLog,
    ...more,
  };
}

/** A bridge call with the types of the contract; throws a refusal. */
export async function ask<N extends BridgeCall>(
  core: Pick<Core, 'call'>,
  name: N,
  input: BridgeInput<N>,
): Promise<BridgeOutput<N>> {
  // The router has parsed the value with this row's output schema.
  return unwrap(await core.call(name, input)) as BridgeOutput<N>;
}
