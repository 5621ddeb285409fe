import { z } from 'zod';
import { DeviceId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { DisplayName } from './profile.ts';

/** The causes why a link in a call was not good; `renderer/session/link-quality.ts` says how each is found. */
export const TimelineCause = z.enum([
  'own-computer',
  'own-uplink',
  'own-downlink',
  'their-computer',
  'their-uplink',
  'their-downlink',
  'packet-loss',
  'narrow-way',
  'uneven-way',
  'far-relay',
  'far-away',
  'few-frames',
  'silent-microphone',
]);
export type TimelineCause = z.infer<typeof TimelineCause>;

const AtMs = z.number().int().min(0).max(LIMITS.callLengthMaxMs);

/** A time in which the link to somebody was one way, in ms from the start of the call. `away`: it was cut, and came back or not. */
export const TimelineSpan = z
  .object({
    fromMs: AtMs,
    toMs: AtMs,
    level: z.enum(['good', 'fair', 'poor', 'away']),
    cause: TimelineCause.nullable(),
  })
  .strict()
  .refine(({ fromMs, toMs }) => fromMs <= toMs);
export type TimelineSpan = z.infer<typeof TimelineSpan>;

const areInOrder = (spans: readonly TimelineSpan[]): boolean =>
  spans.every(({ fromMs }, at) => fromMs >= (spans[at - 1]?.toMs ?? 0));

/**
 * The connections of this device in one call, for each person the spans in their order. Times without a span were not measured. Kept on
 * this device alone.
 */
export const CallTimeline = z
  .object({
    /** How long the call had run when this device left it, or wrote this last. */
    lengthMs: AtMs,
    people: z
      .array(
        z.object({ deviceId: DeviceId, name: DisplayName, spans: z.array(TimelineSpan).refine(areInOrder) }).strict(),
      )
      .max(LIMITS.callTimelinePeopleMax),
  })
  .strict()
  .refine(({ people }) => people.reduce((sum, { spans }) => sum + spans.length, 0) <= LIMITS.callTimelineSpansMax);
export type CallTimeline = z.infer<typeof CallTimeline>;
