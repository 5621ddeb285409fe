import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppPage } from './app-page.ts';
import { CLIP_LARGE, type Clip, clipFor } from './clips.ts';
import { FrameWatch, type Seen } from './frame-watch.ts';
import { type OpenedApp, openInChromium, type ParticipantOptions, profileOf } from './open-app.ts';
import { ASK_PROBE, type ProbeSnapshot } from './page-probe.ts';
import { until } from './wait.ts';

/** Those who have Parley open in this process. */
const everybody = new Set<Participant>();

/** One person with a computer of their own: profile, core, Chromium process. */
export class Participant extends AppPage {
  readonly name: string;
  readonly folder: string;
  readonly frames: FrameWatch;
  readonly clip: Clip;
  readonly #options: ParticipantOptions;
  readonly #app: OpenedApp;
  #watching: Promise<void> = Promise.resolve();
  #closed = false;
  #asking: Promise<ProbeSnapshot> | undefined;

  private constructor(options: ParticipantOptions, clip: Clip, app: OpenedApp) {
    super(app);
    this.#options = options;
    this.name = options.name;
    this.folder = options.folder;
    this.clip = clip;
    this.frames = new FrameWatch(clip.framesInLoop);
    this.#app = app;
  }

  /** Opens the app. Says the name where the app asks for it. */
  static async open(options: ParticipantOptions): Promise<Participant> {
    const clip =
      typeof options.clip === 'number' ? await clipFor(options.clip, options.clipSize ?? CLIP_LARGE) : options.clip;
    await mkdir(options.folder, { recursive: true });
    const app = await (options.openApp ?? openInChromium)(options, clip);
    try {
      const participant = new Participant(options, clip, app);
      await participant.passWelcome(options.name);
      participant.#watching = participant.#watch();
      everybody.add(participant);
      return participant;
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  get profile(): string {
    return profileOf(this.folder);
  }

  /** Texts in the command lines of this person's processes: those of the core, and of the browser. */
  get folders(): string[] {
    return [this.folder, ...(this.#app.browserFolder === undefined ? [] : [this.#app.browserFolder])];
  }

  /** The state of the page's connections and videos. A question while another is being answered gets that answer. */
  snapshot(): Promise<ProbeSnapshot> {
    this.#asking ??= this.page.evaluate<ProbeSnapshot>(ASK_PROBE).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** The frames of the tile with this label that were decoded until now. */
  async seen(label: string): Promise<Seen> {
    this.frames.add(await this.snapshot());
    return this.frames.of(label);
  }

  /**
   * Waits until `more` further frames of the tile were decoded and the picture's own counter went on as well.
   * Answers what was seen then.
   */
  async waitFrames(label: string, more: number, timeoutMs = 45_000): Promise<Seen> {
    const before = await this.seen(label);
    try {
      return await until(
        `${more} frames of ${label} on ${this.name}'s screen`,
        async () => {
          const now = await this.seen(label);
          const advanced = now.counterLast !== null && now.counterLast > (before.counterLast ?? -1);
          if (now.framesDecoded >= before.framesDecoded + more && advanced) return now;
          throw new Error(JSON.stringify({ before, now }));
        },
        { timeoutMs, everyMs: 250 },
      );
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`${said}\n${await Participant.#sceneNow()}`);
    }
  }

  /** Everybody's tiles and streams: tells where a picture got lost on its way. */
  static async #sceneNow(): Promise<string> {
    const lines = await Promise.all(
      [...everybody].map(async (one) => {
        const { tiles, peers } = await one.snapshot();
        const shown = tiles.map(({ cells, ...tile }) => ({ ...tile, readable: cells !== null }));
        const moved = peers.map(({ connectionState, inboundVideo, outboundVideo }) => ({
          connectionState,
          inboundVideo,
          outboundVideo,
        }));
        return `${one.name}: ${JSON.stringify({ shown, moved })}`;
      }),
    );
    return lines.join('\n');
  }

  /** The newest lines of the log in the profile: tells why something that was waited for did not come. */
  async logTail(lines = 60): Promise<string> {
    const log = await readFile(join(this.profile, 'parley.log'), 'utf8');
    return `The log of ${this.name}:\n${log.trimEnd().split('\n').slice(-lines).join('\n')}`;
  }

  /** Ends the core at once, as a crash does. */
  async kill(): Promise<void> {
    if (!this.#app.kill) throw new Error('this app ends by itself alone');
    await this.#app.kill();
  }

  /** Ends the app; the profile stays. */
  async close(): Promise<void> {
    this.#closed = true;
    everybody.delete(this);
    await this.#watching;
    await this.#app.close();
  }

  /** The same person opens Parley again on the same profile. */
  async reopen(): Promise<Participant> {
    await this.close();
    return Participant.open({ ...this.#options, clip: this.clip });
  }

  async #watch(): Promise<void> {
    await until(
      'the end',
      async () => {
        if (this.#closed) return true;
        this.frames.add(await this.snapshot());
        return false;
      },
      { timeoutMs: Number.POSITIVE_INFINITY, everyMs: 500 },
    );
  }
}
