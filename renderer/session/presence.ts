import type { Bridge } from '@parley/shared/bridge';
import type { Profile } from '@parley/shared/model';
import type { CallPresence, LinkMessageOf, RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { oncePerTurn } from './once-per-turn.ts';
import { PRESENCE_RATE, RENAMES_RATE } from './session-policy.ts';
import { Throttle } from './throttle.ts';

type RoomName = { name: string; renamedAt: number };

export type PresencePorts = {
  roomId: RoomId;
  bridge: Bridge;
  clock: Clock;
  profile: () => Profile;
  /** The room's name as this device knows it. */
  roomName: () => RoomName | null;
  call: () => CallPresence | null;
  broadcast: (presence: LinkMessageOf<'presence'>) => void;
};

/** A name from further ahead than this is a wrong clock or a trick to keep it for ever. */
const RENAMED_AHEAD_MAX_MS = 86_400_000;

/** The presence of this device, and the newest name of the room that others say. */
export class Presence {
  readonly #ports: PresencePorts;
  readonly #publishing: Throttle;
  readonly #renaming: Throttle;
  #heardName: RoomName | null = null;
  #closed = false;

  constructor(ports: PresencePorts) {
    this.#ports = ports;
    this.#publishing = new Throttle(ports.clock, PRESENCE_RATE, () => ports.broadcast(this.message()));
    this.#renaming = new Throttle(ports.clock, RENAMES_RATE, () => this.#takeName());
  }

  /** Tells the others soon; many changes of one turn are told once. */
  readonly publish: () => void = oncePerTurn(() => {
    if (!this.#closed) this.#publishing.request();
  });

  message(): LinkMessageOf<'presence'> {
    const { profile, roomName, call } = this.#ports;
    return { type: 'presence', profile: profile(), room: roomName(), call: call() };
  }

  /** A member said what the room is called. */
  heardName(name: RoomName | null): void {
    const newest = Math.max(this.#heardName?.renamedAt ?? -1, this.#ports.roomName()?.renamedAt ?? -1);
    if (!name || name.renamedAt <= newest) return;
    if (name.renamedAt > this.#ports.clock.now() + RENAMED_AHEAD_MAX_MS) return;
    this.#heardName = name;
    this.#renaming.request();
  }

  close(): void {
    this.#closed = true;
    this.#publishing.close();
    this.#renaming.close();
  }

  /** Takes the newest name that was said, unless this device knows a newer one by now. */
  #takeName(): void {
    const heard = this.#heardName;
    const own = this.#ports.roomName();
    if (!heard || (own !== null && own.renamedAt >= heard.renamedAt)) return;
    void this.#ports.bridge.call('rooms.rename', { roomId: this.#ports.roomId, ...heard });
  }
}
