import { describe, expect, it } from 'vitest';
import { findLeaks, secretFingerprint, secretText } from './leak-search.ts';

const secret = secretText('a name', 'Chloé Martin');
const around = (bytes: Buffer) => Buffer.concat([Buffer.from('{"box":"q'), bytes, Buffer.from('z"}')]);

describe('findLeaks', () => {
  it('finds nothing where nothing is', () => {
    expect(findLeaks(Buffer.from('42["signal:send",{"box":"AQID"}]'), [secret])).toEqual([]);
  });

  it('finds text as it is, escaped and in hex', () => {
    for (const found of [
      Buffer.from('Chloé Martin'),
      Buffer.from('Chlo\\u00e9 Martin'),
      Buffer.from(Buffer.from('Chloé Martin').toString('hex')),
    ]) {
      expect(findLeaks(around(found), [secret])).not.toEqual([]);
    }
  });

  it('finds text inside base64 and base64url wherever it begins', () => {
    for (const before of ['', 'x', 'xy', 'xyz']) {
      const whole = Buffer.from(`${before}Chloé Martin and more`);
      expect(findLeaks(Buffer.from(whole.toString('base64')), [secret])).not.toEqual([]);
      expect(findLeaks(Buffer.from(whole.toString('base64url')), [secret])).not.toEqual([]);
    }
  });

  it('finds a fingerprint with colons, in hex and in base64url', () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 251) % 256));
    const printed = bytes.toString('hex').toUpperCase().match(/../g)?.join(':') ?? '';
    const secrets = secretFingerprint(printed);
    for (const found of [printed, bytes.toString('hex'), bytes.toString('base64url')]) {
      expect(findLeaks(around(Buffer.from(found)), secrets)).not.toEqual([]);
    }
    expect(findLeaks(around(bytes), secrets)).not.toEqual([]);
  });

  it('refuses to look for what turns up by chance', () => {
    expect(() => findLeaks(Buffer.alloc(0), [secretText('a name', 'Ana')])).toThrow('too short');
  });
});
