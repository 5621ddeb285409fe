import { z } from 'zod';
import { LIMITS } from '../base/limits.ts';

/** The name in the offer of every voice message. What people read is made by their own app. */
export const VOICE_NAME = 'Voice message';

/** What an author tells of a voice message beside its file: how long it is, and how loud over its time, in equal pieces. */
export const Voice = z.object({
  durationMs: z.number().int().min(1).max(LIMITS.voiceMaxMs),
  levels: z.array(z.number().int().min(0).max(LIMITS.voiceLevelMax)).length(LIMITS.voiceLevels),
});
export type Voice = z.infer<typeof Voice>;

/** Whether an offer is that of a file, or fits a voice message in name and size. */
export const fitsVoice = (offer: {
  name: string;
  folders: readonly string[];
  sizeBytes: number;
  voice?: Voice | undefined;
}): boolean =>
  offer.voice === undefined ||
  (offer.name === VOICE_NAME &&
    offer.folders.length === 0 &&
    offer.sizeBytes > 0 &&
    offer.sizeBytes <= LIMITS.voiceMaxBytes);
