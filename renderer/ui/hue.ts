const hues = [18, 48, 82, 130, 165, 198, 232, 268, 305, 342];

/** A colour angle that is always the same for the same device or room. */
export function hueOf(id: string): number {
  let sum = 7;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 100_003;
  return hues[sum % hues.length] ?? 165;
}

/** Up to two letters that stand for a name. */
export function initialsOf(name: string): string {
  const letters = name
    .split(/[\s_-]+/u)
    .flatMap((word) => [...word].find((char) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(char)) ?? []);
  const last = letters.length > 1 ? letters.at(-1) : '';
  return `${letters[0] ?? '·'}${last}`.toLocaleUpperCase();
}
