import { isolated } from '@parley/shared/model';

/** Says who records a call; null for nobody. */
export function recordingWords(names: readonly string[]): string | null {
  const [first, ...rest] = names.map(isolated);
  if (first === undefined) return null;
  const last = rest.pop();
  return last === undefined
    ? `${first} records this call.`
    : `${[first, ...rest].join(', ')} and ${last} record this call.`;
}
