import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Laboratory, openLaboratory } from '#support/laboratory.ts';
import { type LaboratoryCall, openLaboratoryCall } from '#support/laboratory-call.ts';
import { openedOrNone } from '#support/namespaces.ts';
import type { Participant } from '#support/participant.ts';
import { until } from '#support/wait.ts';

const laboratory: Laboratory | undefined = openedOrNone('Calls through the relay', openLaboratory);

const ways = async (one: Participant) =>
  (await one.snapshot()).peers.map(({ candidatePair, relayProtocol }) => `${candidatePair} by ${relayProtocol}`);

/**
 * Waits until the only connection of each of these begins and ends at the relay and reaches it in one of these ways. The first pair
 * that answers is taken and better ones follow, so it need not be so at once.
 */
async function relayedBy(people: readonly Participant[], ...protocols: ('udp' | 'tcp' | 'tls')[]): Promise<void> {
  // The other's relay may be known from its packets before the other tells of it.
  const expected = protocols.flatMap((protocol) =>
    ['relay', 'prflx'].map((other) => `relay ↔ ${other} (udp) by ${protocol}`),
  );
  for (const one of people) {
    await until(`${one.name} to be relayed by ${protocols.join(' or ')}`, async () => {
      const [way, ...more] = await ways(one);
      if (way !== undefined && more.length === 0 && expected.includes(way)) return true;
      throw new Error([way, ...more].join());
    });
  }
}

describe.skipIf(laboratory === undefined)(
  'a call of two computers that reach each other through the relay only',
  () => {
    let call: LaboratoryCall;
    beforeAll(async () => {
      call = await openLaboratoryCall({ isDirect: false, ...(laboratory ? { laboratory } : {}) });
    });
    beforeEach(() => {
      for (const who of ['ana', 'ben'] as const) call.laboratory.lose(who, 'nothing');
    });
    afterAll(() => call?.close());

    it('goes through the relay over UDP (C5)', async () => {
      await relayedBy([call.ana, call.ben], 'udp');
    });

    it('goes on over TCP when UDP is cut in the middle of it, over the same link and chat too (C5)', async () => {
      call.laboratory.lose('ben', 'udp');
      const cutAt = performance.now();
      await call.bothSee(20, 60_000);
      console.info(`20 more frames at both ends ${Math.round(performance.now() - cutAt)} ms after UDP was cut`);
      await relayedBy([call.ben], 'tcp', 'tls');
      await call.ben.send('My network got strict');
      await call.ben.waitDelivered('My network got strict');
      for (const one of [call.ana, call.ben]) expect(await one.logTail(400)).not.toMatch(/"epoch":2\b/);
    });

    it('begins over TCP where UDP is blocked (C5)', async () => {
      await call.reenter(() => {
        for (const who of ['ana', 'ben'] as const) call.laboratory.lose(who, 'udp');
      });
      await relayedBy([call.ana, call.ben], 'tcp');
    });

    it('begins over TLS where nothing else is let out (C5)', async () => {
      await call.reenter(() => {
        for (const who of ['ana', 'ben'] as const) call.laboratory.lose(who, 'all-but-web');
      });
      await relayedBy([call.ana, call.ben], 'tls');
    });
  },
);
