import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Bridge } from '@parley/shared/bridge';
import { type Entry, profileFromName } from '@parley/shared/model';
import { DeviceId, LIMITS, LinkMessage, type LinkMessageOf, type RoomId, toBase64Url } from '@parley/shared/protocol';
import { systemClock } from '@parley/shared/timing';
import type { Core } from '../../electron/core/core.ts';
import { Conversation } from '../../renderer/session/conversation.ts';
import { Inbox } from '../../renderer/session/inbox.ts';
import type { BenchRow } from '../bench-row.ts';
import { batchesOf, genuineEntries } from './genuine-entries.ts';
import { ask, openCore } from './open-core.ts';

type ChatWords = LinkMessageOf<'chat' | 'receipt' | 'have' | 'ids' | 'batch'>;

/** Records in batches as large as one call takes; resolves with the milliseconds that it took. */
async function record(core: Core, roomId: RoomId, messages: readonly Entry[]): Promise<number> {
  const startedAt = performance.now();
  for (const batch of batchesOf(messages, LIMITS.historyBatchMax)) {
    await ask(core, 'history.record', { roomId, messages: batch });
  }
  return performance.now() - startedAt;
}

const conversationOver = (core: Core, roomId: RoomId): Conversation =>
  new Conversation({
    roomId,
    bridge: { call: (name, input) => core.call(name, input), on: () => () => {} } as Bridge,
    clock: systemClock,
    randomBytes: (size) => new Uint8Array(randomBytes(size)),
    readReceipts: () => true,
    receiptsEveryMs: 100,
  });

/** Links two conversations through the inboxes of the app; each message crosses as its JSON text. Resolves when `done` says so. */
async function linked(left: [DeviceId, Conversation], right: [DeviceId, Conversation], done: () => boolean) {
  const ends = [left, right] as const;
  const inboxes = ends.map(([, conversation], own) => {
    const far = ends[1 - own];
    if (!far) throw new Error('no far end');
    const peer = {
      deviceId: far[0],
      send: (message: LinkMessage) => {
        const text = JSON.stringify(message);
        if (text.length > LIMITS.linkMessageMaxChars) throw new RangeError('the message is too large');
        setImmediate(() => inboxes[1 - own]?.inbox.take(LinkMessage.parse(JSON.parse(text)) as ChatWords));
        return true;
      },
    };
    const inbox = new Inbox<ChatWords>(
      systemClock,
      (message) => conversation.handle(peer, message),
      () => void conversation.linked(peer),
    );
    return { inbox, peer, conversation };
  });
  await Promise.all(inboxes.map(({ conversation, peer }) => conversation.linked(peer)));
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const { inbox, conversation } of inboxes) {
    inbox.close();
    conversation.close();
  }
}

/**
 * Measures how long a newcomer needs to catch up with `count` messages over one link, both with a core on real files. Compared
 * with a third core that records the same messages without a link.
 */
export async function catchUpRow(folder: string, count: number): Promise<BenchRow> {
  const cores: Core[] = [];
  try {
    const members: { core: Core; deviceId: DeviceId }[] = [];
    for (const name of ['Giver', 'Newcomer', 'Alone']) {
      const core = await openCore(join(folder, name));
      cores.push(core);
      await ask(core, 'settings.change', { profile: profileFromName(name) });
      members.push({ core, deviceId: DeviceId.parse(toBase64Url(new Uint8Array(randomBytes(32)))) });
    }
    const [giver, newcomer, alone] = members;
    if (!giver || !newcomer || !alone) throw new Error('a member is missing');
    const { roomId } = await ask(giver.core, 'rooms.create', { name: 'Catching up', host: 'example.org' });
    const { invite } = await ask(giver.core, 'rooms.keyring', { roomId });
    for (const { core } of [newcomer, alone]) await ask(core, 'rooms.add', { invite });
    const messages = genuineEntries(roomId, count);
    await record(giver.core, roomId, messages);
    const aloneMs = await record(alone.core, roomId, messages);
    const [giving, taking] = [conversationOver(giver.core, roomId), conversationOver(newcomer.core, roomId)];
    let recorded = 0;
    taking.on('recorded', (items) => {
      recorded += items.length;
    });
    const startedAt = performance.now();
    await linked([giver.deviceId, giving], [newcomer.deviceId, taking], () => recorded >= count);
    const value = (performance.now() - startedAt) / 1_000;
    return {
      name: `catching up ${count.toLocaleString('en')} messages over a link`,
      value,
      unit: 's',
      comparedWith: `recording them without a link: ${(aloneMs / 1_000).toFixed(2)} s`,
      ratio: (value * 1_000) / aloneMs,
      goal: '≤ 5 s',
    };
  } finally {
    for (const core of cores) await core.close();
  }
}
