import { errorFields, type Log } from '../log.ts';
import { soundBps } from './sound-limits.ts';
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
  /** The limits of sound, in bits per second. */
  readonly #sound = new Map<TrackSlot, number>();
  /** The limits that the browser took last. */
  readonly #set = new Map<TrackSlot, VideoLimits | number>();
  /** Places of which a whole picture is to be sent next. */
  readonly #stale = new Set<TrackSlot>();
  readonly #busy = new Set<TrackSlot>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** The sender of a place; once for each. */
  added(slot: TrackSlot, sender: RTCRtpSender): void {
    this.#senders.set(slot, sender);
    void this.#apply(slot);
  }

  /** That track is or will be in that place. */
  put(slot: TrackSlot, track: MediaStreamTrack | null): void {
    // An empty place sends nothing, whatever it may send.
    if (!track || (slot !== 'voice' && slot !== 'screenSound')) return;
    this.#sound.set(slot, soundBps(slot, track));
    void this.#apply(slot);
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

  /** Sound that no track was said of yet may take what a voice may. */
  #wanted(slot: TrackSlot): VideoLimits | number | undefined {
    if (slot !== 'voice' && slot !== 'screenSound') return this.#limits.get(slot);
    return this.#sound.get(slot) ?? soundBps(slot, null);
  }

  /** One after the other: the browser takes parameters only on top of the last ones that it gave. */
  async #apply(slot: TrackSlot): Promise<void> {
    const sender = this.#senders.get(slot);
    if (!sender || this.#busy.has(slot)) return;
    this.#busy.add(slot);
    for (;;) {
      const wanted = this.#wanted(slot);
      const isNew = wanted !== undefined && !isSame(this.#set.get(slot), wanted);
      const isStale = this.#stale.delete(slot);
      if (!isNew && !isStale) break;
      const isSet = await this.#setOn(sender, isNew ? encodingOf(wanted) : {}, isStale);
      // What the browser did not take is tried again with the next wish, of which there are many.
      if (isSet && isNew) this.#set.set(slot, wanted);
      else if (!isSet && this.#wanted(slot) === wanted) break;
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

const isSame = (set: VideoLimits | number | undefined, wanted: VideoLimits | number): boolean =>
  typeof wanted === 'number' || typeof set === 'number' ? set === wanted : sameLimits(set, wanted);

function encodingOf(limits: VideoLimits | number): Partial<RTCRtpEncodingParameters> {
  if (typeof limits === 'number') return { ...FIRST, maxBitrate: limits };
  const { active, scale, maxFramerate, maxBitrateBps } = limits;
  return { active, scaleResolutionDownBy: scale, maxFramerate, maxBitrate: maxBitrateBps };
}
