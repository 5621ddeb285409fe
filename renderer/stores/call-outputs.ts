/** starting → running → finishing. `since` by the monotonic clock of this page. */
export type CallRecording =
  | { at: 'starting' }
  | { at: 'running'; since: number; sizeBytes: number }
  | { at: 'finishing' };

/**
 * connecting → live ⇄ interrupted. `host`: the receiver's name. `since`: when it was live first, by the monotonic clock of this page. `tries`:
 * how often it was tried to come back.
 */
export type CallLive = { host: string } & (
  | { at: 'connecting' }
  | { at: 'live'; since: number }
  | { at: 'interrupted'; since: number; tries: number }
);

/** The most that the picture of a call takes at a receiver, in bits per second, where the person sets no limit. */
const LIVE_VIDEO_BPS = 2_500_000;

/** The person's limit is for everything that leaves this computer: a call that goes live keeps one half for the people in it. */
export const uplinkForCall = (maxKbps: number | null, isLive: boolean): number | null =>
  maxKbps === null ? null : (maxKbps * 1_000) / (isLive ? 2 : 1);

/** The share of the picture that goes live; sound comes to that. In bits per second. */
export const videoForLive = (maxKbps: number | null): number =>
  maxKbps === null ? LIVE_VIDEO_BPS : Math.min(LIVE_VIDEO_BPS, Math.max(100_000, (maxKbps * 1_000) / 2 - 100_000));
