import { SignalId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { base64UrlText } from '../base64url.ts';
import { RecentIds } from './recent-ids.ts';

const idOf = (number: number): SignalId => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(number, 0);
  return SignalId.parse(base64UrlText(bytes));
};

describe('RecentIds (P6)', () => {
  it('knows to how many each of many signals was handed, and no others', () => {
    const recent = new RecentIds();
    for (let n = 0; n < 5_000; n++) recent.add(idOf(n), n % 2 ? { here: n % 256 } : { here: 0, total: n % 256 }, 1_000);
    for (let n = 0; n < 5_000; n++)
      expect(recent.find(idOf(n), 1_000), `signal ${n}`).toEqual(
        n % 2 ? { here: n % 256 } : { here: 0, total: n % 256 },
      );
    for (let n = 5_000; n < 6_000; n++) expect(recent.find(idOf(n), 1_000), `signal ${n}`).toBeUndefined();
  });

  it('keeps what was told last of a signal', () => {
    const recent = new RecentIds();
    recent.add(idOf(1), { here: 1 }, 0);
    recent.add(idOf(1), { here: 1, total: 255 }, 10);
    expect(recent.find(idOf(1), 20)).toEqual({ here: 1, total: 255 });
  });

  it('takes the id of zeros for one like any other', () => {
    const recent = new RecentIds();
    expect(recent.find(idOf(0), 0)).toBeUndefined();
    recent.add(idOf(0), { here: 1, total: 1 }, 0);
    expect(recent.find(idOf(0), 0)).toEqual({ here: 1, total: 1 });
  });

  it('knows a signal for a minute at least and two at most', () => {
    const recent = new RecentIds();
    recent.add(idOf(1), { here: 1 }, 100_000);
    recent.add(idOf(2), { here: 1 }, 159_999);
    expect(recent.find(idOf(1), 160_000)).toEqual({ here: 1 });
    expect(recent.find(idOf(2), 219_999)).toEqual({ here: 1 });
    expect(recent.find(idOf(2), 220_000)).toBeUndefined();
  });
});
