import { describe, expect, it } from 'vitest';
import { readLink, unknownReading } from './link-reading.ts';
import type { StatsEntry } from './raw-peer.ts';

/** A call as Chromium counts it, `seconds` after it began: 50 packets of sound and 100 of pictures a second, in each direction. */
function callAfter(seconds: number, changes: Record<string, Record<string, unknown>> = {}): StatsEntry[] {
  const timestamp = 1_000_000 + seconds * 1_000;
  const entries: StatsEntry[] = [
    { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
    {
      id: 'p',
      type: 'candidate-pair',
      localCandidateId: 'l',
      remoteCandidateId: 'r',
      currentRoundTripTime: 0.042,
      bytesReceived: seconds * 100_000,
      bytesSent: seconds * 50_000,
      availableOutgoingBitrate: 900_000,
    },
    { id: 'l', type: 'local-candidate', candidateType: 'srflx', protocol: 'udp', address: '203.0.113.9' },
    {
      id: 'r',
      type: 'remote-candidate',
      candidateType: 'relay',
      protocol: 'udp',
      relayProtocol: 'tls',
      address: '198.51.100.7',
    },
    { id: 'opus', type: 'codec', mimeType: 'audio/opus' },
    { id: 'vp8', type: 'codec', mimeType: 'video/VP8' },
    {
      id: 'ia',
      type: 'inbound-rtp',
      kind: 'audio',
      codecId: 'opus',
      packetsReceived: seconds * 50,
      packetsLost: 0,
      jitter: 0.004,
      totalSamplesReceived: seconds * 48_000,
      concealedSamples: 0,
      silentConcealedSamples: 0,
    },
    {
      id: 'iv',
      type: 'inbound-rtp',
      kind: 'video',
      codecId: 'vp8',
      packetsReceived: seconds * 100,
      packetsLost: 0,
      bytesReceived: seconds * 90_000,
      framesReceived: seconds * 24,
      framesDecoded: seconds * 24,
      framesDropped: 0,
      freezeCount: 0,
      frameWidth: 640,
      frameHeight: 360,
    },
    { id: 'mic', type: 'media-source', kind: 'audio', totalAudioEnergy: seconds * 0.01, totalSamplesDuration: seconds },
    {
      id: 'oa',
      type: 'outbound-rtp',
      kind: 'audio',
      codecId: 'opus',
      mediaSourceId: 'mic',
      packetsSent: seconds * 50,
      bytesSent: seconds * 4_000,
    },
    {
      id: 'ov',
      type: 'outbound-rtp',
      kind: 'video',
      codecId: 'vp8',
      packetsSent: seconds * 100,
      bytesSent: seconds * 45_000,
      framesEncoded: seconds * 20,
      frameWidth: 320,
      frameHeight: 180,
      qualityLimitationReason: 'none',
    },
    { id: 'ra', type: 'remote-inbound-rtp', kind: 'audio', localId: 'oa', fractionLost: 0 },
    { id: 'rv', type: 'remote-inbound-rtp', kind: 'video', localId: 'ov', fractionLost: 0 },
  ].map((entry) => ({ timestamp, ...entry, ...changes[entry.id] }));
  return entries;
}

/** The reading of the two seconds from the tenth on. */
function readTwoSeconds(changes: Record<string, Record<string, unknown>> = {}) {
  const { snapshot } = readLink(callAfter(10), null);
  return readLink(callAfter(12, changes), snapshot).reading;
}

describe('readLink', () => {
  it('says everything of a call that goes well (C7)', () => {
    expect(readTwoSeconds()).toEqual({
      path: {
        own: { kind: 'srflx', protocol: 'udp', relayProtocol: null, address: '203.0.*.*' },
        far: { kind: 'relay', protocol: 'udp', relayProtocol: 'tls', address: '198.51.*.*' },
      },
      relayed: true,
      roundTripMs: 42,
      receivedBps: 800_000,
      sentBps: 400_000,
      sendableBps: 900_000,
      received: {
        lossRatio: 0,
        jitterMs: 4,
        concealedRatio: 0,
        framesPerSecond: 24,
        frameWidth: 640,
        frameHeight: 360,
        droppedRatio: 0,
        freezes: 0,
        soundCodec: 'opus',
        pictureCodec: 'VP8',
      },
      sent: {
        lossRatio: 0,
        framesPerSecond: 20,
        frameWidth: 320,
        frameHeight: 180,
        limitedBy: 'none',
        heard: true,
        soundCodec: 'opus',
        pictureCodec: 'VP8',
      },
    });
  });

  it('knows nothing of a connection without statistics', () => {
    expect(readLink([], null).reading).toEqual(unknownReading);
  });

  it('says shares and rates only from the second reading on', () => {
    const { reading } = readLink(callAfter(10), null);
    expect(reading).toMatchObject({ roundTripMs: 42, relayed: true, receivedBps: null, sentBps: null });
    expect(reading.received).toMatchObject({ lossRatio: null, framesPerSecond: null, concealedRatio: null });
    expect(reading.sent).toMatchObject({ lossRatio: null, limitedBy: null, heard: null });
  });

  it('counts what got lost since the reading before, not since the beginning', () => {
    const { snapshot } = readLink(callAfter(10, { iv: { packetsLost: 500 } }), null);
    const { reading } = readLink(callAfter(12, { iv: { packetsLost: 500 } }), snapshot);
    expect(reading.received.lossRatio).toBe(0);
    expect(readTwoSeconds({ iv: { packetsLost: 100 } }).received.lossRatio).toBeCloseTo(100 / 400);
  });

  it('takes a packet that came after all for no loss', () => {
    const { snapshot } = readLink(callAfter(10, { iv: { packetsLost: 9 } }), null);
    expect(readLink(callAfter(12, { iv: { packetsLost: 3 } }), snapshot).reading.received.lossRatio).toBe(0);
  });

  it('says no share of a handful of packets', () => {
    const few = { packetsReceived: 503, packetsLost: 2 };
    const { snapshot } = readLink(callAfter(10), null);
    const stats = callAfter(12, { ia: few }).filter(({ id }) => id !== 'iv');
    expect(readLink(stats, snapshot).reading.received.lossRatio).toBeNull();
  });

  it('uses the time that the statistics name, however late they are read', () => {
    const { snapshot } = readLink(callAfter(10), null);
    expect(readLink(callAfter(20), snapshot).reading.received.framesPerSecond).toBe(24);
  });

  it('goes on where a stream is new or is counted anew', () => {
    const { snapshot } = readLink(
      callAfter(10).filter(({ id }) => id !== 'iv'),
      null,
    );
    expect(readLink(callAfter(12), snapshot).reading.received.framesPerSecond).toBeNull();
    const later = readLink(callAfter(12), null).snapshot;
    expect(readLink(callAfter(2), later).reading).toMatchObject({ receivedBps: null, sentBps: null });
  });

  it('weighs what the far end lost by the packets of each stream', () => {
    // 200 of the 300 packets were of the picture.
    expect(readTwoSeconds({ rv: { fractionLost: 0.3 } }).sent.lossRatio).toBeCloseTo(0.2);
  });

  it('forgets what the far end said long ago', () => {
    const old = { fractionLost: 0.5, timestamp: 1_000_000 - 60_000 };
    expect(readTwoSeconds({ ra: old, rv: old }).sent.lossRatio).toBeNull();
  });

  it('says what keeps a picture small, and nothing of one that is not sent', () => {
    expect(readTwoSeconds({ ov: { qualityLimitationReason: 'cpu' } }).sent.limitedBy).toBe('cpu');
    const still = { qualityLimitationReason: 'cpu', packetsSent: 1_000, bytesSent: 450_000 };
    expect(readTwoSeconds({ ov: still }).sent).toMatchObject({ limitedBy: null, framesPerSecond: null });
  });

  it('hears a microphone that gives nothing at all', () => {
    expect(readTwoSeconds({ mic: { totalAudioEnergy: 0.1 } }).sent.heard).toBe(false);
    expect(readTwoSeconds({ oa: { mediaSourceId: undefined } }).sent.heard).toBeNull();
  });

  it('counts sound that was made up, but not where nobody spoke', () => {
    const made = { concealedSamples: 24_000, silentConcealedSamples: 14_400 };
    expect(readTwoSeconds({ ia: made }).received.concealedRatio).toBeCloseTo(0.1);
  });

  it('tells frames that this computer dropped', () => {
    expect(readTwoSeconds({ iv: { framesDropped: 12, framesDecoded: 276 } }).received).toMatchObject({
      droppedRatio: 0.25,
      framesPerSecond: 18,
    });
  });

  it('keeps no address whole', () => {
    const text = JSON.stringify(readTwoSeconds());
    expect(text).not.toContain('113.9');
    expect(text).not.toContain('100.7');
  });
});
