import { errorFields, type Log } from '../log.ts';
import { MediaSenders } from './media-senders.ts';
import { SLOT_FACTS, type StreamName, TRACK_SLOTS, type TrackSlot, type VideoSlot } from './track-slots.ts';
import type { VideoLimits } from './video-limits.ts';

type PlacedConnection = Pick<RTCPeerConnection, 'addTransceiver' | 'getTransceivers'>;

/**
 * The places for tracks of one connection. Its first description names all of them, empty as they are: a track that comes later goes
 * out without another negotiation, and an empty place sends nothing. The initiator offers the places; the other side opens its ends of
 * them when that offer is there. A track that is set before waits for its place.
 */
export class TrackPlaces {
  readonly #log: Log;
  readonly #senders: MediaSenders;
  readonly #places = new Map<TrackSlot, RTCRtpSender>();
  readonly #tracks = new Map<TrackSlot, MediaStreamTrack | null>();

  constructor(log: Log) {
    this.#log = log;
    this.#senders = new MediaSenders(log);
  }

  /** Before the first offer of the initiator is made. */
  offer(connection: PlacedConnection): void {
    const streams = newStreams();
    for (const slot of TRACK_SLOTS) {
      const { kind, stream } = SLOT_FACTS[slot];
      const init: RTCRtpTransceiverInit = { direction: 'sendrecv', streams: [streams[stream]] };
      this.#open(slot, connection.addTransceiver(kind, init).sender);
    }
  }

  /** When an offer is there and before it is answered. Only the first one opens places. */
  answer(connection: PlacedConnection): void {
    if (this.#places.size > 0) return;
    const streams = newStreams();
    const offered = connection.getTransceivers();
    for (const [at, slot] of TRACK_SLOTS.entries()) {
      const transceiver = offered[at];
      const { kind, stream } = SLOT_FACTS[slot];
      // An app that offers other places gets no picture: it is none of ours.
      if (transceiver?.receiver.track.kind !== kind) return;
      transceiver.direction = 'sendrecv';
      transceiver.sender.setStreams(streams[stream]);
      this.#open(slot, transceiver.sender);
    }
  }

  /** The place that a received track came on; undefined for one that is none of ours. */
  slotOf(track: MediaStreamTrack, connection: Pick<RTCPeerConnection, 'getTransceivers'>): TrackSlot | undefined {
    const slot = TRACK_SLOTS[connection.getTransceivers().findIndex(({ receiver }) => receiver.track === track)];
    return slot && SLOT_FACTS[slot].kind === track.kind ? slot : undefined;
  }

  /** Sends that track from now on; null sends nothing. */
  set(slot: TrackSlot, track: MediaStreamTrack | null): void {
    this.#tracks.set(slot, track);
    const sender = this.#places.get(slot);
    if (sender) this.#put(sender, track);
    this.#senders.put(slot, track);
  }

  /** Limits the picture in a place, whichever track is or will be there. */
  limit(slot: VideoSlot, limits: VideoLimits): void {
    this.#senders.limit(slot, limits);
  }

  /** Sends whole pictures next. */
  refresh(): void {
    this.#senders.refresh();
  }

  #open(slot: TrackSlot, sender: RTCRtpSender): void {
    this.#places.set(slot, sender);
    const track = this.#tracks.get(slot);
    if (track) this.#put(sender, track);
    this.#senders.added(slot, sender);
  }

  #put(sender: RTCRtpSender, track: MediaStreamTrack | null): void {
    // The browser keeps the order of these; it refuses where the connection has ended.
    sender
      .replaceTrack(track)
      .catch((error: unknown) => this.#log.info('a track could not be sent', errorFields(error)));
  }
}

/** By the streams that the descriptions name, the far end knows which sound and picture to keep in step. */
const newStreams = (): Record<StreamName, MediaStream> => ({ camera: new MediaStream(), screen: new MediaStream() });
