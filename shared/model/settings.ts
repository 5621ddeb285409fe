import { z } from 'zod';
import { Emoji } from './entry.ts';
import { Profile } from './profile.ts';
import { ServerHost } from './server-host.ts';

export const Theme = z.enum(['system', 'light', 'dark', 'contrast']);
export type Theme = z.infer<typeof Theme>;

/** So many emoji are remembered as used last. */
export const RECENT_EMOJI_MAX = 24;

/** Whose calls ring: of everybody in a room, of people whose safety code was compared, or nobody’s. */
export const RingFrom = z.enum(['everybody', 'verified', 'nobody']);
export type RingFrom = z.infer<typeof RingFrom>;

/** Minutes since midnight, local time. */
const MinuteOfDay = z.number().int().min(0).max(1_439);

/**
 * How background noise is taken out of the own voice: not at all, by the browser's own means, or by a neural network on this computer.
 */
export const NoiseSuppression = z.enum(['off', 'standard', 'strong']);
export type NoiseSuppression = z.infer<typeof NoiseSuppression>;

/** What stands behind the person in the own picture: the room as it is, the room blurred, one of Parley's drawn pictures, or their own. */
export const Background = z.enum(['none', 'blur', 'dusk', 'meadow', 'paper', 'own']);
export type Background = z.infer<typeof Background>;

/** The most that this computer sends in a call, in kbit/s; null: as much as the line takes, up to what calls are good with. */
export const UplinkMaxKbps = z.literal([500, 1_000, 2_000, 5_000]).nullable();
export type UplinkMaxKbps = z.infer<typeof UplinkMaxKbps>;

const DeviceChoice = z.string().max(512).nullable();

/** The settings of a person. The core stores them; every part has a default. */
export const Settings = z.object({
  version: z.literal(1),
  /** Null until the person said their name. */
  profile: Profile.nullable(),
  /** When the person took that name, in ms; of two computers of one person the later name counts. */
  profileAt: z.number().int().nonnegative(),
  appearance: z.object({ theme: Theme }),
  devices: z.object({
    cameraId: DeviceChoice,
    microphoneId: DeviceChoice,
    speakerId: DeviceChoice,
    startMuted: z.boolean(),
    startCameraOff: z.boolean(),
    /** Voices of others are played at one loudness. */
    evenVoices: z.boolean(),
  }),
  /** What this computer does to the own sound and picture before they are sent. */
  processing: z.object({
    noise: NoiseSuppression,
    /** Sound goes out untouched and in stereo: no suppression of noise or echo, and no gain. */
    music: z.boolean(),
    background: Background,
    /** When the person's own picture was kept, in ms; null where there is none. */
    pictureAt: z.number().int().nonnegative().nullable(),
  }),
  network: z.object({ uplinkMaxKbps: UplinkMaxKbps }),
  privacy: z.object({
    /** Media and data only through TURN, so that others do not learn this computer's address. */
    relayOnly: z.boolean(),
    readReceipts: z.boolean(),
  }),
  /** When calls ring. A call that may not ring is shown in its room all the same. */
  ringing: z.object({
    from: RingFrom,
    /** Each day from one time to another; over midnight where the second is the earlier one. */
    quietHours: z.object({ on: z.boolean(), from: MinuteOfDay, until: MinuteOfDay }),
    /** `until`: in ms, by the clock on the wall. */
    doNotDisturb: z.discriminatedUnion('at', [
      z.object({ at: z.literal('off') }),
      z.object({ at: z.literal('on') }),
      z.object({ at: z.literal('until'), until: z.number().int().nonnegative() }),
    ]),
  }),
  /** How a call is shown. */
  stage: z.object({
    /** `grid`: all alike; `speaker`: whoever speaks is large. */
    layout: z.enum(['grid', 'speaker']),
    /** Whether one's own picture is shown to oneself. */
    ownPicture: z.boolean(),
    /** Whether it is shown as in a mirror; the others never see it so. */
    mirrored: z.boolean(),
  }),
  emoji: z.object({
    /** Used last, the latest first. */
    recent: z.array(Emoji).max(RECENT_EMOJI_MAX),
    /** The skin tone: 0 is yellow, 1 to 5 are light to dark. */
    tone: z.number().int().min(0).max(5),
  }),
  hosting: z.object({
    /** Whether other computers on the network may use this app's own signaling server. */
    lan: z.boolean(),
  }),
  /** Where new rooms are introduced; null: the app's own server. */
  homeServer: ServerHost.nullable(),
});
export type Settings = z.infer<typeof Settings>;

export const usualSettings: Settings = {
  version: 1,
  profile: null,
  profileAt: 0,
  appearance: { theme: 'system' },
  devices: {
    cameraId: null,
    microphoneId: null,
    speakerId: null,
    startMuted: false,
    startCameraOff: false,
    evenVoices: true,
  },
  processing: { noise: 'standard', music: false, background: 'none', pictureAt: null },
  network: { uplinkMaxKbps: null },
  privacy: { relayOnly: false, readReceipts: true },
  stage: { layout: 'grid', ownPicture: true, mirrored: true },
  ringing: {
    from: 'everybody',
    quietHours: { on: false, from: 22 * 60, until: 7 * 60 },
    doNotDisturb: { at: 'off' },
  },
  emoji: { recent: [], tone: 0 },
  hosting: { lan: false },
  homeServer: null,
};

/** A change: any part of any group. */
export const SettingsChange = z
  .object({
    profile: Profile,
    appearance: Settings.shape.appearance.partial(),
    devices: Settings.shape.devices.partial(),
    processing: Settings.shape.processing.partial(),
    network: Settings.shape.network.partial(),
    privacy: Settings.shape.privacy.partial(),
    stage: Settings.shape.stage.partial(),
    ringing: Settings.shape.ringing.partial(),
    emoji: Settings.shape.emoji.partial(),
    hosting: Settings.shape.hosting.partial(),
    homeServer: ServerHost.nullable(),
  })
  .partial()
  .strict();
export type SettingsChange = z.infer<typeof SettingsChange>;
