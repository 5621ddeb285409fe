import type { Author, PeerStanding } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';

/** What stands beside the messages of each room, for the screen. */
export interface Beside {
  /** Reads it for a room now. */
  load(roomId: RoomId): Promise<void>;
  /** Entries of a room came: reads it as soon as no more come. */
  touched(roomId: RoomId): void;
  /** A device is known by another name: it is said here too. */
  named(peer: Pick<PeerStanding, 'deviceId'>): void;
  forget(roomId: RoomId): void;
}

/** Keeps what `read` says of each room; null where it cannot be read. */
export function createBeside<T extends Pick<Author, 'author'>>(options: {
  clock: Pick<Clock, 'after'>;
  settleMs: number;
  read(roomId: RoomId): Promise<readonly T[] | null>;
  shown(): Readonly<Record<RoomId, readonly T[]>>;
  /** Nothing is kept of a room that has none. */
  show(roomId: RoomId, items: readonly T[] | undefined): void;
}): Beside {
  const { clock, settleMs, read, shown, show } = options;
  const waiting = new Map<RoomId, () => void>();
  /** Counts reads per room: the answer of an older one is dropped. */
  const reads = new Map<RoomId, number>();
  const of = (roomId: RoomId): readonly T[] => shown()[roomId] ?? [];
  const begin = (roomId: RoomId): number => {
    waiting.get(roomId)?.();
    waiting.delete(roomId);
    const turn = (reads.get(roomId) ?? 0) + 1;
    reads.set(roomId, turn);
    return turn;
  };

  async function load(roomId: RoomId): Promise<void> {
    const turn = begin(roomId);
    const items = await read(roomId);
    if (items === null || reads.get(roomId) !== turn) return;
    if (items.length === 0 && of(roomId).length === 0) return;
    show(roomId, items.length > 0 ? items : undefined);
  }

  return {
    load,
    touched(roomId) {
      waiting.get(roomId)?.();
      waiting.set(
        roomId,
        clock.after(settleMs, () => void load(roomId)),
      );
    },
    named({ deviceId }) {
      for (const roomId of Object.keys(shown()) as RoomId[]) {
        if (of(roomId).some(({ author }) => author === deviceId)) void load(roomId);
      }
    },
    forget(roomId) {
      begin(roomId);
      show(roomId, undefined);
    },
  };
}
