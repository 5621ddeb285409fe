import { isolated, LiveToken, readLiveAddress } from '@parley/shared/model';
import { accept, type Outcome, type Refusal, type RoomId, refuse } from '@parley/shared/protocol';
import { errorFields } from '../log.ts';
import { LiveSender, usualLivePolicy } from '../media/live/live-sender.ts';
import type { AppStore } from './app-store.ts';
import type { CallMixing, MixedCall } from './call-mixing.ts';
import { videoForLive } from './call-outputs.ts';
import type { Notices } from './notices.ts';
import type { AppPorts } from './ports.ts';
import type { Reach } from './reach.ts';

/** The own call at a receiver that shows it live. */
export interface LiveCalls {
  /** Tells the others and sends, until it is stopped, the call ends, or the receiver is gone for good. */
  start(address: string, token: string): Outcome<null>;
  /** Nothing is sent any more when this returns. */
  stop(): void;
  close(): void;
}

type Running = { roomId: RoomId; mixed: MixedCall; sender: LiveSender };

export function createLiveCalls(options: {
  store: AppStore;
  ports: AppPorts;
  running: () => { reach: Reach } | undefined;
  notices: Notices;
  mixing: CallMixing;
}): LiveCalls {
  const { store, ports, notices, mixing } = options;
  const { bridge, clock } = ports;
  const log = ports.log.area('live');
  let current: Running | null = null;

  const session = (roomId: RoomId) => options.running()?.reach.get(roomId);

  function start(written: string, key: string): Outcome<null> {
    const { call } = store.getState();
    const address = readLiveAddress(written);
    if (address === undefined) return refuse('live-address-invalid', { path: 'address' });
    const token = key.trim() === '' ? null : key.trim();
    if (token !== null && !LiveToken.safeParse(token).success) return refuse('live-token-invalid', { path: 'token' });
    if (call.at !== 'joined' || current) return accept(null);
    const { roomId } = call;
    const { host } = new URL(address);
    store.setState({ callLive: { at: 'connecting', host } });
    // First of all: nothing goes out of which the others were not told.
    session(roomId)?.markCall({ live: true });
    let mixed: MixedCall;
    try {
      mixed = mixing.take(roomId);
    } catch (error) {
      log.warn('a call could not go live', errorFields(error));
      session(roomId)?.markCall({ live: false });
      store.setState({ callLive: null });
      return refuse('live-failed');
    }
    let since: number | undefined;
    const sender = new LiveSender({
      live: ports.live,
      clock,
      policy: usualLivePolicy,
      options: () => {
        const { privacy, network } = store.getState().settings;
        return {
          tracks: mixed.tracks,
          iceServers: session(roomId)?.iceServers() ?? [],
          relayOnly: privacy.relayOnly,
          videoMaxBps: videoForLive(network.uplinkMaxKbps),
        };
      },
      begin: (offer) => bridge.call('live.begin', { address, token, offer }),
      end: (liveId) => bridge.call('live.end', { liveId }),
      changed: (now) => {
        since ??= clock.monotonicMs();
        if (current?.sender === sender) store.setState({ callLive: { ...now, host, since } });
      },
      ended: (why, wasLive) => {
        if (current?.sender === sender) stop();
        tell(host, why, wasLive);
      },
    });
    current = { roomId, mixed, sender };
    return accept(null);
  }

  function tell(host: string, { code, message }: Refusal, wasLive: boolean): void {
    log.warn('a call is live no more', { code, wasLive });
    notices.say('trouble', `${wasLive ? NO_MORE : NOT_LIVE} (${isolated(host)}). ${message}`, code);
  }

  function stop(): void {
    if (!current) return;
    const { roomId, mixed, sender } = current;
    current = null;
    sender.stop();
    mixed.release();
    // Not before its last picture: the mark stands for as long as anything is sent.
    session(roomId)?.markCall({ live: false });
    store.setState({ callLive: null });
  }

  const unsubscribe = store.subscribe(({ call, settings }, before) => {
    if (call.at !== 'joined' && before.call.at === 'joined') stop();
    // A person who hides their address hides it at once; one who sets a limit has it at once.
    const { privacy, network } = before.settings;
    const isOtherWay = settings.privacy.relayOnly !== privacy.relayOnly;
    if (isOtherWay || settings.network.uplinkMaxKbps !== network.uplinkMaxKbps) current?.sender.renew();
  });

  return {
    start,
    stop,
    close() {
      unsubscribe();
      stop();
    },
  };
}

const NO_MORE = 'The call goes on, and is live no more';
const NOT_LIVE = 'The call is not live';
