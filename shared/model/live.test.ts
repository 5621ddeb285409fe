import { describe, expect, it } from 'vitest';
import { LiveAddress, LiveToken, readLiveAddress } from './live.ts';

describe('the address of a receiver (C8)', () => {
  it.each([
    [' https://Live.Example/whip/key?a=1#part ', 'https://live.example/whip/key?a=1'],
    ['http://127.0.0.1:8889/call/whip', 'http://127.0.0.1:8889/call/whip'],
    ['http://192.168.1.20/whip', 'http://192.168.1.20/whip'],
    ['http://[::1]:80/', 'http://[::1]/'],
  ])('takes %s', (text, address) => {
    expect(readLiveAddress(text)).toBe(address);
    expect(LiveAddress.safeParse(address).success).toBe(true);
  });

  it.each([
    '',
    'live.example/whip',
    'http://live.example/whip',
    'http://10.example.org/whip',
    'https://ana:secret@live.example/',
    'rtmp://live.example/app',
    'file:///etc/passwd',
    `https://live.example/${'x'.repeat(2_048)}`,
  ])('refuses %s', (text) => {
    expect(readLiveAddress(text)).toBeUndefined();
    expect(LiveAddress.safeParse(text).success).toBe(false);
  });

  it('takes keys that fit into one header alone', () => {
    expect(LiveToken.safeParse('eyJh.b-_~+/9==').success).toBe(true);
    for (const text of ['', 'two words', 'a\r\nb: c', 'ä', 'x'.repeat(4_097)])
      expect(LiveToken.safeParse(text).success, text).toBe(false);
  });
});
