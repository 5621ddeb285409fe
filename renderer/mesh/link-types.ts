import type { Bytes, LinkMessage, LinkSignal } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { Log } from '../log.ts';
import type { LinkPolicy } from './link-policy.ts';
import type { LinkReading } from './link-reading.ts';
import type { MakePeer } from './raw-peer.ts';
import type { StreamName } from './track-slots.ts';

/**
 * `flood`: the far end sent far more than an app ever does. `certificate-missing`: the browser shows no certificate of the far end, so
 * that nothing can be compared with the fingerprint of its hello.
 */
export type CloseReason = 'left' | 'closed' | 'fingerprint-mismatch' | 'certificate-missing' | 'flood' | 'blocked';

/** opening → open ⇄ interrupted;  opening | open | interrupted → opening, epoch + 1;  any → closed */
export type LinkState =
  | { at: 'opening'; epoch: number }
  | { at: 'open'; epoch: number }
  | { at: 'interrupted'; epoch: number; graceEndsAt: number }
  | { at: 'closed'; why: CloseReason };

export type LinkOptions = {
  /** Whether this side makes the offers: the pair session's `lo`. */
  initiator: boolean;
  /** SHA-256 of the certificate that the far end promised in its hello. */
  fp: Bytes;
  /** 1, or one more than the last of an earlier link to the same stay, whose late signals may still come. */
  firstEpoch?: number;
  /** Asked for each fresh connection, because TURN credentials end. */
  config: () => RTCConfiguration;
  makePeer: MakePeer;
  clock: Clock;
  policy: LinkPolicy;
  log: Log;
};

export type LinkEvents = {
  state: LinkState;
  /** For the far end, by whichever way there is. */
  signal: LinkSignal;
  message: LinkMessage;
  /** A text or a frame of the files channel, as it came. */
  file: string | ArrayBuffer;
  /** The files channel opened, or has room again. */
  fileRoom: undefined;
  /** A stream of the far end is there. It says nothing about whether something is sent in it. */
  streams: ReadonlyMap<StreamName, MediaStream>;
  reading: LinkReading;
  voice: number;
  /** Sound and picture of the far end stopped, whether or not it means to send some. */
  stalled: undefined;
};
