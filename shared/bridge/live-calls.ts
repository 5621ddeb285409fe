import { z } from 'zod';
import { LiveId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { LiveAddress, LiveToken } from '../model/live.ts';

const Sdp = z.string().min(1).max(LIMITS.sdpMaxChars);

/** Going live by WHIP (RFC 9725): the core asks the receiver, because the page may reach no other address. */
export const liveCalls = {
  /**
   * Offers a call to a receiver; `answer` is its session description. A second one of the same page ends its first. Refuses with `live-running`
   * and with what the receiver did: `live-denied`, `live-address-unknown`, `live-busy`, `live-not-taken`, `live-receiver-failed`,
   * `live-unreachable`, `live-silent` or `live-not-whip`.
   */
  'live.begin': {
    input: z.object({ address: LiveAddress, token: LiveToken.nullable(), offer: Sdp }).strict(),
    output: z.object({ liveId: LiveId, answer: Sdp }),
  },
  /** Tells the receiver that it is over. Answers also where the receiver is gone. */
  'live.end': { input: z.object({ liveId: LiveId }).strict(), output: z.object({}).strict() },
} as const;
