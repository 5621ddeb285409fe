import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Clock, repeat } from '../clock.ts';
import type { OtherNodes } from './other-nodes.ts';

const ASK_EVERY_MS = 60_000;
/** Between two nodes that are asked one after the other: time for what the first one has to be here. */
const NEXT_AFTER_MS = 1_000;
/** What one message holds, in UTF-16 units of its text: about as much as a message with the largest box. */
const MESSAGE_MAX = 20_000;

const Wanted = z.object({ from: z.string().min(1).max(64), digest: z.string().max(64) });
const Told = z.array(z.unknown());

export type SharedListPorts = {
  clock: Clock;
  nodes: OtherNodes;
  /** What messages about it are called. */
  topic: string;
  /** The items of this node, each with a text that differs when the item does. */
  all: () => Iterable<{ fingerprint: string; item: unknown }>;
  /** Called with an item of another node. It is unparsed, and may be known here, or older than what is known. */
  receive: (item: unknown) => void;
};

export interface SharedList {
  /** Tells all others of something new. */
  tell(item: unknown): void;
  close(): void;
}

/**
 * A list that every node has. New items are told to all nodes that are alive at that moment. A node that starts, or may have
 * missed something, asks the others one after the other, and once a minute each node asks one other in case. The node that
 * is asked answers that node alone, and does not answer when both have the same.
 */
export function shareList({ clock, nodes, topic, all, receive }: SharedListPorts): SharedList {
  const digest = (): string => {
    const hash = createHash('sha256');
    for (const line of Array.from(all(), (each) => each.fingerprint).sort()) hash.update(`${line}\n`);
    return hash.digest('base64url');
  };
  nodes.onNotice(topic, (body) => {
    const told = Told.safeParse(body);
    if (told.success) for (const item of told.data) receive(item);
  });
  nodes.onNotice(`${topic}-wanted`, (body) => {
    const wanted = Wanted.safeParse(body);
    if (!wanted.success || wanted.data.digest === digest()) return;
    const { from } = wanted.data;
    for (const items of inMessages(Array.from(all(), ({ item }) => item))) nodes.tell(from, topic, items);
  });

  const ask = (node: string): void => nodes.tell(node, `${topic}-wanted`, { from: nodes.self, digest: digest() });
  let toAsk: string[] = [];
  let cancelNext = (): void => {};
  const askNext = (): void => {
    const node = toAsk.shift();
    if (node === undefined) return;
    ask(node);
    cancelNext = clock.after(NEXT_AFTER_MS, askNext);
  };
  const askAll = (): void => {
    cancelNext();
    toAsk = [...nodes.others()];
    askNext();
  };
  let turn = 0;
  const stop = repeat(clock, ASK_EVERY_MS, () => {
    const others = nodes.others();
    turn += 1;
    const node = others[turn % others.length];
    if (node !== undefined) ask(node);
  });
  nodes.onMissed(askAll);
  askAll();
  return {
    tell: (item) => void nodes.notify(topic, [item]),
    close() {
      stop();
      cancelNext();
      toAsk = [];
    },
  };
}

/** Cuts a list into parts that fit a message each. */
function inMessages(items: readonly unknown[]): unknown[][] {
  const parts: unknown[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const length = JSON.stringify(item).length;
    if (size + length > MESSAGE_MAX) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(item);
    size += length;
  }
  return parts;
}
