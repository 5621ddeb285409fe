import { describe, expect, it } from 'vitest';
import { takeStereo } from './opus-stereo.ts';

const described = (...lines: string[]) => lines.join('\r\n');

describe('an own description', () => {
  it('takes stereo in every place for sound, and nothing else changes (C10)', () => {
    const sdp = described(
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10;useinbandfec=1',
      'a=rtpmap:63 red/48000/2',
      'a=fmtp:63 111/111',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1',
      'm=audio 9 UDP/TLS/RTP/SAVPF 109',
      'a=rtpmap:109 opus/48000/2',
      'a=fmtp:109 minptime=10',
      '',
    );
    expect(takeStereo(sdp)).toBe(
      sdp.replace('a=fmtp:111 ', 'a=fmtp:111 stereo=1;').replace('a=fmtp:109 ', 'a=fmtp:109 stereo=1;'),
    );
  });

  it('says it once', () => {
    const sdp = described('a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;stereo=1');
    expect(takeStereo(sdp)).toBe(sdp);
    expect(takeStereo(takeStereo('a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10'))).toMatch(
      /^.*\r\n.*stereo=1;minptime=10$/,
    );
  });
});
