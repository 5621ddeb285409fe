/** So loud a voice is to be played, as the mean of its sound while it speaks, in decibels below full scale. */
const TARGET_DB = -21;
/** The most that a voice is turned up and down. */
const GAIN_DB = { most: 12, least: -6 } as const;
/** Sound is looked at in pieces of this length, and the voice of the last three seconds counts. */
const PIECE_SECONDS = 0.1;
const COUNTED_PIECES = 30;
/** A voice of fewer pieces than this may be a cough. */
const FIRST_AFTER_PIECES = 5;
/** Quieter pieces are silence. */
const SILENCE_DB = -55;
/** A voice comes and goes. Sound that was there all the time in the last two seconds is a fan or a hum, and counts as none. */
const FLOOR_PIECES = 20;
const ABOVE_FLOOR_DB = 6;
/** How fast the gain goes while somebody speaks: nobody is to hear it move, and somebody loud is to be bearable soon. */
const UP_DB_PER_SECOND = 3;
const DOWN_DB_PER_SECOND = 10;

const decibels = (meanSquare: number): number => 10 * Math.log10(meanSquare + 1e-12);
const gainOf = (db: number): number => 10 ** (db / 20);

/** Follows how loud a voice is, and says how much to turn it up or down. Silence and steady noise change nothing. */
export class Loudness {
  readonly #pieceSamples: number;
  #squares = 0;
  #samples = 0;
  /** Of the last two seconds, whatever was in them. */
  #levelsDb: number[] = [];
  /** Mean squares of pieces in which somebody spoke. */
  #spoken: number[] = [];
  #gainDb = 0;

  /** `sampleRate` in samples a second. */
  constructor(sampleRate: number) {
    this.#pieceSamples = Math.round(sampleRate * PIECE_SECONDS);
  }

  /** The factor for the samples of this moment, from 0.5 to 4. */
  get gain(): number {
    return gainOf(this.#gainDb);
  }

  /** Takes the sum of the squares of so many samples of one channel, or the mean of several. */
  take(squares: number, samples: number): void {
    this.#squares += squares;
    this.#samples += samples;
    if (this.#samples < this.#pieceSamples) return;
    this.#piece(this.#squares / this.#samples);
    this.#squares = 0;
    this.#samples = 0;
  }

  #piece(meanSquare: number): void {
    const db = decibels(meanSquare);
    this.#levelsDb = [...this.#levelsDb, db].slice(-FLOOR_PIECES);
    if (db < SILENCE_DB || db < Math.min(...this.#levelsDb) + ABOVE_FLOOR_DB) return;
    this.#spoken = [...this.#spoken, meanSquare].slice(-COUNTED_PIECES);
    if (this.#spoken.length < FIRST_AFTER_PIECES) return;
    const mean = this.#spoken.reduce((sum, each) => sum + each, 0) / this.#spoken.length;
    const wantedDb = Math.min(GAIN_DB.most, Math.max(GAIN_DB.least, TARGET_DB - decibels(mean)));
    const step = wantedDb - this.#gainDb;
    this.#gainDb += Math.min(UP_DB_PER_SECOND * PIECE_SECONDS, Math.max(-DOWN_DB_PER_SECOND * PIECE_SECONDS, step));
  }
}
