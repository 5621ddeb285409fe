import { createHash } from 'node:crypto';
import type { RoomId } from '@parley/shared/protocol';

/** Stands for a room in what outlives its deletion, so that the id itself is gone. */
export const roomHash = (roomId: RoomId | string): string => createHash('sha256').update(roomId).digest('base64url');
