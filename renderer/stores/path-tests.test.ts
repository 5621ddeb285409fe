import { describe, expect, it } from 'vitest';
import { noLogs } from '../log.ts';
import type { PathProbes } from '../mesh/path-probes.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { createPathTests } from './path-tests.ts';
import type { OwnCall } from './state.ts';

const preparing = {
  at: 'preparing',
  roomId: 'room',
  preview: {
    stream: null,
    camera: false,
    microphone: false,
    opening: false,
    cameraTrouble: null,
    microphoneTrouble: null,
  },
} as unknown as OwnCall; // the test looks at nothing of the room but its id

function open(findsWayOut: PathProbes['findsWayOut'] = async () => true) {
  const store = createAppStore();
  store.setState({ call: preparing });
  const asked: string[] = [];
  const tests = createPathTests({
    store,
    ports: {
      clock: fakeClock(),
      pathProbes: { findsWayOut, openLoop: () => Promise.reject(new Error('no relay')) },
      log: noLogs,
    },
    iceServers: (roomId) => {
      asked.push(roomId);
      return [{ urls: 'stun:talk.example.org' }];
    },
  });
  return { store, tests, asked, state: () => store.getState().pathTest };
}

describe('the test before a call', () => {
  it('uses the servers of the room and shows what came out (C7)', async () => {
    const { tests, asked, state } = open();
    tests.start();
    tests.start();
    expect(state()).toEqual({ at: 'running', step: 'way-out' });
    await settled();
    expect(state()).toEqual({ at: 'done', result: { udp: 'open', relay: { at: 'none' } } });
    expect(asked).toEqual(['room']);
  });

  it.each(['by the person', 'by leaving the screen'])('is stopped %s, and shows nothing late (C7)', async (how) => {
    let answer: (found: boolean) => void = () => {};
    let signal: AbortSignal | undefined;
    const { store, tests, state } = open((_, given) => {
      signal = given;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    tests.start();
    if (how === 'by the person') tests.stop();
    else store.setState({ call: { at: 'none' } });
    expect([state(), signal?.aborted]).toEqual([{ at: 'none' }, true]);
    answer(true);
    await settled();
    expect(state()).toEqual({ at: 'none' });
  });

  it('can be made again after one that failed, and only before a call', async () => {
    const { store, tests, state } = open(() => Promise.reject(new Error('the browser refuses')));
    tests.start();
    await settled();
    expect(state()).toEqual({ at: 'none' });
    store.setState({ call: { at: 'none' } });
    tests.start();
    expect(state()).toEqual({ at: 'none' });
  });
});
