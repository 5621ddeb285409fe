import type { CallTimeline } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { readingOf } from '../../mesh/testing/readings.ts';
import { participant } from '../../testing/gallery/samples/people.ts';
import { connectionDetails } from './connection-details.ts';
import { connectionReport } from './connection-report.ts';

const ana = participant('Ana Moreira', {
  quality: { level: 'poor', cause: { kind: 'their-uplink', lossRatio: 0.08 } },
  safetyCode: '4821 0937',
});
const record = [
  { atMs: 5_000, reading: readingOf({ roundTripMs: 20.00049 }) },
  { atMs: 7_000, reading: readingOf({ roundTripMs: 31, received: { lossRatio: 0.08, freezes: 2 } }) },
];
const gone = participant('Chiara Fontana');
const timeline: CallTimeline = {
  lengthMs: 61_000,
  people: [
    { deviceId: gone.deviceId, name: gone.name, spans: [{ fromMs: 0, toMs: 9_000, level: 'away', cause: null }] },
    {
      deviceId: ana.deviceId,
      name: ana.name,
      spans: [{ fromMs: 9_000, toMs: 61_000, level: 'poor', cause: 'their-uplink' }],
    },
  ],
};
const report = () =>
  connectionReport({
    info: { version: '1.2.3', host: 'electron', platform: 'linux' },
    participants: [participant('Benedikt'), ana],
    records: { [ana.sess]: record },
    troubles: ['microphone'],
    timeline,
  });

describe('the report on the connections of a call', () => {
  it('names people by numbers and has nothing else that tells who they are (C7)', () => {
    const text = report();
    for (const secret of ['Ana', 'Benedikt', 'Chiara', ana.sess, ana.deviceId, gone.deviceId, '4821'])
      expect(text).not.toContain(secret);
    expect(text).toContain("Person 2's network is losing packets (8 %).");
  });

  it('has the whole call in words, with people who left (C7)', () => {
    expect(JSON.parse(report())).toMatchObject({
      callSeconds: 61,
      people: [
        { timeline: [] },
        { person: 'Person 2', timeline: [{ from: 9, to: 61, inWords: 'Poor connection: their network' }] },
      ],
      left: [{ person: 'Person 3', timeline: [{ from: 0, to: 9, inWords: 'Connection cut' }] }],
    });
  });

  it('has what was measured in the last minutes, and no whole address (C7)', () => {
    const parsed: unknown = JSON.parse(report());
    expect(parsed).toMatchObject({
      app: { version: '1.2.3' },
      troublesHere: ['microphone'],
      people: [
        { person: 'Person 1', now: null },
        {
          person: 'Person 2',
          quality: { level: 'poor' },
          now: { path: { own: { kind: 'host', address: '192.168.*.*' } } },
          lastMinutes: { secondsAgo: [2, 0], roundTripMs: [20, 31], receivedLossRatio: [0, 0.08] },
        },
      ],
    });
  });
});

describe('the details of a connection', () => {
  const of = (...readings: Parameters<typeof readingOf>[0][]) =>
    Object.fromEntries(
      connectionDetails(readings.map((part, at) => ({ atMs: at * 2_000, reading: readingOf(part) }))).map(
        ({ label, value }) => [label, value],
      ),
    );

  it('say the way, the codecs, the pictures and what limits them (C7)', () => {
    expect(of({ received: { freezes: 1 } }, { received: { freezes: 2 }, sent: { limitedBy: 'cpu' } })).toMatchObject({
      Way: 'direct',
      From: '192.168.*.* (own address)',
      Transport: 'UDP',
      'Round trip': '24 ms',
      'Packets lost': '0 % received, 0 % sent',
      Data: '620 kbit/s received, 580 kbit/s sent',
      'Could send': '2 Mbit/s',
      Pictures: 'VP8 received, VP8 sent',
      'Picture received': '640 × 360, 24 a second',
      'Picture sent is limited by': 'your computer is busy',
      'Picture stood still': '3 times in the last minutes',
    });
  });

  it('tell whose relay it is (C7)', () => {
    const relay = { kind: 'relay', protocol: 'udp', relayProtocol: 'tls', address: '198.51.*.*' } as const;
    const host = { ...relay, kind: 'host', relayProtocol: null } as const;
    expect(of({ relayed: true, path: { own: relay, far: host } }).Way).toBe('through a relay, reached by TLS');
    expect(of({ relayed: true, path: { own: host, far: relay } }).Way).toBe('through a relay of the other side');
    expect(of({ relayed: true, path: { own: relay, far: relay } }).Way).toBe('through two relays, reached by TLS');
  });

  it('leave out what is not known', () => {
    expect(connectionDetails([])).toEqual([]);
    expect(of({ sent: { frameWidth: null, limitedBy: null } })).not.toHaveProperty('Picture sent');
  });
});
