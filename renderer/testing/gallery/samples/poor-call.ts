import type { AppState, LinkQuality, ParticipantView } from '../../../stores/state.ts';
import { callId } from './ids.ts';
import { inCall, mediaOff } from './people.ts';
import { sampleRecord } from './readings.ts';
import { design, reachOf } from './rooms.ts';

export const lossy: LinkQuality = { level: 'poor', cause: { kind: 'their-uplink', lossRatio: 0.08 } };
export const farRelay: LinkQuality = { level: 'fair', cause: { kind: 'far-relay', roundTripMs: 340 } };

/** Three people: one link is poor, one is fair, one is good. */
export const poorPeople = (more: Partial<ParticipantView> = {}): ParticipantView[] => [
  inCall('Ana Moreira', { speaking: true, quality: lossy, relayed: true, ...more }),
  inCall('Benedikt', { quality: farRelay, relayed: true, ...more }),
  inCall('Chiara Fontana', more),
];

/** The measurements of a call with these people, and an own microphone that gives no sound. */
export function poorMeasures(people: readonly ParticipantView[]): Pick<AppState, 'reach' | 'linkRecords'> {
  return {
    reach: { [design]: { ...reachOf(people), troubles: ['microphone'] } },
    linkRecords: Object.fromEntries(people.map(({ sess }, at) => [sess, sampleRecord(at === 0, at + 1)])),
  };
}

/** In a call without any picture: what needs no canvas. */
export const voiceCall: Extract<AppState['call'], { at: 'joined' }> = {
  at: 'joined',
  roomId: design,
  callId,
  since: 0,
  ring: 'answered',
  ...mediaOff,
  microphone: 'live',
};
