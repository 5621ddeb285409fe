import {
  type Author,
  type HistoryGap,
  type HistoryItem,
  mentionOf,
  type RoomChange,
  RoomName,
  type SearchHit,
} from '@parley/shared/model';
import { MessageId } from '@parley/shared/protocol';
import type { ChatState } from '../../../stores/state.ts';
import { deviceIdOf, idOf } from './ids.ts';
import { design } from './rooms.ts';

const MINUTE_MS = 60_000;

type SampleMessage = [who: string, minutesAgo: number, text: string, state?: HistoryItem['state']];

const talk: readonly SampleMessage[] = [
  ['Ana Moreira', 1_530, 'Morning! Did the samples from the printer arrive?'],
  ['You', 1_524, 'They did. The blue came out darker than on screen.', 'read'],
  ['You', 1_523, 'I put photos beside the old ones, the difference is small but you see it.', 'read'],
  ['Benedikt', 1_498, 'Paper or profile?'],
  [
    'Ana Moreira',
    1_495,
    'Profile, I think. They sent theirs: https://print.example/profiles/coated-v3 (the second one).',
  ],
  ['Benedikt', 190, 'I converted the cover with it. Looks right to me, but my screen is not calibrated.'],
  ['Benedikt', 189, 'Can somebody with a better one have a look before noon?'],
  ['You', 171, 'On it.', 'read'],
  [
    'You',
    48,
    'Looks good. One thing: the small text on page 12 is set in four colours. If the plates move by a hair it will be fuzzy, so I made it black only. Shout if that was on purpose!',
    'read',
  ],
  ['Chiara Fontana', 31, 'Not on purpose. Thank you 🙏'],
  [
    'Ana Moreira',
    12,
    'Shall we talk it through at three? I would like to show the new spread, it is easier to point at things.',
  ],
  ['Ana Moreira', 11, 'Or write me at mailto:ana@studio.example if that is a bad time.'],
  ['You', 4, 'Three is fine.', 'delivered'],
  ['You', 1, 'I bring the samples.', 'queued'],
];
export const itemOf = (
  [who, minutesAgo, text, state = 'read']: SampleMessage,
  index: number,
  nowMs: number,
): HistoryItem => ({
  id: MessageId.parse(idOf(`message ${index} ${text}`, 16)),
  roomId: design,
  author: deviceIdOf(who),
  authorName: who,
  name: who,
  // This device never met hers.
  confirmed: who !== 'Chiara Fontana',
  seq: index + 1,
  clock: index + 1,
  sentAt: nowMs - minutesAgo * MINUTE_MS,
  text,
  content: { kind: 'text' },
  edited: false,
  deleted: false,
  quote: null,
  reactions: [],
  mine: who === 'You',
  state,
  deliveredTo: 2,
  readBy: 1,
});

const personOf = (who: string): Author => ({
  author: deviceIdOf(who),
  authorName: who,
  name: who,
  confirmed: true,
  mine: who === 'You',
});

/** Scripts that run from right to left, mixed and in turns, some of it within one minute. */
const scripts: readonly SampleMessage[] = [
  ['נועה', 9, 'בוקר טוב! הדוגמאות הגיעו (הכחולות)?'],
  ['נועה', 9, 'https://print.example/a?b=1 — זה הקישור.'],
  ['You', 7, 'Yes, they did. נועה, can you come at 10:30?', 'read'],
  ['You', 7, 'First line in English\nשורה שנייה בעברית, עם 3 מספרים.', 'read'],
  ['سارة (بيت)', 4, 'صباح الخير، أنا قادمة.'],
];

/** A long talk of three, two weeks of it. */
export const longTalkAt = (nowMs: number): HistoryItem[] =>
  Array.from({ length: 240 }, (_, index) => {
    const who = ['Ana Moreira', 'You', 'Benedikt', 'Ana Moreira'][Math.floor(index / 3) % 4] ?? 'You';
    const [, , text = ''] = talk[index % talk.length] ?? [];
    return itemOf([who, (240 - index) * 83, text, 'read'], index, nowMs);
  });

/** A talk in several scripts. */
export const scriptsAt = (nowMs: number): HistoryItem[] => scripts.map((line, index) => itemOf(line, index, nowMs));

export const chatOf = (items: readonly HistoryItem[], more: Partial<ChatState> = {}): ChatState => ({
  items,
  total: items.length,
  hasOlder: items.length > 10,
  hasNewer: false,
  loading: 'none',
  failure: null,
  newFrom: null,
  place: null,
  goTo: null,
  ...more,
});

/** A short talk with an answer, reactions, an edit and a deletion. */
export function livelyAt(nowMs: number): HistoryItem[] {
  const [question, photos, answer, gone, plan] = (
    [
      ['Ana Moreira', 42, 'Shall we print the cover on the matt paper? I have both samples here.'],
      ['Benedikt', 40, 'Matt. The blue is much calmer on it.'],
      ['You', 38, 'Matt for me too, but only if the small text on page 12 stays readable.', 'read'],
      ['Benedikt', 31, ''],
      ['You', 3, 'Then it is settled: matt, 120 g, on Thursday.', 'delivered'],
    ] satisfies SampleMessage[]
  ).map((line, index) => itemOf(line, index, nowMs));
  if (!question || !photos || !answer || !gone || !plan) return [];
  const { author, id, name, confirmed, mine, text } = question;
  return [
    { ...question, reactions: [{ emoji: '👀', mine: false, people: [personOf('Benedikt')] }] },
    photos,
    { ...answer, quote: { author, id, authorName: name, name, confirmed, mine, text }, edited: true },
    { ...gone, deleted: true },
    {
      ...plan,
      reactions: [
        { emoji: '👍', mine: false, people: [personOf('Ana Moreira'), personOf('Benedikt')] },
        { emoji: '🎉', mine: true, people: [personOf('You')] },
      ],
    },
  ];
}

const marked: readonly SampleMessage[] = [
  [
    'Ana Moreira',
    22,
    '**Cover**: _matt_, ~~130 g~~ 120 g. The profile is `coated-v3`, see [their page](https://print.example/profiles).',
  ],
  ['Ana Moreira', 21, '> Paper or profile?\n> The blue is too dark.\nProfile, I think.'],
  ['Benedikt', 15, 'Still to do:\n- plates for page 12\n- *proof* by noon\n  - the small text\n1. print\n2. fold'],
  [
    'You',
    9,
    'I convert them with this:\n```sh\nfor page in *.tif; do\n  convert "$page" -profile coated-v3.icc "out/$page"\ndone\n```\nTakes **two** minutes.',
    'read',
  ],
  ['You', 8, '> `out` is empty?\nNot here: https://print.example/out/_a_b.', 'delivered'],
];

/** A talk with mentions, one of them of this person. */
export const mentionsAt = (nowMs: number): HistoryItem[] => {
  const [me, ana, ben] = ['You', 'Ana Moreira', 'Benedikt'].map((name) =>
    mentionOf({ device: deviceIdOf(name), name }),
  );
  const lines: readonly SampleMessage[] = [
    ['Ana Moreira', 9, `${me}, can you ask ${ben} for the plates?`],
    ['You', 7, `${ben}: plates? ${ana} waits for them.`, 'read'],
    ['Benedikt', 2, `On Thursday. **${me}**, bring the samples.`],
  ];
  return lines.map((line, index) => itemOf(line, index, nowMs));
};

/** A talk with marks: bold, lists, quotes, code. */
export const markedAt = (nowMs: number): HistoryItem[] => marked.map((line, index) => itemOf(line, index, nowMs));
/** Entries that are missing in the short talk: some of Benedikt's, and one that this person wrote. */
export function gapsAt(nowMs: number): HistoryGap[] {
  const [question, photos] = livelyAt(nowMs);
  if (!question || !photos) return [];
  const { clock, author, id, name, confirmed } = photos;
  const missing = { author, name, confirmed, mine: false, side: 'after' as const };
  return [
    { ...missing, first: 3, last: 5, place: { clock, author, id } },
    { ...missing, mine: true, first: 8, last: 8, place: { clock: clock + 1, author, id } },
  ];
}

/** Somebody set a timer in the short talk and named the room, and this person turned the timer off. */
export function roomChangesAt(nowMs: number): RoomChange[] {
  const [question, photos, answer] = livelyAt(nowMs);
  if (!question || !photos || !answer) return [];
  const placeOf = (item: HistoryItem) => {
    const { author, authorName, name, confirmed, mine, id, clock, sentAt } = item;
    return { author, authorName, name, confirmed, mine, id, clock, sentAt };
  };
  const mine = livelyAt(nowMs).find((item) => item.mine) ?? question;
  return [
    { ...placeOf(question), kind: 'name', roomName: RoomName.parse('Design circle'), first: false },
    { ...placeOf(photos), kind: 'timer', lifetimeMs: 7 * 86_400_000 },
    { ...placeOf(mine), kind: 'timer', lifetimeMs: null, clock: answer.clock + 100, sentAt: nowMs - MINUTE_MS },
  ];
}

/** The talk of the gallery's busiest room. */
export const talkAt = (nowMs: number): HistoryItem[] => talk.map((line, index) => itemOf(line, index, nowMs));

export function hitOf(item: HistoryItem, word: string): SearchHit {
  const at = item.text.toLowerCase().indexOf(word);
  return { item, roomName: 'Design circle', matches: at < 0 ? [] : [[at, at + word.length]] };
}
