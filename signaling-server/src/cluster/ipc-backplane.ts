import { z } from 'zod';
import { type Clock, repeat } from '../clock.ts';
import {
  type Backplane,
  type BackplaneListener,
  type OpenBackplane,
  PULSE_MS,
  SILENT_PULSES,
  type Stored,
} from './backplane.ts';
import type { MemoryHub } from './memory-hub.ts';

const Key = z.string().max(200);

/** What a worker asks of the hub in its parent: the calls of a backplane, by name. */
const Call = z.discriminatedUnion('op', [
  z.object({ op: z.literal('attach') }),
  z.object({ op: z.literal('read'), keys: z.array(Key) }),
  z.object({
    op: z.literal('write'),
    key: Key,
    expected: z.number(),
    value: z.string().nullable(),
    ttlMs: z.number(),
  }),
  z.object({ op: z.literal('touch'), keys: z.array(Key), ttlMs: z.number() }),
  z.object({ op: z.literal('send'), node: z.string(), message: z.string() }),
  z.object({ op: z.literal('nodes') }),
  z.object({ op: z.literal('close') }),
]);
type Call = z.infer<typeof Call>;
const FromWorker = z.object({ parley: z.literal('hub'), request: z.number(), node: z.string().min(1), call: Call });
const FromParent = z.discriminatedUnion('parley', [
  z.object({ parley: z.literal('answer'), request: z.number(), ok: z.boolean(), value: z.unknown() }),
  z.object({ parley: z.literal('message'), text: z.string() }),
]);

export type IpcChannel = {
  send: (message: object) => void;
  onMessage: (listener: (message: unknown) => void) => () => void;
};

/**
 * The backplane of a worker: its parent keeps it, and messages between workers pass through there. A parent that answers
 * nothing counts as away: whoever waits for it is refused at once, and nothing more is put into its channel, until it has
 * answered again. Counted in pulses, so that a stall of this process is not taken for one of the parent.
 */
export function ipcBackplane({ send, onMessage }: IpcChannel, node: string, clock: Clock): OpenBackplane {
  return async (listener): Promise<Backplane> => {
    let last = 0;
    let isUp = true;
    const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>();
    const stop = onMessage((raw) => {
      const parsed = FromParent.safeParse(raw);
      if (!parsed.success) return;
      if (parsed.data.parley === 'message') {
        void listener.onMessage(parsed.data.text);
        return;
      }
      const { request, ok, value } = parsed.data;
      const settle = waiting.get(request);
      waiting.delete(request);
      if (ok) settle?.resolve(value);
      else settle?.reject(new Error('the parent could not do that'));
    });
    const put = (call: Call): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const request = ++last;
        waiting.set(request, { resolve, reject });
        send({ parley: 'hub', request, node, call });
      });
    const ask = (call: Call): Promise<unknown> => (isUp ? put(call) : Promise.reject(away()));

    let unanswered = 0;
    const answered = (): void => {
      unanswered = 0;
      if (isUp) return;
      isUp = true;
      listener.onUp();
    };
    /** One at a time: a parent that was away for long finds no pile of them. */
    const pulse = (): void => void put({ op: 'nodes' }).then(answered, () => {});
    const beat = (): void => {
      if (!isUp) return;
      unanswered += 1;
      if (unanswered === 1) pulse();
      if (unanswered <= SILENT_PULSES) return;
      isUp = false;
      const refused = [...waiting.values()];
      waiting.clear();
      for (const { reject } of refused) reject(away());
      listener.onDown();
      // Behind all that the parent has not read yet.
      pulse();
    };
    // The first question may take as long as the parent does: until it is answered nobody is let in.
    await put({ op: 'attach' });
    const stopBeating = repeat(clock, PULSE_MS, beat);
    // The answers come from the hub of this same program; their types are the hub's.
    return {
      node,
      isUp: () => isUp,
      // Between processes 'nothing' arrives as null.
      read: async (keys) => {
        const found = (await ask({ op: 'read', keys: [...keys] })) as (Stored | null)[];
        return found.map((stored) => stored ?? undefined);
      },
      write: async (key, expected, value, ttlMs) =>
        ((await ask({ op: 'write', key, expected, value: value ?? null, ttlMs })) as number | null) ?? undefined,
      touch: async (keys, ttlMs) => {
        const versions = (await ask({ op: 'touch', keys: [...keys], ttlMs })) as (number | null)[];
        return versions.map((version) => version ?? undefined);
      },
      send: (to, message) => ask({ op: 'send', node: to, message }) as Promise<boolean>,
      nodes: () => ask({ op: 'nodes' }) as Promise<string[]>,
      async close() {
        // Messages that were accepted for this worker come before the answer. A parent that is away finds the worker gone.
        await ask({ op: 'close' }).catch(() => {});
        stopBeating();
        stop();
        // Nobody hears an answer any more.
        isUp = false;
      },
    };
  };
}

const away = (): Error => new Error('the parent does not answer');

/** The parent's side: takes what one worker says. What `admits` refuses is not put into its channel. `drop` when the worker is gone. */
export function hostBackplane(
  hub: MemoryHub,
  send: (message: object) => void,
  admits: (text: string) => boolean = () => true,
): { take(raw: unknown): void; drop(): void } {
  let attached: { node: string; backplane: Backplane } | undefined;
  const listener: BackplaneListener = {
    onMessage(text) {
      if (!admits(text)) throw new Error('the worker reads nothing');
      send({ parley: 'message', text });
    },
    onUp: () => {},
    onDown: () => {},
  };
  const run = async (node: string, call: Call): Promise<unknown> => {
    if (call.op === 'attach') {
      attached = { node, backplane: hub.attach(node, listener) };
      return null;
    }
    if (!attached) throw new Error('not attached');
    const { backplane } = attached;
    switch (call.op) {
      case 'read':
        return backplane.read(call.keys);
      case 'write':
        return backplane.write(call.key, call.expected, call.value ?? undefined, call.ttlMs);
      case 'touch':
        return backplane.touch(call.keys, call.ttlMs);
      case 'send':
        return backplane.send(call.node, call.message);
      case 'nodes':
        return backplane.nodes();
      case 'close':
        return backplane.close();
    }
  };
  return {
    take(raw) {
      const parsed = FromWorker.safeParse(raw);
      if (!parsed.success) return;
      const { request, node, call } = parsed.data;
      run(node, call).then(
        (value) => send({ parley: 'answer', request, ok: true, value: value ?? null }),
        () => send({ parley: 'answer', request, ok: false, value: null }),
      );
    },
    drop() {
      if (attached) hub.drop(attached.node);
    },
  };
}
