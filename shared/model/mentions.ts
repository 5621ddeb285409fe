import { fromBase64Url } from '../base/bytes.ts';
import type { DeviceId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { nameKey } from './profile.ts';

/**
 * A mention in a text: `@name#code`. The code names the device for good, so a mention survives new names and tells apart two
 * people of one name; the name is what it had then. It stands in the text itself, so that it is signed, edited, searched and
 * exported with it. Start and end count UTF-16 units; the name begins behind the `@`, the code behind the `#`.
 */
export type Mention = { start: number; end: number; name: string; code: string };

/** Somebody who can be mentioned. */
export type Person = { device: DeviceId; name: string };

const CODE_BYTES = 4;
const MENTION = new RegExp(
  `(?<![\\p{L}\\p{N}_@#])@([^\\s@#](?:[^\\n@#]{0,${LIMITS.displayNameMax * 2}}?[^\\s@#])?)#([0-9a-f]{${CODE_BYTES * 2}})(?![\\p{L}\\p{N}])`,
  'gu',
);

/** The code of a device: the first four bytes of its key in hexadecimal. */
export const mentionCode = (device: DeviceId): string =>
  [...(fromBase64Url(device) ?? []).slice(0, CODE_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The mentions in a text, in their order. */
export function readMentions(text: string): readonly Mention[] {
  if (!text.includes('@')) return [];
  return [...text.matchAll(MENTION)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    name: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

/** Whether a text mentions a device. */
export function mentionsDevice(text: string, device: DeviceId): boolean {
  const code = mentionCode(device);
  return text.includes(`#${code}`) && readMentions(text).some((mention) => mention.code === code);
}

/** The text as it is read: mentions without their codes. */
export const withoutCodes = (text: string): string => withoutThose(text, readMentions(text));

const withoutThose = (text: string, mentions: readonly Mention[]): string =>
  mentions
    .toReversed()
    .reduce((rest, { start, end, name }) => `${rest.slice(0, start)}@${name}${rest.slice(end)}`, text);

/** A name as it stands in a mention: without the signs that mark its ends. */
export const mentionName = (name: string): string => name.replaceAll(/[@#\n]/g, '').trim();

/** A mention as it is written with its code. */
export const mentionOf = ({ device, name }: Person): string => `@${mentionName(name)}#${mentionCode(device)}`;

/** Whether no other of these people has this name. */
export const isOnlyOne = (people: readonly Person[], { device, name }: Person): boolean =>
  !people.some((other) => other.device !== device && nameKey(mentionName(other.name)) === nameKey(mentionName(name)));

/** Gives each `@name` that stands for one of these people, and for no other, its code. */
export function withCodes(text: string, people: readonly Person[]): string {
  if (!text.includes('@')) return text;
  const unique = people
    .filter((person) => mentionName(person.name) !== '' && isOnlyOne(people, person))
    // The longest first: 'Ana Maria' is not 'Ana'.
    .sort((left, right) => right.name.length - left.name.length);
  const done = readMentions(text);
  const added: { start: number; end: number; text: string }[] = [];
  const isTaken = (start: number, end: number) =>
    [...done, ...added].some((other) => start < other.end && other.start < end);
  for (const person of unique) {
    const word = `@${mentionName(person.name)}`;
    for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + word.length)) {
      const end = start + word.length;
      const isWord = !IN_NAME.test(text.charAt(end)) && !IN_NAME.test(text.charAt(start - 1));
      if (isWord && !isTaken(start, end)) added.push({ start, end, text: mentionOf(person) });
    }
  }
  return added
    .sort((left, right) => right.start - left.start)
    .reduce((rest, { start, end, text: put }) => rest.slice(0, start) + put + rest.slice(end), text);
}

const IN_NAME = /[\p{L}\p{N}_@#]/u;

/** The text as its author goes on writing it: without the codes of names that `withCodes` finds again. */
export function toWrite(text: string, people: readonly Person[]): string {
  const plain = (mention: Mention) => {
    const person = people.find(({ device }) => mentionCode(device) === mention.code);
    return person !== undefined && mentionName(person.name) === mention.name && isOnlyOne(people, person);
  };
  return withoutThose(text, readMentions(text).filter(plain));
}
