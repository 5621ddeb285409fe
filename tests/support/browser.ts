import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Clip } from './clips.ts';
import { CELLS } from './counter-code.ts';
import { hideMicrophones, installProbe } from './page-probe.ts';
import { requireTool } from './tools.ts';

/** The devices of the participant's computer, and the permissions that the person gives. */
export type Equipment = {
  camera?: boolean;
  microphone?: boolean;
  /** The answer to the question whether camera and microphone may be used. */
  permission?: 'granted' | 'denied';
};

export type BrowserOptions = {
  equipment?: Equipment;
  /** Picture and speech in place of Chromium's own. */
  clip?: Clip;
  theme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
  locale?: string;
  /** Opens a window on the screen; by default there is none. */
  window?: boolean;
  /** A command that runs whatever the person opens, as `ip netns exec …` does: another computer. */
  within?: readonly string[];
  /** SHA-256 of a public key, in base64: certificates with that key are taken, whoever signed them. */
  trustedKey?: string;
};

export type Browser = {
  context: BrowserContext;
  page: Page;
  /** Its folder, which the command line of its first process names. */
  folder: string;
  close(): Promise<void>;
};

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page in the background must not be slowed: none of these windows is ever in front.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--autoplay-policy=no-user-gesture-required',
];

/** The switches for what is plugged in. */
export function equipmentFlags(equipment: Equipment, clip: Clip | undefined): string[] {
  const { camera = true, microphone = true, permission = 'granted' } = equipment;
  const flags: string[] = [permission === 'granted' ? '--use-fake-ui-for-media-stream' : '--deny-permission-prompts'];
  if (camera || microphone) {
    flags.push(camera ? '--use-fake-device-for-media-stream' : '--use-fake-device-for-media-stream=device-count=0');
  }
  if (clip?.video && camera) flags.push(`--use-file-for-fake-video-capture=${clip.video}`);
  if (clip?.audio && microphone) flags.push(`--use-file-for-fake-audio-capture=${clip.audio}`);
  return flags;
}

/** Starts a Chromium process of its own with one empty page, the probe installed for whatever it opens. */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-chromium-'));
  try {
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: await programOf(folder, options.within),
      headless: options.window !== true,
      args: [
        ...QUIET,
        ...equipmentFlags(options.equipment ?? {}, options.clip),
        ...(options.trustedKey === undefined ? [] : [`--ignore-certificate-errors-spki-list=${options.trustedKey}`]),
      ],
      viewport: options.viewport ?? { width: 1280, height: 800 },
      colorScheme: options.theme ?? 'light',
      reducedMotion: 'reduce',
      locale: options.locale ?? 'en-GB',
      timeout: 60_000,
      // The caller decides what an interrupt means.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    await context.addInitScript(installProbe, CELLS);
    const { camera = true, microphone = true } = options.equipment ?? {};
    // Chromium's fake devices come with microphones always; without any fake device there is nothing at all.
    if (camera && !microphone) await context.addInitScript(hideMicrophones);
    if (options.equipment?.permission !== 'denied')
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(30_000);
    return {
      context,
      page,
      folder,
      close: async () => {
        await context.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** Chromium itself, or a script that runs it by the command. */
async function programOf(folder: string, within: readonly string[] = []): Promise<string> {
  const program = requireTool('chromium');
  if (within.length === 0) return program;
  const script = join(folder, 'chromium.sh');
  const words = [...within, program].map((word) => `'${word}'`).join(' ');
  await writeFile(script, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o700 });
  return script;
}
