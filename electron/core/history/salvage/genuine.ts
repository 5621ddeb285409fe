import { ChatMessage } from '@parley/shared/model';
import { chatSignatureBytes } from '@parley/shared/sealing';
import { createVerifier } from '../../identity/ed25519.ts';
import type { FoundRow } from './read-rows.ts';

/** Tells whether a row that was found by its look is one: a message is signed by its author; of others it cannot be told. */
export function createGenuine(): (found: FoundRow) => boolean | null {
  const verify = createVerifier();
  return ({ shape, row }) => {
    if (shape.table !== 'messages') return null;
    const column = (name: string) => row.values[shape.columns.findIndex((candidate) => candidate.name === name)];
    const message = ChatMessage.safeParse({
      id: column('id'),
      roomId: column('room_id'),
      author: column('author'),
      authorName: column('author_name'),
      seq: column('seq'),
      clock: column('clock'),
      sentAt: column('sent_at'),
      text: column('text'),
      sig: column('sig'),
    });
    return message.success && verify(message.data.author, message.data.sig, chatSignatureBytes(message.data));
  };
}
