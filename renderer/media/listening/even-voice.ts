import type { Clock } from '@parley/shared/timing';

/** A voice that is as loud as the others. `close` ends it and leaves the stream that it was made of alone. */
export type EvenedVoice = { stream: MediaStream; close(): void };

/**
 * Makes a stream's voice as loud as the others. Rejects where that does not start; `failed` is called once when it ends by itself. An
 * element has to play the stream that it is made of meanwhile, muted: Chromium decodes no sound from far away otherwise.
 */
export type EvenVoice = (voice: MediaStream, clock: Clock, failed: () => void) => Promise<EvenedVoice>;
