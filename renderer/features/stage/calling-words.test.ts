import { describe, expect, it } from 'vitest';
import { type Called, callingWords } from './calling-words.ts';

const person = (name: string, more: Partial<Called> = {}): Called => ({ name, busy: false, declined: false, ...more });
const [ana, ben] = [person('Ana'), person('Ben')];

describe('the words for a caller who is alone (C11)', () => {
  it('name those for whom it rings, and later those who did not answer', () => {
    expect(callingWords('ringing', [ana, ben])).toMatch(/^Calling Ana and Ben…/);
    expect(callingWords('over', [ana, ben])).toMatch(/^No answer from Ana and Ben\./);
  });

  it('say who declined, beside those for whom it still rings', () => {
    expect(callingWords('ringing', [{ ...ana, declined: true }])).toMatch(/^Ana declined\./);
    expect(callingWords('ringing', [{ ...ana, declined: true }, ben])).toMatch(/^Calling Ben… Ana declined\./);
    expect(callingWords('over', [{ ...ana, declined: true }, ben])).toMatch(/^No answer from Ben\. Ana declined\./);
  });

  it('say who is in another call, and no more of those who declined', () => {
    expect(callingWords('ringing', [{ ...ben, busy: true }])).toMatch(/^Ben is in another call\./);
    expect(callingWords('ringing', [person('Ana', { busy: true, declined: true })])).toMatch(/^Ana declined\. They/);
  });

  it('say that everybody left, that nobody is here, and that it does not ring', () => {
    expect(callingWords('answered', [ana])).toMatch(/^Everybody else has left the call\./);
    expect(callingWords('ringing', [])).toMatch(/^Nobody else is here/);
    expect(callingWords('quiet', [ana, ben])).toBe(
      'You started without ringing. Ana and Ben see the call in the room and can join.',
    );
  });
});
