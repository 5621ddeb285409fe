import { type LinkReading, type ReceivedMedia, type SentMedia, unknownReading } from '../link-reading.ts';

type Part = Partial<Omit<LinkReading, 'received' | 'sent'>> & {
  received?: Partial<ReceivedMedia>;
  sent?: Partial<SentMedia>;
};

/** A reading of a call that goes well, with changes. */
export function readingOf({ received, sent, ...rest }: Part = {}): LinkReading {
  return {
    ...unknownReading,
    path: {
      own: { kind: 'host', protocol: 'udp', relayProtocol: null, address: '192.168.*.*' },
      far: { kind: 'host', protocol: 'udp', relayProtocol: null, address: '192.168.*.*' },
    },
    relayed: false,
    roundTripMs: 24,
    receivedBps: 620_000,
    sentBps: 580_000,
    sendableBps: 2_000_000,
    ...rest,
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
      ...received,
    },
    sent: {
      lossRatio: 0,
      framesPerSecond: 24,
      frameWidth: 640,
      frameHeight: 360,
      limitedBy: 'none',
      heard: true,
      soundCodec: 'opus',
      pictureCodec: 'VP8',
      ...sent,
    },
  };
}
