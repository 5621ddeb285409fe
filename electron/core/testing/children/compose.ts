import { profileFromName } from '@parley/shared/model';
import { RoomId } from '@parley/shared/protocol';
import { silentLog } from '../../adapters/stream-log.ts';
import { startHistory } from '../../history/history-client.ts';
import { newMessageId, newSeed } from '../test-kit.ts';

// Composes as fast as it can into the file given, in as many rooms as needed to stay below V6, and says each id
// once the history acknowledged it. Made to be killed, unless it is told how many to write.
const file = process.argv[2] ?? '';
const most = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
let written = 0;
const { history } = await startHistory({ file, seed: newSeed(), log: silentLog });
const profile = profileFromName('Composer');
for (let room = 0; written < most; room++) {
  const roomId = RoomId.parse(Buffer.from(room.toString().padStart(16, '0')).toString('base64url'));
  await history.addRoom({
    room_id: roomId,
    name: null,
    host: null,
    secret: new Uint8Array(48),
    owner_pub: '',
    owner_seed: null,
    passphrase: null,
    needs_passphrase: 0,
    listed: 0,
  });
  for (let i = 0; i < 20 && written < most; i++, written++) {
    const { item } = await history.compose(
      { id: newMessageId(), roomId, content: { kind: 'text', text: `Message ${i}`, of: null } },
      profile,
    );
    process.stdout.write(`${item.id}\n`);
  }
}
await history.close();
