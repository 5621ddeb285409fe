import { z } from 'zod';
import { LIMITS } from '../protocol/limits.ts';

/** V1: 2–50 letters, digits, hyphens, underscores. Any script's letters, as people's names have them. */
export const Username = z
  .string({ error: 'username-invalid' })
  .trim()
  .normalize('NFC')
  .regex(/^[\p{L}\p{M}\p{Nd}_-]+$/u, { error: 'username-invalid' })
  .min(LIMITS.usernameMin, { error: 'username-invalid' })
  .max(LIMITS.usernameMax, { error: 'username-invalid' });
export type Username = z.infer<typeof Username>;

/** The form in which usernames are compared: case does not matter (V1). */
export const usernameKey = (username: string): string => username.normalize('NFKC').toLowerCase();

/**
 * Control characters, line and paragraph separators, bidi overrides and isolates, and other invisible
 * formatting that could make one name look like another. The zero-width joiner stays: emoji and several
 * scripts need it.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/u;

/** Whether `text` has 1 to `max` code points. Most texts are so short that nobody has to count. */
export const fitsCodePoints = (text: string, max: number): boolean =>
  text.length > 0 && (text.length <= max || [...text].length <= max);

/** V2: 1–64 printable characters (code points) in NFC. */
export const DisplayName = z
  .string({ error: 'display-name-invalid' })
  .max(LIMITS.displayNameMax * 8, { error: 'display-name-invalid' })
  .normalize('NFC')
  .trim()
  .refine((name) => fitsCodePoints(name, LIMITS.displayNameMax) && !unprintable.test(name), {
    error: 'display-name-invalid',
  });
export type DisplayName = z.infer<typeof DisplayName>;

/** Who a device says its person is. Proved to be that device's word, never proved to be true. */
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
