import { z } from 'zod';
import { Profile } from './profile.ts';
import { ServerHost } from './server-host.ts';

export const Theme = z.enum(['system', 'light', 'dark', 'contrast']);
export type Theme = z.infer<typeof Theme>;

const DeviceChoice = z.string().max(512).nullable();

/** The settings of a person. The core stores them; every part has a default. */
export const Settings = z.object({
  version: z.literal(1),
  /** Null until the person said their name. */
  profile: Profile.nullable(),
  appearance: z.object({ theme: Theme }),
  devices: z.object({
    cameraId: DeviceChoice,
    microphoneId: DeviceChoice,
    speakerId: DeviceChoice,
    startMuted: z.boolean(),
    startCameraOff: z.boolean(),
  }),
  privacy: z.object({
    /** Media and data only through TURN, so that others do not learn this computer's address. */
    relayOnly: z.boolean(),
    readReceipts: z.boolean(),
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
  appearance: { theme: 'system' },
  devices: { cameraId: null, microphoneId: null, speakerId: null, startMuted: false, startCameraOff: false },
  privacy: { relayOnly: false, readReceipts: true },
  hosting: { lan: false },
  homeServer: null,
};

/** A change: any part of any group. */
export const SettingsChange = z
  .object({
    profile: Profile,
    appearance: Settings.shape.appearance.partial(),
    devices: Settings.shape.devices.partial(),
    privacy: Settings.shape.privacy.partial(),
    hosting: Settings.shape.hosting.partial(),
    homeServer: ServerHost.nullable(),
  })
  .partial()
  .strict();
export type SettingsChange = z.infer<typeof SettingsChange>;
