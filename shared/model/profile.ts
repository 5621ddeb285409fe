import { z } from 'zod';
import { LIMITS } from '../base/limits.ts';

/** Whether `text` has `min` to `max` code points. Most texts are so short that nobody has to count. */
export const fitsCodePoints = (text: string, max: number, min = 1): boolean =>
  text.length >= min && (text.length <= max || [...text].length <= max) && (min === 1 || [...text].length >= min);

/**
 * Something an eye can find. Joiners, fillers, variation selectors, blanks and marks without a letter are none: a name
 * of those alone would be shown as nothing.
 */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{M}\u2800]/u;

/** Whether a person would see anything of `name`. */
export const isVisible = (name: string): boolean => VISIBLE.test(name);

/** V1: 2–50 letters, digits, hyphens, underscores. Any script's letters, as people's names have them. */
export const Username = z
  .string({ error: 'username-invalid' })
  .max(LIMITS.usernameMax * 8, { error: 'username-invalid' })
  .normalize('NFC')
  .trim()
  .regex(/^[\p{L}\p{M}\p{Nd}_-]+$/u, { error: 'username-invalid' })
  .refine((name) => fitsCodePoints(name, LIMITS.usernameMax, LIMITS.usernameMin) && isVisible(name), {
    error: 'username-invalid',
  })
  .describe('2 to 50 letters, digits, hyphens, underscores (any script), NFC');
export type Username = z.infer<typeof Username>;

/**
 * The form in which usernames are compared: neither case (V1) nor what nobody can see makes two names of one. Upper case
 * first, so that ß is ss and every σ the same.
 */
export const usernameKey = (username: string): string =>
  username
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    // A removed character may have stood between a letter and its mark: compose them to one character again.
    .normalize('NFKC');

/**
 * Control characters, line and paragraph separators, bidi overrides and isolates, and other invisible
 * formatting that could make one name look like another. The zero-width joiner stays: emoji and several
 * scripts need it.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/u;

/** V2: 1–64 printable characters (code points) in NFC, at least one of which can be seen. */
export const DisplayName = z
  .string({ error: 'display-name-invalid' })
  .max(LIMITS.displayNameMax * 8, { error: 'display-name-invalid' })
  .normalize('NFC')
  .trim()
  .refine((name) => fitsCodePoints(name, LIMITS.displayNameMax) && !unprintable.test(name) && isVisible(name), {
    error: 'display-name-invalid',
  })
  .describe('1 to 64 visible characters, NFC, no control or bidi characters');
export type DisplayName = z.infer<typeof DisplayName>;

/**
 * The form in which the names that people see are compared, whether they are usernames or display names. Beside what
 * makes no other username, neither the kind nor the number of blanks makes another name.
 */
export const nameKey = (name: string): string =>
  usernameKey(name)
    .replace(/[\p{White_Space}\u2800]+/gu, ' ')
    .trim();

/** The name that a device gives its person. It is proved to be that device's word, never proved to be true. */
export const Profile = z.object({ username: Username, displayName: DisplayName.nullable() });
export type Profile = z.infer<typeof Profile>;

/** The name to show: the display name, or the username where there is none (V2). */
export const nameOf = (profile: Profile): string => profile.displayName ?? profile.username;

/**
 * Makes a profile from the one name a person types. A name that is a valid username is kept as it is;
 * any other becomes the display name beside a username made of its letters and digits.
 * Throws a ZodError (`display-name-invalid`) where the name is neither.
 */
export function profileFromName(name: string): Profile {
  const username = Username.safeParse(name);
  if (username.success) return { username: username.data, displayName: null };
  const displayName = DisplayName.parse(name);
  const letters = displayName.replace(/[^\p{L}\p{M}\p{Nd}]+/gu, '-').replace(/^-+|-+$/g, '');
  const made = Username.safeParse([...letters].slice(0, 40).join(''));
  return { username: made.success ? made.data : 'someone', displayName };
}
