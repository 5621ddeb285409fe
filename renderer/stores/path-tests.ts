import type { RoomId } from '@parley/shared/protocol';
import { errorFields } from '../log.ts';
import { testPaths } from '../mesh/path-test.ts';
import type { AppStore } from './app-store.ts';
import type { AppPorts } from './ports.ts';
import type { PathTestState } from './state.ts';

/** The test of the ways out of this network, for the call that is being prepared. */
export interface PathTests {
  start(): void;
  stop(): void;
  close(): void;
}

export function createPathTests(options: {
  store: AppStore;
  ports: Pick<AppPorts, 'clock' | 'pathProbes' | 'log'>;
  /** The servers of that room; none while its server was not reached. */
  iceServers: (roomId: RoomId) => readonly RTCIceServer[];
}): PathTests {
  const { store, ports, iceServers } = options;
  let running: AbortController | null = null;
  const show = (pathTest: PathTestState) => store.setState({ pathTest });

  const run = async (roomId: RoomId) => {
    const mine = new AbortController();
    running = mine;
    const { clock, pathProbes: probes } = ports;
    const showMine = (state: PathTestState) => {
      if (running === mine) show(state);
    };
    try {
      const result = await testPaths({
        probes,
        clock,
        iceServers: iceServers(roomId),
        signal: mine.signal,
        step: (step) => showMine({ at: 'running', step }),
      });
      showMine({ at: 'done', result });
    } catch (error) {
      if (!mine.signal.aborted) ports.log.area('mesh').warn('the ways could not be tested', errorFields(error));
      showMine({ at: 'none' });
    }
    if (running === mine) running = null;
  };
  const stop = () => {
    running?.abort();
    running = null;
    if (store.getState().pathTest.at !== 'none') show({ at: 'none' });
  };
  const undo = store.subscribe(({ call }, before) => {
    if (before.call.at !== 'preparing') return;
    if (call.at !== 'preparing' || call.roomId !== before.call.roomId) stop();
  });

  return {
    start() {
      const { call } = store.getState();
      if (call.at === 'preparing' && !running) void run(call.roomId);
    },
    stop,
    close() {
      undo();
      stop();
    },
  };
}
