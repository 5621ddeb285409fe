import type { PeerSignal } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { SignalFilter } from './signal-filter.ts';

const FP = new Uint8Array(32).fill(0xab);
const fingerprint = (byte: string) => `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => byte).join(':')}`;
const line = (n: number) => `candidate:${n} 1 udp 2122260223 192.0.2.${n} 5000 typ host generation 0`;
const trickled = (n: number): PeerSignal => ({
  type: 'candidate',
  candidate: { candidate: line(n), sdpMLineIndex: 0, sdpMid: '0' },
});
let version = 0;
const offer = (...lines: string[]): PeerSignal => ({
  type: 'offer',
  sdp: `${['v=0', `o=- 1 ${version++} IN IP4 127.0.0.1`, 's=-', ...lines].join('\r\n')}\r\n`,
});
const described = (...candidates: number[]) =>
  offer(
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    fingerprint('AB'),
    ...candidates.map((n) => `a=${line(n)}`),
  );
const filter = () => new SignalFilter(FP, { candidatesMax: 2, sectionsMax: 2 });
const sdpOf = (filtered: ReturnType<SignalFilter['check']>): string =>
  filtered.at === 'take' && 'sdp' in filtered.signal ? String(filtered.signal.sdp) : '';

describe('the filter for signals of the far end', () => {
  it('takes a description once that comes by two ways, and the next one', () => {
    const own = filter();
    const [first, second] = [described(1), offer('m=application 9 x y', fingerprint('AB'), 'a=x')];
    expect([first, first, second, first].map((signal) => own.check(signal).at)).toEqual([
      'take',
      'repeated',
      'take',
      'repeated',
    ]);
  });

  it('takes a description with the promised certificate, and ends the link at another', () => {
    expect(filter().check(described()).at).toBe('take');
    expect(filter().check(offer('m=application 9 x y', fingerprint('AC')))).toEqual({
      at: 'close',
      why: 'fingerprint-mismatch',
    });
  });

  it('ends the link at a description with too many sections', () => {
    const sections = Array.from({ length: 3 }, () => 'm=video 9 UDP/TLS/RTP/SAVPF 96');
    expect(filter().check(offer(...sections, fingerprint('AB')))).toEqual({ at: 'close', why: 'flood' });
  });

  it('takes as many candidates as the limit, trickled and described together, and counts those it refused', () => {
    const one = filter();
    expect(one.check(trickled(1)).at).toBe('take');
    const sdp = sdpOf(one.check(described(1, 2, 3)));
    expect([sdp.includes('192.0.2.1'), sdp.includes('192.0.2.2'), sdp.includes('192.0.2.3')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(one.check(trickled(4)).at).toBe('ignore');
    expect(one.refusedCandidates).toBe(2);
  });

  it('counts a candidate that later descriptions repeat once', () => {
    const one = filter();
    for (let n = 0; n < 5; n++) expect(sdpOf(one.check(described(1, 2)))).toContain('192.0.2.2');
    expect(one.refusedCandidates).toBe(0);
  });
});
