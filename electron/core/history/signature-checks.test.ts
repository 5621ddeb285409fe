import type { Entry } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { author, newRoomId } from '../testing/test-kit.ts';
import { createSignatureChecks } from './signature-checks.ts';

const roomId = newRoomId();
const [ana, ben] = [author('Ana'), author('Ben')];
const genuine = ana.write(roomId);
/** A field element that is no point on the curve. */
const NO_POINT = Buffer.alloc(32).fill(2, 0, 1).toString('base64url');

const cases: [name: string, entry: Entry, isSigned: boolean][] = [
  ['by its author', genuine, true],
  ['by somebody else', { ...genuine, sig: ben.write(roomId).sig }, false],
  ['with another body', { ...genuine, body: ana.write(roomId).body } as Entry, false],
  ['without its body', { ...genuine, body: null }, true],
  ['before its seq was changed', { ...genuine, seq: 2 }, false],
  ['with half a signature', { ...genuine, sig: genuine.sig.slice(0, 40) }, false],
  ['by a key that is none', { ...genuine, author: NO_POINT as Entry['author'] }, false],
];

describe('an entry that was signed', () => {
  it.each(cases)('%s: at once and on the thread pool alike', async (_, entry, isSigned) => {
    const checks = createSignatureChecks();
    expect(checks.isSigned(entry)).toBe(isSigned);
    expect(await checks.areSigned([entry])).toEqual([isSigned]);
  });

  it('is checked for itself, however many are checked at once', async () => {
    const entries = Array.from({ length: 200 }, (_, at) => {
      const entry = ana.write(roomId, { seq: at + 1 });
      return at % 3 === 0 ? { ...entry, clock: entry.clock + 1 } : entry;
    });
    expect(await createSignatureChecks().areSigned(entries)).toEqual(entries.map((_, at) => at % 3 !== 0));
  });
});
