/** Words that people leave in from an example. */
const PLACEHOLDER = /change.?me|replace|example|placeholder|default|your.?(secret|token|password)|xxxx|1234567890/i;

/** Why a generated secret is none; undefined when it looks random. */
export function weaknessOf(secret: string, differentCharacters: number): string | undefined {
  if (PLACEHOLDER.test(secret)) return 'looks like a placeholder';
  if (new Set(secret).size < differentCharacters) return 'has too few different characters';
  return undefined;
}
