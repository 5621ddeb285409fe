import { errorFields, type Log } from '../log.ts';
import { SLOT_FACTS, type TrackSlot, type VideoSlot } from './track-slots.ts';
import { sameLimits, type VideoLimits } from './video-limits.ts';

/** On a narrow way a voice gets its share before any picture does. */
const FIRST: Partial<RTCRtpEncodingParameters> = { priority: 'high', networkPriority: 'high' };

/**
 * Chromium's way to ask an encoder for a whole picture, which the standard library's types do not have. A browser that does not
 * know the option ignores it; the far end asks by itself then, seconds later.
 */
type TakesOptions = {
  setParameters(parameters: RTCRtpSendParameters, options: { encodingOptions: { keyFrame: boolean }[] }): Promise<void>;
};

/**
 * The senders of one connection, by their places: voices go first, pictures have limits. Limits that come before their sender wait
 * for it; of limits that come faster than the browser takes them the last ones count.
 */
export class MediaSenders {
  readonly #log: Log;
  readonly #senders = new Map<TrackSlot, RTCRtpSender>();
  readonly #limits = new Map<TrackSlot, VideoLimits>();
  /** The limits that the browser took last. */
  readonly #set = new Map<TrackSlot, VideoLimits>();
  /** Places of which a whole picture is to be sent next. */
  readonly #stale = new Set<TrackSlot>();
  readonly #busy = new Set<TrackSlot>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** The sender of a place; once for each. */
  added(slot: TrackSlot, sender: RTCRtpSender): void {
    this.#senders.set(slot, sender);
    if (SLOT_FACTS[slot].kind === 'audio') void this.#setOn(sender, FIRST);
    else void this.#apply(slot);
  }

  limit(slot: VideoSlot, limits: VideoLimits): void {
    this.#limits.set(slot, limits);
    void this.#apply(slot);
  }

  /**
   * Sends a whole picture next in each video. A picture is told by its difference from the one before; after a gap a viewer can show
   * none until a whole one comes, and asks for it only after three seconds, and again after three more.
   */
  refresh(): void {
    for (const [slot, sender] of this.#senders) {
      if (SLOT_FACTS[slot].kind === 'audio' || !sender.track) continue;
      this.#stale.add(slot);
      void this.#apply(slot);
    }
  }

  /** One after the other: the browser takes parameters only on top of the last ones that it gave. */
  async #apply(slot: TrackSlot): Promise<void> {
    const sender = this.#senders.get(slot);
    if (!sender || this.#busy.has(slot)) return;
    this.#busy.add(slot);
    for (;;) {
      const wanted = this.#limits.get(slot);
      const isNew = wanted !== undefined && !sameLimits(this.#set.get(slot), wanted);
      const isStale = this.#stale.delete(slot);
      if (!isNew && !isStale) break;
      const isSet = await this.#setOn(sender, isNew ? encodingOf(wanted) : {}, isStale);
      // What the browser did not take is tried again with the next wish, of which there are many.
      if (isSet && isNew) this.#set.set(slot, wanted);
      else if (!isSet && this.#limits.get(slot) === wanted) break;
    }
    this.#busy.delete(slot);
  }

  async #setOn(
    sender: RTCRtpSender & TakesOptions,
    wanted: Partial<RTCRtpEncodingParameters>,
    isWhole = false,
  ): Promise<boolean> {
    try {
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (!encoding) return false;
      Object.assign(encoding, wanted);
      await sender.setParameters(parameters, {
        encodingOptions: parameters.encodings.map(() => ({ keyFrame: isWhole })),
      });
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
