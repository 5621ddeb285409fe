import type { LinkSignal } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import type { Participant } from './participant.ts';
import { sendSignal } from './send-signal.ts';
import type { SessionSeat } from './session-seat.ts';

type Situation = { link: 'opening' | 'open' | 'interrupted'; doubted?: boolean; server: 'online' | 'reconnecting' };

/** By which ways a signal goes, and whether the server's copy is still wanted afterwards, when the doubt is over. */
function waysOf({ link, doubted = false, server }: Situation, signal: LinkSignal) {
  const ways: string[] = [];
  let wanted = () => true;
  const state = { at: link, epoch: 1 };
  const participant = {
    peerId: 'ana',
    link: { state, isDoubted: doubted },
    send: () => {
      ways.push('link');
      return true;
    },
  };
  const seated = {
    seat: { state: { at: server } },
    handshakes: {
      seal: async (_peerId: string, _message: unknown, isWanted: () => boolean) => {
        ways.push('server');
        wanted = isWanted;
      },
    },
  };
  // What a signal needs of the two.
  sendSignal(participant as unknown as Participant, signal, seated as unknown as SessionSeat, noLog);
  const isWantedNow = wanted();
  participant.link.isDoubted = false;
  return { ways, isWantedNow, isWantedLater: wanted() };
}

const offer: LinkSignal = { kind: 'peer', epoch: 1, signal: { type: 'offer', sdp: 'v=0' } };
describe('a signal for the far end of a link', () => {
  it.each<[Situation, string[]]>([
    [{ link: 'opening', server: 'online' }, ['server']],
    [{ link: 'opening', server: 'reconnecting' }, ['server']],
    [{ link: 'open', server: 'online' }, ['link']],
    [{ link: 'open', server: 'reconnecting' }, ['link']],
    [{ link: 'interrupted', server: 'online' }, ['server']],
    [{ link: 'interrupted', server: 'reconnecting' }, ['link']],
    [{ link: 'open', doubted: true, server: 'online' }, ['link', 'server']],
    [{ link: 'open', doubted: true, server: 'reconnecting' }, ['link', 'server']],
  ])('goes by the way that can be relied on, or by both: %j', (situation, ways) => {
    expect(waysOf(situation, offer).ways).toEqual(ways);
  });

  it('waits for the server also when the doubt is over: it may have been lost on the link', () => {
    const { isWantedNow, isWantedLater } = waysOf({ link: 'open', doubted: true, server: 'reconnecting' }, offer);
    expect([isWantedNow, isWantedLater]).toEqual([true, true]);
  });
});
