import { z } from 'zod';
import type { Backplane, BackplaneListener, OpenBackplane, Stored } from './backplane.ts';
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

/** The backplane of a worker: its parent keeps it, and messages between workers pass through there. */
export function ipcBackplane({ send, onMessage }: IpcChannel, node: string): OpenBackplane {
  return async (listener): Promise<Backplane> => {
    let last = 0;
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
    const ask = (call: Call): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const request = ++last;
        waiting.set(request, { resolve, reject });
        send({ parley: 'hub', request, node, call });
      });
    await ask({ op: 'attach' });
    // The answers come from the hub of this same program; their types are the hub's.
    return {
      node,
      isUp: () => true,
      // Between processes 'nothing' arrives as null.
      read: async (keys) => {
        const found = (await ask({ op: 'read', keys: [...keys] })) as (Stored | null)[];
        return found.map((stored) => stored ?? undefined);
      },
      write: async (key, expected, value, ttlMs) =>
        ((await ask({ op: 'write', key, expected, value: value ?? null, ttlMs })) as number | null) ?? undefined,
      touch: (keys, ttlMs) => ask({ op: 'touch', keys: [...keys], ttlMs }) as Promise<boolean[]>,
      send: (to, message) => ask({ op: 'send', node: to, message }) as Promise<boolean>,
      nodes: () => ask({ op: 'nodes' }) as Promise<string[]>,
      async close() {
        // Messages that were accepted for this worker come before the answer.
        await ask({ op: 'close' });
        stop();
      },
    };
  };
}

/** The parent's side: takes what one worker says. `drop` when the worker is gone. */
export function hostBackplane(
  hub: MemoryHub,
  send: (message: object) => void,
): { take(raw: unknown): void; drop(): void } {
  let attached: { node: string; backplane: Backplane } | undefined;
  const listener: BackplaneListener = {
    onMessage: (text) => send({ parley: 'message', text }),
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
