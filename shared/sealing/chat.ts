import type { ChatMessage } from '../model/chat-message.ts';
import { type Bytes, concatBytes, fromBase64Url, u32, u64, utf8 } from './agreements.ts';
import { label } from './primitives.ts';

const id = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();
const counted = (text: string): Bytes => concatBytes(u32(utf8(text).length), utf8(text));

/**
 * The bytes an author signs:
 * "parley/1 chat" | roomId | id | author | seq u64 | clock u64 | sentAt u64 | length u32, name | length u32, text.
 */
export function chatSignatureBytes(message: Omit<ChatMessage, 'sig'>): Bytes {
  return concatBytes(
    label('chat'),
    id(message.roomId),
    id(message.id),
    id(message.author),
    u64(message.seq),
    u64(message.clock),
    u64(message.sentAt),
    counted(message.authorName),
    counted(message.text),
  );
}
