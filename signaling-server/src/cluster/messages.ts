import { ParticipantId, SealedBox, SignalId } from '@parley/shared/protocol';
import { z } from 'zod';
import { RoomRecord } from './room-record.ts';

const Node = z.string().min(1).max(64);
/** A room by the hash that stands for it between nodes. */
const RoomKey = z.string().length(43);

/** What nodes say to each other. Parsed on arrival like everything else: the store may be shared with others. */
export const NodeMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('room'), room: RoomKey, version: z.number(), record: RoomRecord }),
  z.object({
    type: z.literal('signal'),
    request: z.number().int(),
    replyTo: Node,
    room: RoomKey,
    from: ParticipantId,
    to: z.union([z.literal('*'), ParticipantId]),
    id: SignalId,
    toAll: z.boolean(),
    box: SealedBox,
  }),
  z.object({ type: z.literal('handed'), request: z.number().int(), handedTo: z.number().int().nonnegative() }),
  z.object({ type: z.literal('notice'), topic: z.string().max(64), body: z.unknown() }),
]);
export type NodeMessage = z.infer<typeof NodeMessage>;
export type SignalMessage = Extract<NodeMessage, { type: 'signal' }>;
