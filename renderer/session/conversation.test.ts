import type { Bridge } from '@parley/shared/bridge';
import type { Entry, EntryContent } from '@parley/shared/model';
import {
  accept,
  DeviceId,
  type HeldIds,
  LIMITS,
  type LinkMessage,
  type LinkMessageOf,
  MessageId,
  type Refusal,
  RoomId,
  refuse,
  type SeqRange,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { type ChatPeer, Conversation } from './conversation.ts';

const idOf = (text: string, chars: number) => `${text.padStart(chars - 1, 'x')}A`;
const roomId = RoomId.parse(idOf('room', 22));
const device = (name: string) => DeviceId.parse(idOf(name, 43));
let numbers = 0;

/** A message as somebody could send it; nobody looks at signatures here. */
const message = (author: DeviceId, clock: number, text = `message ${numbers}`): Entry => ({
  id: MessageId.parse(idOf(String(++numbers), 22)),
  roomId,
  author,
  authorName: 'Somebody',
  seq: clock,
  clock,
  sentAt: 0,
  kind: 'text',
  of: null,
  body: { salt: idOf('salt', 22), text },
  digest: idOf('digest', 43),
  sig: idOf('sig', 86),
});

type Batch = LinkMessageOf<'batch'>;
type Said =
  | LinkMessageOf<'chat' | 'receipt' | 'have' | 'ids'>
  | (Pick<Batch, 'type' | 'messages' | 'hasMore'> & Partial<Batch>);

const lastQuestion = (sent: readonly LinkMessage[]): number =>
  sent.reduce((last, each) => (each.type === 'have' || each.type === 'ids' ? each.question : last), 0);

/** A conversation over a core that keeps what the test lets it keep. */
function openConversation() {
  const clock = fakeClock();
  const core = {
    keeps: true,
    /** Whether it says that what it keeps is new. */
    fresh: false,
    /** Whether its disk takes nothing. */
    fails: false,
    /** Resolves when its disk is ready to write. */
    ready: Promise.resolve(),
    met: new Set<DeviceId>(),
    /** Its answer about the authors above one: their part ends here. */
    upTo: (_above: DeviceId | null): DeviceId | null => null,
    missing: [] as Entry[],
    missingAsked: 0,
    differing: [] as SeqRange[],
    behind: false,
    recorded: 0,
    recordsBegun: 0,
    /** How many of the messages it finds unsigned. */
    forged: 0,
    /** Why it could not store the last messages of a batch. */
    failed: null as Refusal | null,
    /** Whether the person has a second computer. */
    hasOwn: true,
    /** Own texts that it keeps, and the refusals of the next ones. */
    own: [] as string[],
    refusesOwn: [] as Refusal[],
  };
  const answers: Record<string, (input: never) => unknown> = {
    'history.heads': ({ above }: { above: DeviceId | null }) => accept({ heads: [], upTo: core.upTo(above) }),
    'history.record': ({ messages }: { messages: Entry[] }) => {
      if (core.fails) return refuse('disk-full');
      core.recorded += messages.length;
      const stored = messages.map(({ author, id }) => ({ author, id, met: core.met.has(author) }));
      const gained = core.fresh ? messages.length : 0;
      return accept({
        stored: core.keeps ? stored : [],
        fresh: [],
        changed: [],
        gained,
        refused: core.keeps ? 0 : messages.length,
        forged: core.forged,
        failed: core.failed,
      });
    },
    'history.compose': ({ id, content }: { id: MessageId; content: EntryContent }) => {
      const refused = core.refusesOwn.shift();
      if (refused) return refused;
      const text = 'text' in content ? content.text : '';
      const entry = { ...message(device('own'), core.own.length + 1, text), id };
      core.own.push(text);
      return accept({ entry, item: { id, text } });
    },
    'history.mark-heads': () => accept({ changed: [] }),
    'history.mark': () => accept({ changed: [] }),
    'history.missing': () => {
      core.missingAsked += 1;
      return accept({
        messages: core.missing,
        own: [],
        hasMore: false,
        differing: core.differing,
        behind: core.behind,
      });
    },
    'history.held-ids': (range: SeqRange) =>
      accept({ ...range, from: range.first, ids: [], print: 'A'.repeat(22) } satisfies HeldIds),
    'history.missing-among': () =>
      accept({ messages: core.missing, own: [], hasMore: false, differing: [], behind: false }),
  };
  const bridge = {
    call: async (name: string, input: unknown) => {
      if (name === 'history.record') {
        core.recordsBegun += 1;
        await core.ready;
      }
      return answers[name]?.(input as never);
    },
    on: () => () => {},
  } as unknown as Bridge;
  const conversation = new Conversation({
    roomId,
    bridge,
    clock,
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    readReceipts: () => true,
    receiptsEveryMs: 100,
    isOwn: (deviceId) => core.hasOwn && deviceId === device('own'),
  });

  async function link(name: string) {
    const sent: LinkMessage[] = [];
    const peer: ChatPeer = { deviceId: device(name), send: (each) => sent.push(each) > 0 };
    const of = <T extends LinkMessage['type']>(type: T) =>
      sent.filter((each): each is LinkMessageOf<T> => each.type === type);
    await conversation.linked(peer);
    /** Batches answer the last question unless they say another. */
    const hear = (said: Said) =>
      conversation.handle(
        peer,
        said.type === 'batch' ? { question: lastQuestion(sent), differing: [], ...said } : said,
      );
    return { peer, of, hear, question: () => lastQuestion(sent) };
  }
  const write = (text: string) => conversation.send({ kind: 'text', text, of: null }, () => {});
  return { conversation, clock, core, link, write };
}

const have = (part: Partial<LinkMessageOf<'have'>> = {}): LinkMessageOf<'have'> => ({
  type: 'have',
  question: 1,
  heads: [],
  above: null,
  upTo: null,
  after: null,
  ...part,
});

describe('back-fill', () => {
  it('goes on behind what could not be kept', async () => {
    const { core, link } = openConversation();
    const { hear, of } = await link('ben');
    core.keeps = false;
    const junk = [message(device('made-up'), 7), message(device('made-up'), 9)];
    await hear({ type: 'batch', messages: junk, hasMore: true });
    expect(of('have').map(({ after }) => after)).toEqual([null, { clock: 9, author: device('made-up') }]);
  });

  it('does not ask again where the place did not move, or there was nothing', async () => {
    const { link } = openConversation();
    for (const messages of [[message(device('made-up'), 9)], []]) {
      const { hear, of } = await link('ben');
      await hear({ type: 'batch', messages: [message(device('made-up'), 9)], hasMore: true });
      await hear({ type: 'batch', messages, hasMore: true });
      expect(of('have')).toHaveLength(2);
    }
  });

  it('asks for the next part while one is being recorded', async () => {
    const { core, link } = openConversation();
    const { hear, of } = await link('ben');
    const { promise, resolve } = Promise.withResolvers<void>();
    core.ready = promise;
    const heard = hear({ type: 'batch', messages: [message(device('ana'), 1)], hasMore: true });
    await settled();
    expect([of('have').length, core.recorded]).toEqual([2, 0]);
    resolve();
    await heard;
    expect([of('have').length, core.recorded]).toEqual([2, 1]);
  });

  it('hands one more part to the core while one is being recorded, and reads no third', async () => {
    const { core, link } = openConversation();
    const { hear } = await link('ben');
    const { promise, resolve } = Promise.withResolvers<void>();
    core.ready = promise;
    const part = (at: number) => hear({ type: 'batch', messages: [message(device('ana'), at)], hasMore: true });
    await part(1);
    let isRead = false;
    const second = part(2).then(() => {
      isRead = true;
    });
    await settled();
    expect([core.recordsBegun, core.recorded, isRead]).toEqual([2, 0, false]);
    resolve();
    await second;
    expect(core.recorded).toBe(2);
  });

  it('reads one part further at most where the disk takes nothing, and begins again when it does', async () => {
    const { clock, core, link } = openConversation();
    const { hear, of } = await link('ben');
    core.fails = true;
    for (const at of [1, 2, 3]) await hear({ type: 'batch', messages: [message(device('ana'), at)], hasMore: true });
    expect(of('have')).toHaveLength(2);
    core.fails = false;
    clock.advance(2_000);
    await settled();
    expect(of('have')).toHaveLength(3);
    expect(of('have').at(-1)).toMatchObject({ after: null });
  });

  it('begins again, and says why, where the disk took a part of a batch', async () => {
    const { conversation, clock, core, link } = openConversation();
    const troubles: string[] = [];
    conversation.on('trouble', ({ code }) => void troubles.push(code));
    const { hear, of } = await link('ben');
    core.failed = refuse('disk-full');
    await hear({ type: 'batch', messages: [message(device('ana'), 1)], hasMore: false });
    core.failed = null;
    clock.advance(2_000);
    await settled();
    expect([troubles, core.recorded, of('have').length]).toEqual([['disk-full'], 1, 2]);
    expect(of('have').at(-1)).toMatchObject({ after: null });
  });

  it('reads two parts further at most where the disk takes nothing after a while', async () => {
    const { core, link } = openConversation();
    const { hear, of } = await link('ben');
    const { promise, resolve } = Promise.withResolvers<void>();
    core.ready = promise;
    core.fails = true;
    const part = (at: number) => hear({ type: 'batch', messages: [message(device('ana'), at)], hasMore: true });
    await part(1);
    const second = part(2);
    await settled();
    resolve();
    await second;
    await part(3);
    await part(4);
    expect(of('have')).toHaveLength(3);
  });

  it('asks about the authors part by part where they do not fit into one message', async () => {
    const { core, link } = openConversation();
    const [first, second] = [device('f'), device('m')];
    core.upTo = (above) => (above === null ? first : above === first ? second : null);
    const { hear, of } = await link('ben');
    await hear({ type: 'batch', messages: [message(first, 3)], hasMore: true });
    for (let i = 0; i < 4; i++) await hear({ type: 'batch', messages: [], hasMore: false });
    expect(of('have').map(({ above, upTo, after }) => [above, upTo, after?.clock ?? null])).toEqual([
      [null, first, null],
      [null, first, 3],
      [first, second, null],
      [second, null, null],
    ]);
  });

  it('answers each question once, also where nothing is missing', async () => {
    const { core, link } = openConversation();
    const { hear, of } = await link('ben');
    await hear(have({ question: 7 }));
    expect(of('batch')).toEqual([{ type: 'batch', question: 7, messages: [], hasMore: false, differing: [] }]);
    core.missing = [message(device('ana'), 1)];
    await hear(have({ question: 8 }));
    expect(of('batch').at(-1)).toMatchObject({ question: 8, messages: core.missing });
  });

  it('takes no answer to another question than the last', async () => {
    const { conversation, core, link } = openConversation();
    const { hear, question } = await link('ben');
    await hear({ type: 'batch', question: question() + 1, messages: [message(device('ana'), 1)], hasMore: false });
    expect([core.recorded, conversation.dropped.unasked]).toEqual([0, 1]);
  });

  it('asks once more after something new came, and not after nothing did', async () => {
    const { core, link } = openConversation();
    core.fresh = true;
    const { hear, of } = await link('ben');
    await hear({ type: 'batch', messages: [message(device('ana'), 1)], hasMore: false });
    expect(of('have')).toHaveLength(2);
    await hear({ type: 'batch', messages: [], hasMore: false });
    expect(of('have')).toHaveLength(2);
  });

  it('looks into a range that is held differently from its end to where the rest is the same', async () => {
    const { link } = openConversation();
    const { hear, of } = await link('ben');
    const range = (last: number) => ({ author: device('ana'), first: 1, last });
    await hear({ type: 'batch', messages: [], hasMore: false, differing: [range(9)] });
    await hear({ type: 'batch', messages: [], hasMore: false, differing: [range(5)] });
    // Nothing of another author or above what was asked: an answer must not keep this side asking.
    const elsewhere = { ...range(3), author: device('eve') };
    await hear({ type: 'batch', messages: [], hasMore: false, differing: [range(5), range(8), elsewhere] });
    expect(of('ids').map(({ author, last }) => [author, last])).toEqual([
      [device('ana'), 9],
      [device('ana'), 5],
    ]);
    expect(of('have')).toHaveLength(1);
  });

  it('asks a device whose question shows that it has more, but not again and again for what cannot be kept', async () => {
    const { core, link, clock } = openConversation();
    const { hear, of } = await link('ben');
    await hear({ type: 'batch', messages: [], hasMore: false });
    core.behind = true;
    await hear(have());
    expect(of('have')).toHaveLength(2);
    await hear({ type: 'batch', messages: [message(device('ana'), 1)], hasMore: false });
    await hear(have());
    expect(of('have')).toHaveLength(2);
    clock.advance(60_000);
    await hear(have());
    expect(of('have')).toHaveLength(3);
  });

  it('tells the other links of what came over one, once for many messages', async () => {
    const { core, link, clock } = openConversation();
    core.fresh = true;
    const [ben, eve] = [await link('ben'), await link('eve')];
    for (const each of [ben, eve]) await each.hear({ type: 'batch', messages: [], hasMore: false });
    for (let i = 1; i <= 3; i++) await ben.hear({ type: 'chat', message: message(device('ben'), i) });
    clock.advance(5_000);
    await settled();
    expect([ben.of('have').length, eve.of('have').length]).toEqual([1, 2]);
  });

  it('looks into a range also where its own answer found it', async () => {
    const { core, link } = openConversation();
    const { hear, of } = await link('ben');
    await hear({ type: 'batch', messages: [], hasMore: false });
    core.differing = [{ author: device('ana'), first: 1, last: 4 }];
    await hear(have());
    expect(of('batch').at(-1)?.differing).toEqual(core.differing);
    expect(of('ids')).toMatchObject([core.differing[0]]);
  });

  it('takes no more of one device in an hour than the limit, also over a new link, and goes on afterwards', async () => {
    const { core, link, clock } = openConversation();
    core.keeps = false;
    let clockOfMessage = 0;
    const flood = async ({ hear, of }: Awaited<ReturnType<typeof link>>) => {
      for (let batches = 0; batches === 0 || of('have').length > batches; batches++) {
        const messages = Array.from({ length: LIMITS.historyBatchMax }, () => message(device('m'), ++clockOfMessage));
        await hear({ type: 'batch', messages, hasMore: true });
      }
    };
    const eve = await link('eve');
    await flood(eve);
    expect(core.recorded).toBe(LIMITS.backfillTakenMax);
    // A new link asks once, as it must; it does not begin a new hour.
    await flood(await link('eve'));
    expect(core.recorded).toBe(LIMITS.backfillTakenMax + LIMITS.historyBatchMax);
    // Somebody else is not held up by that.
    const ben = await link('ben');
    await ben.hear({ type: 'batch', messages: [message(device('ben'), 1)], hasMore: true });
    expect(ben.of('have')).toHaveLength(2);

    const again = await link('eve');
    await flood(again);
    const before = again.of('have').length;
    clock.advance(LIMITS.backfillWindowMs);
    await settled();
    expect(again.of('have')).toHaveLength(before + 1);
    expect(again.of('have').at(-1)?.after).toEqual({ clock: clockOfMessage, author: device('m') });
  });

  it('does not wait on for a link that is over', async () => {
    const { core, conversation, link } = openConversation();
    core.keeps = false;
    const eve = await link('eve');
    for (let clock = 1; clock <= LIMITS.backfillTakenMax; clock += LIMITS.historyBatchMax) {
      const messages = Array.from({ length: LIMITS.historyBatchMax }, (_, i) => message(device('m'), clock + i));
      await eve.hear({ type: 'batch', messages, hasMore: true });
    }
    expect(conversation.openResources.timers).toBe(1);
    conversation.unlinked(eve.peer);
    expect(conversation.openResources.timers).toBe(0);
  });

  it('gives another computer of the person everything, and takes everything of it (H9)', async () => {
    const { core, clock, link } = openConversation();
    core.keeps = false;
    core.missing = Array.from({ length: LIMITS.historyBatchMax }, (_, i) => message(device('ana'), i + 1));
    const own = await link('own');
    const batches = LIMITS.backfillGivenMax / LIMITS.historyBatchMax + 5;
    for (let at = 0; at < batches; at++) {
      await own.hear(have());
      const from = at * LIMITS.historyBatchMax;
      const messages = Array.from({ length: LIMITS.historyBatchMax }, (_, i) => message(device('m'), from + i + 1));
      await own.hear({ type: 'batch', messages, hasMore: true });
    }
    expect(own.of('batch')).toHaveLength(batches);
    expect(core.recorded).toBe(batches * LIMITS.historyBatchMax);

    // It was taken off the list: the same link has no more than anybody from now on.
    core.hasOwn = false;
    const asked = own.of('have').length;
    await own.hear(have());
    await own.hear({ type: 'batch', messages: [message(device('m'), 99_999)], hasMore: true });
    expect(own.of('batch')).toHaveLength(batches);
    clock.advance(LIMITS.backfillWindowMs - 1);
    expect(own.of('have')).toHaveLength(asked);
  });

  it('looks for one device only so often', async () => {
    const { core, link, clock } = openConversation();
    core.missing = Array.from({ length: LIMITS.historyBatchMax }, (_, i) => message(device('ana'), i + 1));
    const { hear, of } = await link('eve');
    const most = LIMITS.backfillGivenMax / LIMITS.historyBatchMax;
    for (let i = 0; i < most + 5; i++) await hear(have());
    expect([of('batch').length, core.missingAsked]).toEqual([most, most]);
    clock.advance(LIMITS.backfillWindowMs);
    await hear(have());
    expect(of('batch')).toHaveLength(most + 1);
  });
});

describe('receipts', () => {
  it('are kept for devices that were met, and for no author who was only heard of', async () => {
    const { core, link, clock } = openConversation();
    const { hear } = await link('ben');
    const [known, invented] = [message(device('known'), 1), message(device('invented'), 2)];
    core.met.add(known.author);
    await hear({ type: 'batch', messages: [known, invented], hasMore: false });
    const links = [await link('known'), await link('invented')];
    clock.advance(100);
    await settled();
    expect(links.map(({ of }) => of('receipt').map(({ delivered }) => delivered))).toEqual([[[known.id]], []]);
  });
});

describe('a message that its author did not sign', () => {
  it('is told of with the device that handed it on, once for each device (H6)', async () => {
    const { conversation, core, link } = openConversation();
    const told: DeviceId[] = [];
    conversation.on('forged', ({ by }) => told.push(by));
    const ben = await link('ben');
    const cleo = await link('cleo');
    Object.assign(core, { keeps: false, forged: 1 });
    const batch = { type: 'batch' as const, messages: [message(device('anna'), 1)], hasMore: false };
    await ben.hear(batch);
    conversation.unlinked(ben.peer);
    const again = await link('ben');
    await again.hear(batch);
    await cleo.hear(batch);
    expect(told).toEqual([device('ben'), device('cleo')]);
  });
});

describe('the rule about spam', () => {
  it('is not forgotten with the link', async () => {
    const { conversation, link } = openConversation();
    const eve = device('eve');
    for (let i = 0; i < LIMITS.spamMessagesMax; i++) {
      const { peer, hear } = await link('eve');
      await hear({ type: 'chat', message: message(eve, i + 1) });
      conversation.unlinked(peer);
    }
    const { hear } = await link('eve');
    await hear({ type: 'chat', message: message(eve, 100) });
    expect(conversation.dropped.spam).toBe(1);
  });

  it('goes by the times that the author signed: what waited on the way and comes at once is taken', async () => {
    const { conversation, core, link } = openConversation();
    const { hear } = await link('ben');
    for (let i = 0; i < 3 * LIMITS.spamMessagesMax; i++) {
      const sentAt = i * (LIMITS.spamWindowMs / LIMITS.spamMessagesMax);
      await hear({ type: 'chat', message: { ...message(device('ben'), i + 1, `word ${i % 5}`), sentAt } });
    }
    expect([conversation.dropped.spam, core.recorded]).toEqual([0, 3 * LIMITS.spamMessagesMax]);
  });
});

describe('a live message that was not taken', () => {
  const saidTooMuch = async (hear: (said: LinkMessageOf<'chat'>) => Promise<void>) => {
    for (let i = 0; i <= LIMITS.spamMessagesMax; i++)
      await hear({ type: 'chat', message: message(device('ben'), i + 1) });
  };

  it('is asked for on the same link, until an answer was read', async () => {
    const { conversation, clock, core, link } = openConversation();
    const { hear, of } = await link('ben');
    await saidTooMuch(hear);
    expect([conversation.dropped.spam, of('have').length]).toEqual([1, 1]);
    clock.advance(2_000);
    await settled();
    clock.advance(4_000);
    await settled();
    expect(of('have')).toHaveLength(3);
    await hear({ type: 'batch', messages: [message(device('ben'), 21)], hasMore: false });
    clock.advance(600_000);
    await settled();
    expect([of('have').length, core.recorded]).toEqual([3, LIMITS.spamMessagesMax + 1]);
  });

  it('is asked for where the disk did not take it, and where it was lost before it came', async () => {
    const { clock, core, link } = openConversation();
    const { hear, of } = await link('ben');
    core.fails = true;
    await hear({ type: 'chat', message: message(device('ben'), 1) });
    core.fails = false;
    clock.advance(2_000);
    await settled();
    expect(of('have')).toHaveLength(2);
    await hear({ type: 'batch', messages: [message(device('ben'), 1)], hasMore: false });
    await hear({ type: 'chat', message: message(device('ben'), 3) });
    clock.advance(2_000);
    await settled();
    expect(of('have')).toHaveLength(3);
  });

  it('is asked for though an answer in parts was never read to its end', async () => {
    const { clock, link } = openConversation();
    const { hear, of } = await link('ben');
    await hear({ type: 'batch', messages: [message(device('ben'), 1)], hasMore: true });
    expect(of('have')).toHaveLength(2);
    await hear({ type: 'chat', message: message(device('ben'), 5) });
    await hear({ type: 'chat', message: message(device('ben'), 7) });
    clock.advance(2_000);
    await settled();
    expect(of('have').at(-1)).toMatchObject({ after: null });
    expect(of('have')).toHaveLength(3);
  });

  it('is not asked for any more when the link is over', async () => {
    const { conversation, clock, link } = openConversation();
    const { peer, hear, of } = await link('ben');
    await saidTooMuch(hear);
    conversation.unlinked(peer);
    clock.advance(600_000);
    await settled();
    expect([of('have').length, conversation.openResources.timers]).toEqual([1, 0]);
  });
});

describe.each([
  ['set back an hour', -3_600_000],
  ['set forward a day', 86_400_000],
])('a wall clock that is %s', (_, byMs) => {
  it('neither lengthens nor ends the rule about own spam', async () => {
    const { clock, write } = openConversation();
    for (let i = 0; i < LIMITS.spamIdenticalMax; i++) expect(await write('again')).toMatchObject({ ok: true });
    clock.setWall(byMs);
    clock.advance(LIMITS.spamWindowMs - 1);
    expect(await write('again')).toMatchObject({ code: 'message-spam' });
    clock.advance(1);
    expect(await write('again')).toMatchObject({ ok: true });
  });

  it('makes no spam of what its author wrote before and after', async () => {
    const { conversation, clock, link } = openConversation();
    const { hear } = await link('ben');
    for (let i = 1; i <= 2 * LIMITS.spamIdenticalMax; i++) {
      if (i === LIMITS.spamIdenticalMax + 1) clock.setWall(byMs);
      await hear({ type: 'chat', message: { ...message(device('ben'), i, 'again'), sentAt: clock.now() } });
    }
    expect(conversation.dropped.spam).toBe(0);
  });

  it('changes nothing about how much one device gives and is given in an hour', async () => {
    const { core, link, clock } = openConversation();
    core.missing = Array.from({ length: LIMITS.historyBatchMax }, (_, i) => message(device('ana'), i + 1));
    core.keeps = false;
    const { hear, of } = await link('eve');
    const most = LIMITS.backfillGivenMax / LIMITS.historyBatchMax;
    for (let i = 0; i < most; i++) await hear(have());
    for (let of1 = 1; of1 <= LIMITS.backfillTakenMax; of1 += LIMITS.historyBatchMax) {
      const messages = Array.from({ length: LIMITS.historyBatchMax }, (_, i) => message(device('m'), of1 + i));
      await hear({ type: 'batch', messages, hasMore: true });
    }
    const [given, asked] = [of('batch').length, of('have').length];
    clock.setWall(byMs);
    clock.advance(LIMITS.backfillWindowMs - 1);
    await hear(have());
    await settled();
    expect([of('batch').length, of('have').length]).toEqual([given, asked]);
    clock.advance(1);
    await settled();
    await hear(have());
    expect([of('batch').length, of('have').length]).toEqual([given + 1, asked + 1]);
  });

  it('changes nothing about the pauses before a device is asked again', async () => {
    const { core, link, clock } = openConversation();
    const { hear, of } = await link('ben');
    await hear({ type: 'batch', messages: [], hasMore: false });
    core.behind = true;
    await hear(have());
    await hear({ type: 'batch', messages: [message(device('ana'), 1)], hasMore: false });
    clock.setWall(byMs);
    clock.advance(59_999);
    await hear(have());
    expect(of('have')).toHaveLength(2);
    clock.advance(1);
    await hear(have());
    expect(of('have')).toHaveLength(3);
  });
});

describe('a message that the disk does not take for now', () => {
  it('goes out in its order on the links that are open when it is stored', async () => {
    const { conversation, clock, core, link } = openConversation();
    const { peer } = await link('ben');
    core.refusesOwn = [refuse('disk-full'), refuse('history-locked')];
    const told: string[] = [];
    const write = (text: string) =>
      conversation.send(
        { kind: 'text', text, of: null },
        () => {},
        () => '',
        ({ refusal }) => told.push(refusal.code),
      );
    const written = [write('first'), write('second')];
    await settled();
    conversation.unlinked(peer);
    const eve = await link('eve');
    for (const ms of [500, 1_000]) {
      clock.advance(ms);
      await settled();
    }
    expect((await Promise.all(written)).map(({ ok }) => ok)).toEqual([true, true]);
    expect([told, core.own]).toEqual([
      ['disk-full', 'history-locked'],
      ['first', 'second'],
    ]);
    expect(eve.of('chat').map(({ message: { body } }) => body && 'text' in body && body.text)).toEqual([
      'first',
      'second',
    ]);
  });

  it('is given up when the room is left, and leaves no timer', async () => {
    const { conversation, core } = openConversation();
    core.refusesOwn = [refuse('disk-full')];
    const sent = conversation.send(
      { kind: 'text', text: 'first', of: null },
      () => {},
      () => '',
      () => {},
    );
    await settled();
    conversation.close();
    expect(await sent).toMatchObject({ code: 'cancelled' });
    expect(conversation.openResources.timers).toBe(0);
  });
});
