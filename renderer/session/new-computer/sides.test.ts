import type { ComputerAsk, ComputerWelcome } from '@parley/shared/model';
import { accept, LIMITS, type Outcome, refuse } from '@parley/shared/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { noLog } from '../../log.ts';
import { usualLinkPolicy } from '../../mesh/link-policy.ts';
import { FakePeers, fakeCertificate } from '../../mesh/testing/fake-peers.ts';
import { fakeClock, settled } from '../../testing/fake-clock.ts';
import { FakeCore, FakeServer } from '../testing/fake-room.ts';
import { FirstSide } from './first-side.ts';
import type { MeetingPorts } from './meeting.ts';
import { NewSide } from './new-side.ts';

const PARTS = 3;
type Meeting = Awaited<ReturnType<typeof meeting>>;
const open: (FirstSide | NewSide)[] = [];
afterEach(() => {
  for (const side of open.splice(0)) void side.cancel();
});

/** A first computer with a code, and as many new ones as a test wants. */
async function meeting() {
  const [server, net, clock] = [new FakeServer(), new FakePeers(), fakeClock()];
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const desk = await FakeCore.create('desk');
  const code = { host: 'example.org', secret, person: desk.dev };
  let made = 0;
  const portsOf = async (core: FakeCore): Promise<MeetingPorts> => {
    const certificate = await fakeCertificate(++made);
    return {
      bridge: core.bridge(),
      takeSeat: (_, owner) => server.takeSeat({} as never, owner),
      makePeer: net.maker(certificate),
      makeCertificate: async () => ({ certificate: null, fp: certificate.fp }),
      clock,
      relayOnly: () => false,
      linkPolicy: usualLinkPolicy,
      log: noLog,
    };
  };
  const quiet = async () => {
    for (let before = -1; ; ) {
      await settled();
      const now = server.relayed.length + net.all.reduce((sum, peer) => sum + peer.sent.length, 0);
      if (now === before) return;
      before = now;
    }
  };
  const given = { welcomed: 0, failed: [] as boolean[] };
  desk.answers['computers.welcome'] = ({ ask }: { ask: ComputerAsk }) => {
    given.welcomed += 1;
    const list = { person: desk.dev, issuedAt: 1, computers: [ask], sig: ask.sig };
    return accept({ list, eph: ask.boxKey, sig: ask.sig, parts: PARTS } satisfies ComputerWelcome);
  };
  desk.answers['computers.part'] = ({ index }: { index: number }) => accept({ part: `part${index}` });
  desk.answers['computers.stop-giving'] = ({ failed }: { failed: boolean }) => {
    given.failed.push(failed);
    return accept({});
  };
  const first = new FirstSide(code, await portsOf(desk), () => {});
  open.push(first);
  await first.open();
  await quiet();

  /** A new computer comes with the code. */
  const come = async (to = code, finish: Outcome<unknown> = accept({}), again?: FakeCore) => {
    const core = again ?? (await FakeCore.create('laptop'));
    const taken: string[] = [];
    const sig = 'A'.repeat(86);
    core.answers['computers.ask'] = () =>
      accept({ device: core.dev, name: 'Laptop', askedAt: 1, consent: sig, boxKey: 'A'.repeat(43), sig });
    core.answers['computers.take-welcome'] = () => accept({});
    core.answers['computers.take-part'] = ({ part }: { part: string }) => {
      taken.push(part);
      return accept({});
    };
    core.answers['computers.finish'] = () => finish;
    core.answers['computers.begin'] = () => accept({});
    core.answers['computers.stop-getting'] = () => accept({});
    const side = new NewSide(to, 'Laptop', await portsOf(core), () => {});
    open.push(side);
    await side.open();
    await quiet();
    /** The person says on both that the codes are the same. */
    const agree = async () => {
      await side.confirm();
      await quiet();
      await first.confirm();
      await quiet();
    };
    return { side, core, taken, agree };
  };
  /** Turns the clock and lets everybody speak. */
  const later = async (byMs: number) => {
    clock.advance(byMs);
    await quiet();
  };
  return { first, come, quiet, later, given, code, net, server, desk };
}

describe('a new computer and the first one (H9)', () => {
  it('show the same number, and nothing goes over before the person said so on both', async () => {
    const { first, come, quiet, later, given } = await meeting();
    const { side, taken, core } = await come();
    const [here, there] = [first.state, side.state];
    if (here.at !== 'comparing' || there.at !== 'comparing') throw new Error(`${here.at}, ${there.at}`);
    expect(here.safetyCode).toMatch(/^\d{4} \d{4}$/);
    expect(there.safetyCode).toBe(here.safetyCode);
    // Its key signs nothing yet, and its name is not told.
    expect([here.name, core.asked.includes('computers.ask')]).toEqual([null, false]);

    await side.confirm();
    await quiet();
    expect(first.state).toMatchObject({ at: 'comparing', name: 'Laptop', said: false });
    expect(side.state.at).toBe('asking');
    expect([given.welcomed, taken]).toEqual([0, []]);

    await first.confirm();
    await quiet();
    expect(taken).toEqual(['part0', 'part1', 'part2']);
    expect([first.state.at, side.state.at]).toEqual(['done', 'done']);
    await later(1_000);
    expect(given.failed).toEqual([false]);
    expect(core.asked.at(-1)).toBe('computers.begin');
    for (const each of [first, side]) expect(each.openResources.timers).toBe(0);
  });

  it('may be told in either order', async () => {
    const { first, come, quiet, given } = await meeting();
    const { side } = await come();
    await first.confirm();
    await quiet();
    expect(first.state).toMatchObject({ at: 'comparing', name: null, said: true });
    expect(given.welcomed).toBe(0);
    await side.confirm();
    await quiet();
    expect([first.state.at, side.state.at]).toEqual(['done', 'done']);
  });

  it('is void where a second computer comes with the same code', async () => {
    const { first, come, given } = await meeting();
    const { side } = await come();
    await come();
    expect(first.state).toMatchObject({ at: 'failed', refusal: { code: 'computer-code-crowded' } });
    expect(side.state).toMatchObject({ at: 'failed', refusal: { code: 'computer-cancelled' } });
    await first.confirm();
    expect(given.welcomed).toBe(0);
  });

  it('gives nothing where the person does not agree outside the page, and says so', async () => {
    const { first, come, desk, given } = await meeting();
    const { side, taken, agree } = await come();
    desk.answers['computers.welcome'] = () => refuse('cancelled');
    await agree();
    expect(first.state).toMatchObject({ at: 'failed', refusal: { message: expect.stringContaining('no yes') } });
    expect(side.state).toMatchObject({ at: 'failed', refusal: { code: 'computer-cancelled' } });
    expect([taken, given.failed]).toEqual([[], [true]]);
  });

  it('withdraws the question outside the page with the time of the code, with a second computer and when the person goes back', async () => {
    const ends = [
      ({ later }: Meeting) => later(LIMITS.computerCodeMs),
      ({ come }: Meeting) => come(),
      async ({ first, quiet }: Meeting) => {
        void first.cancel();
        await quiet();
      },
    ];
    for (const end of ends) {
      const here = await meeting();
      let answer = (_welcomed: Outcome<unknown>) => {};
      here.desk.answers['computers.welcome'] = () => new Promise<Outcome<unknown>>((resolve) => (answer = resolve));
      const { side } = await here.come();
      await side.confirm();
      await here.quiet();
      void here.first.confirm();
      await here.quiet();
      expect(here.first.state).toEqual({ at: 'asking', name: 'Laptop' });
      await end(here);
      expect(here.first.state.at).toBe('failed');
      expect(here.given.failed).toEqual([true]);
      // A yes that was on its way: what it did is taken back.
      answer(accept({}));
      await here.quiet();
      expect(here.given.failed).toEqual([true, true]);
    }
  });

  it('compares again where the same computer comes again, and believes nothing of what was said before', async () => {
    const { first, come, quiet, given } = await meeting();
    const { side, core } = await come();
    await first.confirm();
    await come(undefined, undefined, core);
    expect(first.state).toMatchObject({ at: 'comparing', name: null, said: false, safetyCode: expect.any(String) });
    await side.confirm();
    await quiet();
    expect(given.welcomed).toBe(0);
  });

  it('ends with its time', async () => {
    const { first, come, later, server } = await meeting();
    await later(LIMITS.computerCodeMs);
    expect(first.state).toMatchObject({ at: 'failed', refusal: { code: 'computer-code-expired' } });
    await later(1_000);
    expect(server.seats.every(({ over }) => over)).toBe(true);
    const { side } = await come();
    expect(side.state.at).toBe('looking');
    await later(LIMITS.computerCodeMs);
    expect(side.state).toMatchObject({ at: 'failed', refusal: { code: 'computer-code-expired' } });
  });

  it('finds nobody with another secret, and does not take another computer for the first one', async () => {
    const { first, come, code } = await meeting();
    const other = await FakeCore.create('other');
    const wrong = await come({ ...code, secret: new Uint8Array(32) });
    expect([wrong.side.state.at, first.state.at]).toEqual(['looking', 'waiting']);
    // The right secret, and a code that names somebody else: nothing is asked of whoever is there.
    const misled = await come({ ...code, person: other.dev });
    await misled.side.confirm();
    expect(misled.side.state.at).toBe('looking');
    expect(misled.core.asked).not.toContain('computers.ask');
  });

  it('says so on both screens when one of them goes no further, and takes the new one off the list again', async () => {
    const one = await meeting();
    const { side, core } = await one.come();
    void side.cancel();
    await one.quiet();
    expect(one.first.state).toMatchObject({ at: 'failed', refusal: { code: 'computer-cancelled' } });
    expect(one.given.failed).toEqual([]);
    expect(core.asked).not.toContain('computers.ask');

    const two = await meeting();
    const laptop = await two.come(undefined, refuse('disk-full'));
    await laptop.agree();
    expect(laptop.side.state).toMatchObject({ at: 'failed', refusal: { code: 'disk-full' } });
    expect(two.first.state).toMatchObject({
      at: 'failed',
      refusal: { code: 'computer-cancelled', message: expect.stringContaining('Laptop is off your list again.') },
    });
    expect(two.given.failed).toEqual([true]);
    // Its key has asked: the core hears that nothing came of it, once the person has read why.
    expect(laptop.core.asked).not.toContain('computers.stop-getting');
    void laptop.side.cancel();
    await two.later(1_000);
    expect(laptop.core.asked.at(-1)).toBe('computers.stop-getting');
  });

  it('says what is left to do where the new one cannot be taken off the list', async () => {
    const { desk, first, come } = await meeting();
    const { agree } = await come(undefined, refuse('disk-full'));
    desk.answers['computers.stop-giving'] = () => refuse('disk-full');
    await agree();
    expect(first.state).toMatchObject({
      refusal: { message: expect.stringContaining('could not be taken off your list: remove it there.') },
    });
  });

  it('takes a fresh key also where the person went back while the key was signing', async () => {
    const { come, quiet, later } = await meeting();
    const { side, core } = await come();
    let signed = () => {};
    const answer = core.answers['computers.ask'];
    core.answers['computers.ask'] = () => new Promise((resolve) => (signed = () => resolve(answer?.({} as never))));
    void side.confirm();
    await quiet();
    void side.cancel();
    await later(1_000);
    const before = core.asked.filter((name) => name === 'computers.stop-getting').length;
    signed();
    await quiet();
    expect(core.asked.filter((name) => name === 'computers.stop-getting')).toHaveLength(before + 1);
  });
});
