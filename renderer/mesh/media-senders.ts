import { errorFields, type Log } from '../log.ts';
import { sameLimits, type VideoLimits } from './video-limits.ts';

/** On a narrow way a voice gets its share before any picture does. */
const FIRST: Partial<RTCRtpEncodingParameters> = { priority: 'high', networkPriority: 'high' };

/**
 * The senders of one connection, by the track that each was opened with: voices go first, pictures have limits. Limits that come
 * before their sender wait for it; of limits that come faster than the browser takes them the last ones count.
 */
export class MediaSenders {
  readonly #log: Log;
  readonly #senders = new Map<MediaStreamTrack, RTCRtpSender>();
  readonly #limits = new Map<MediaStreamTrack, VideoLimits>();
  /** The limits that the browser took last. */
  readonly #set = new Map<MediaStreamTrack, VideoLimits>();
  readonly #busy = new Set<MediaStreamTrack>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** The connection sends that track from now on. */
  added(key: MediaStreamTrack, connection: Pick<RTCPeerConnection, 'getSenders'>): void {
    const sender = connection.getSenders().find(({ track }) => track === key);
    if (!sender) return;
    this.#senders.set(key, sender);
    if (key.kind === 'audio') void this.#setOn(sender, FIRST);
    else void this.#apply(key);
  }

  limit(key: MediaStreamTrack, limits: VideoLimits): void {
    this.#limits.set(key, limits);
    void this.#apply(key);
  }

  /** One after the other: the browser takes parameters only on top of the last ones that it gave. */
  async #apply(key: MediaStreamTrack): Promise<void> {
    const sender = this.#senders.get(key);
    if (!sender || this.#busy.has(key)) return;
    this.#busy.add(key);
    for (;;) {
      const wanted = this.#limits.get(key);
      if (!wanted || sameLimits(this.#set.get(key), wanted)) break;
      const isSet = await this.#setOn(sender, encodingOf(wanted));
      // What the browser did not take is tried again with the next wish, of which there are many.
      if (isSet) this.#set.set(key, wanted);
      else if (this.#limits.get(key) === wanted) break;
    }
    this.#busy.delete(key);
  }

  async #setOn(sender: RTCRtpSender, wanted: Partial<RTCRtpEncodingParameters>): Promise<boolean> {
    try {
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (!encoding) return false;
      Object.assign(encoding, wanted);
      await sender.setParameters(parameters);
      return true;
    } catch (error) {
      this.#log.info('a sender could not be set', errorFields(error));
      return false;
    }
  }
}

const encodingOf = ({
  active,
  scale,
  maxFramerate,
  maxBitrateBps,
}: VideoLimits): Partial<RTCRtpEncodingParameters> => ({
  active,
  scaleResolutionDownBy: scale,
  maxFramerate,
  maxBitrate: maxBitrateBps,
});
