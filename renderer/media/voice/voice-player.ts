import { blockCountOf } from '@parley/shared/model';
import type { FileId, Outcome } from '@parley/shared/protocol';
import { type Clock, repeat } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { errorNameOf } from '../devices.ts';
import type { Sound, VoicePorts } from './voice-ports.ts';

export const VOICE_SPEEDS = [1, 1.5, 2] as const;
export type VoiceSpeed = (typeof VOICE_SPEEDS)[number];

/** What is played of a voice message. `loading`: wanted, and its bytes are not here yet. */
export type VoicePlaying = {
  fileId: FileId;
  at: 'loading' | 'playing' | 'paused' | 'failed';
  positionMs: number;
};

export type Playable = { fileId: FileId; sizeBytes: number; durationMs: number };

export type PlayerPorts = {
  voice: Pick<VoicePorts, 'makeSound'>;
  /** Reads a block of it; refused while that is not here. */
  read(fileId: FileId, index: number): Promise<Outcome<Uint8Array>>;
  clock: Clock;
  speakerId: () => string | null;
  changed(now: VoicePlaying | null): void;
};

const TOLD_EVERY_MS = 100;

type Current = {
  what: Playable;
  /** Null where the browser cannot play. */
  sound: Sound | null;
  /** The next block that the sound gets. */
  next: number;
  feeding: boolean;
  /** Bytes arrived since it was looked last. */
  more: boolean;
  now: VoicePlaying;
};

/** Plays one voice message at a time, from its first block on while the others are on their way. */
export class VoicePlayer {
  readonly #ports: PlayerPorts;
  readonly #clock: CountedClock;
  #current: Current | undefined;
  #speed: VoiceSpeed = 1;

  constructor(ports: PlayerPorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
  }

  /** Plays, or goes on where it was stopped; another one ends. */
  play(what: Playable): void {
    const current = this.#openFor(what);
    const isOver = current.now.positionMs >= what.durationMs;
    if (isOver) this.#seek(current, 0);
    this.#say(current, { at: 'loading' });
    if (!current.sound) {
      this.#fail(current);
      return;
    }
    current.sound.play().catch((error: unknown) => {
      // A pause came before the first sound, or its bytes are none, which is told by itself. Only a browser that wants a click first says it here.
      if (this.#current === current && errorNameOf(error) === 'NotAllowedError') this.pause();
    });
  }

  pause(): void {
    const current = this.#current;
    if (!current || current.now.at === 'failed') return;
    current.sound?.pause();
    this.#say(current, { at: 'paused' });
  }

  /** Goes to a place; one that is not played yet waits there. */
  seek(what: Playable, toMs: number): void {
    const isNew = this.#current?.what.fileId !== what.fileId;
    const current = this.#openFor(what);
    if (isNew) this.#say(current, { at: 'paused' });
    this.#seek(current, Math.max(0, Math.min(what.durationMs, toMs)));
  }

  setSpeed(speed: VoiceSpeed): void {
    this.#speed = speed;
    this.#current?.sound?.setSpeed(speed);
  }

  /** More of it may be here. */
  arrived(fileId: FileId): void {
    const current = this.#current;
    if (current?.what.fileId !== fileId || current.now.at === 'failed') return;
    current.more = true;
    void this.#feed(current);
  }

  /** It is gone, or nothing shall be heard any more. */
  stop(fileId?: FileId): void {
    const current = this.#current;
    if (!current || (fileId !== undefined && current.what.fileId !== fileId)) return;
    this.#current = undefined;
    this.#clock.stopAll();
    current.sound?.close();
    this.#ports.changed(null);
  }

  close(): void {
    this.stop();
  }

  #openFor(what: Playable): Current {
    const known = this.#current;
    if (known?.what.fileId === what.fileId && known.now.at !== 'failed') return known;
    this.stop();
    const only = (act: (current: Current) => void) => () => {
      if (this.#current === current) act(current);
    };
    const sound = this.#ports.voice.makeSound(
      {
        waiting: only((each) => {
          if (each.now.at === 'playing') this.#say(each, { at: 'loading' });
          // What it waits for may have come since it was looked last.
          this.arrived(each.what.fileId);
        }),
        playing: only((each) => this.#say(each, { at: 'playing' })),
        ended: only((each) => this.#say(each, { at: 'paused', positionMs: each.what.durationMs })),
        failed: only((each) => this.#fail(each)),
      },
      this.#ports.speakerId(),
    );
    const now: VoicePlaying = { fileId: what.fileId, at: 'loading', positionMs: 0 };
    const current: Current = { what, sound, next: 0, feeding: false, more: false, now };
    this.#current = current;
    sound?.setSpeed(this.#speed);
    repeat(this.#clock, TOLD_EVERY_MS, () => this.#look(current));
    void this.#feed(current);
    return current;
  }

  #look(current: Current): void {
    if (current.now.at !== 'playing' || !current.sound) return;
    this.#say(current, { positionMs: Math.min(current.what.durationMs, current.sound.positionMs) });
  }

  #seek(current: Current, toMs: number): void {
    current.sound?.seek(toMs);
    this.#say(current, { positionMs: toMs });
  }

  /** Gives the sound the blocks that are here, in their order. */
  async #feed(current: Current): Promise<void> {
    const { what, sound } = current;
    if (current.feeding || !sound) return;
    current.feeding = true;
    const count = blockCountOf(what.sizeBytes);
    try {
      while (current.next < count) {
        current.more = false;
        const block = await this.#ports.read(what.fileId, current.next);
        if (this.#current !== current) return;
        if (!block.ok) {
          if (current.more) continue;
          break;
        }
        await sound.append(new Uint8Array(block.value));
        if (this.#current !== current) return;
        current.next += 1;
        if (current.next === count) sound.end();
      }
    } catch {
      // The bytes are no sound. Its person is told.
      if (this.#current === current) this.#fail(current);
    } finally {
      current.feeding = false;
    }
  }

  #fail(current: Current): void {
    this.#clock.stopAll();
    this.#say(current, { at: 'failed' });
    current.sound?.pause();
  }

  #say(current: Current, change: Partial<VoicePlaying>): void {
    current.now = { ...current.now, ...change };
    if (this.#current === current) this.#ports.changed(current.now);
  }
}
