import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { checkSdp, fingerprintOf } from './sdp-policy.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const written = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
const fp = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
const other = Uint8Array.from({ length: 32 }, (_, i) => i * 5 + 1);
const sdp = (...lines: string[]) => ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', ...lines, ''].join('\r\n');
const line = (bytes: Uint8Array, algorithm = 'sha-256') => `a=fingerprint:${algorithm} ${written(bytes).toUpperCase()}`;

describe('a session description', () => {
  it('with the promised fingerprint passes, once or in every section', () => {
    expect(checkSdp(sdp(line(fp)), fp).ok).toBe(true);
    expect(checkSdp(sdp(line(fp), 'm=audio 9 UDP/TLS/RTP/SAVPF 111', line(fp)), fp).ok).toBe(true);
  });

  it.each([
    ['none', sdp()],
    ['another one', sdp(line(other))],
    ['a second, different one', sdp(line(fp), line(other))],
    ['a second, different one first', sdp(line(other), line(fp))],
    ['another algorithm', sdp(line(fp, 'sha-1'))],
    ['the promised one and another algorithm’s', sdp(line(fp), line(fp, 'sha-512'))],
    ['a cut one', sdp(line(fp).slice(0, -3))],
    ['one with more behind it', sdp(`${line(fp)} x`)],
    ['another one behind a bare line feed', sdp(line(fp)).replace('s=-', `s=-\n${line(other)}`)],
    ['another one behind a bare carriage return', sdp(line(fp)).replace('s=-', `s=-\r${line(other)}`)],
    ['another one with blanks and capitals', sdp(line(fp), ` A = FingerPrint:sha-256 ${written(other)}`)],
  ])('with %s is refused', (_, text) => {
    expect(checkSdp(text, fp)).toMatchObject({ ok: false, code: 'fingerprint-mismatch' });
  });

  it('with a fingerprint of any other certificate is refused', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, (promised, used) => {
        const same = written(promised) === written(used);
        expect(checkSdp(sdp(line(used)), new Uint8Array(promised)).ok).toBe(same);
        expect(fingerprintOf(written(used))).toEqual(new Uint8Array(used));
      }),
    );
  });
});
