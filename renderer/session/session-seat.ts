import type { Bridge } from '@parley/shared/bridge';
import type { ComputerList, Profile, RoomKeyring } from '@parley/shared/model';
import { DeviceId, fromBase64Url, LIMITS, ParleyError, refuse, toBase64Url, unwrap } from '@parley/shared/protocol';
import { deriveRoomKeys, makeHello, type OwnHello, proveMembership, type RoomKeys } from '@parley/shared/sealing';
import type { Clock } from '@parley/shared/timing';
import type { Log } from '../log.ts';
import type { Seat, SeatOwner } from '../signaling/seat.ts';
import type { Gate } from './handshake-ports.ts';
import { Handshakes } from './handshakes.ts';
import { peerIdOf } from './known-peer.ts';
import { PEERS_MAX } from './session-policy.ts';

/** This device in its room: its hello, its handshakes with the others, and its place on the server. */
export type SessionSeat = { peerId: string; deviceId: DeviceId; handshakes: Handshakes; seat: Seat };

export type SessionSeatPorts = {
  bridge: Bridge;
  clock: Clock;
  takeSeat: (keyring: RoomKeyring, owner: SeatOwner) => Seat;
  /** SHA-256 of this app's WebRTC certificate. */
  fp: OwnHello['fp'];
  profile: () => Profile;
  /** The list of this person's computers; null where there is one. */
  computers: () => ComputerList | null;
  isBlocked: (deviceId: string) => boolean;
  gate: Gate;
  log: Log;
};

/** Derives the room's keys and signs the hello of this run of the app. Throws what the core refuses. */
export async function prepareSeat(keyring: RoomKeyring, ports: SessionSeatPorts) {
  const [secret, ownerPub] = [fromBase64Url(keyring.secret), fromBase64Url(keyring.ownerPub)];
  if (!secret || !ownerPub) throw new ParleyError('internal');
  const keys = await deriveRoomKeys(secret, keyring.passphrase, ownerPub);
  return { keys, own: await signHello(keys, ports) };
}

const signHello = (keys: RoomKeys, { bridge, clock, fp }: Pick<SessionSeatPorts, 'bridge' | 'clock' | 'fp'>) =>
  makeHello(keys, {
    fp,
    ts: clock.now(),
    sign: async (fields) => unwrap(await bridge.call('identity.sign-hello', fields)),
  });

/** Takes the seat and opens the handshakes that go through it. */
export function takeSeat(
  keyring: RoomKeyring,
  { keys, own }: { keys: RoomKeys; own: OwnHello },
  ports: SessionSeatPorts,
  owner: Pick<SeatOwner, 'joined' | 'changed' | 'hint'>,
): SessionSeat {
  const { bridge, clock, profile, computers, isBlocked, gate, log } = ports;
  let seat: Seat | undefined;
  const handshakes = new Handshakes({
    keys,
    own,
    freshHello: () => signHello(keys, ports),
    clock,
    handshakeTimeoutMs: LIMITS.handshakeTimeoutMs,
    peersMax: PEERS_MAX,
    send: (to, box, wanted) => seat?.send(to, box, wanted) ?? Promise.resolve(refuse('cancelled')),
    signConfirm: async (role, transcriptHash) => {
      const signed = await bridge.call('identity.sign-confirm', { role, transcriptHash: toBase64Url(transcriptHash) });
      return signed.ok ? signed.value.sig : undefined;
    },
    profile,
    computers,
    isBlocked,
    gate,
    log,
  });
  seat = ports.takeSeat(keyring, {
    ...owner,
    prove: async (challenge, host) => ({
      authPub: toBase64Url(keys.authPub),
      ownerPub: toBase64Url(keys.ownerPub),
      sig: toBase64Url(await proveMembership(keys, host, challenge)),
    }),
    signal: ({ from, toAll, box }) => handshakes.handleBox(from, toAll, box),
  });
  return { peerId: peerIdOf(own), deviceId: DeviceId.parse(own.dev), handshakes, seat };
}
