import type { Entry } from '@parley/shared/model';
import { DeviceId, type RoomId } from '@parley/shared/protocol';
import type { SigningKey } from '../identity/ed25519.ts';
import { createBlocksStore } from './blocks-store.ts';
import { createCallsStore } from './calls-store.ts';
import { createCatchUpStore } from './catch-up-store.ts';
import { createComputersStore } from './computers-store.ts';
import { createQueries, type StatementWatch, type WritableDb } from './database.ts';
import { createDatesStore } from './dates-store.ts';
import { createExportStore } from './export-store.ts';
import { createFatesStore } from './fates-store.ts';
import { createForgettingStore } from './forgetting-store.ts';
import { createGapsStore } from './gaps-store.ts';
import { createHistoryContext } from './history-context.ts';
import { createMembersStore } from './members-store.ts';
import { createMessagesStore } from './messages-store.ts';
import { createMetStore } from './met-store.ts';
import { createPeersStore } from './peers-store.ts';
import { createReceiptsStore } from './receipts-store.ts';
import type { Recorded } from './recorded.ts';
import { createRoomChangesStore } from './room-changes-store.ts';
import { createRoomsStore } from './rooms-store.ts';
import { createRulesStore } from './rules-store.ts';
import { createSearchStore } from './search-store.ts';
import { createServersStore } from './servers-store.ts';
import { createStorageStore } from './storage-store.ts';

/**
 * Everything that is read from and written to the history, on one connection. Each call is one transaction
 * and has returned only when it is durable. Times are in ms.
 */
export function createHistoryStore({
  db,
  key,
  now,
  lifetime = now,
  watch,
}: {
  db: WritableDb;
  key: SigningKey;
  now: () => number;
  /** The clock by which messages disappear (`lifetimes.ts`); the same where none is given. */
  lifetime?: () => number;
  watch?: StatementWatch;
}) {
  const own = DeviceId.parse(key.publicKey);
  const context = createHistoryContext(createQueries(db, watch), { db, key, now, lifetime, own });
  const messages = createMessagesStore(context);
  return {
    ...createRoomsStore(context),
    ...createRulesStore(context),
    ...messages,
    /** All entries of a batch at once (`recordPart`), with the messages that they are or change. */
    record: (roomId: RoomId, entries: readonly Entry[], signed?: readonly boolean[]): Recorded => {
      const { taken: _, touched, ...counts } = messages.recordPart(roomId, entries, signed);
      return { ...counts, ...messages.recordedItems(roomId, touched) };
    },
    ...createSearchStore(context),
    ...createReceiptsStore(context),
    ...createCallsStore(context),
    ...createCatchUpStore(context),
    ...createGapsStore(context),
    ...createRoomChangesStore(context),
    ...createForgettingStore(context),
    ...createFatesStore(context),
    ...createMembersStore(context),
    ...createDatesStore(context),
    ...createPeersStore(context),
    ...createBlocksStore(context),
    ...createMetStore(context),
    ...createComputersStore(context),
    ...createServersStore(context),
    ...createStorageStore(context),
    ...createExportStore(context),
  };
}

export type HistoryStore = ReturnType<typeof createHistoryStore>;
