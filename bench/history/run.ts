import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cursor, profileFromName } from '@parley/shared/model';
import { MessageId, RoomId, toBase64Url, unwrap } from '@parley/shared/protocol';
import { silentLog } from '../../electron/core/adapters/stream-log.ts';
import { systemClock } from '../../electron/core/adapters/system-clock.ts';
import { openFileSecretStore } from '../../electron/core/adapters/file-secret-store.ts';
import { createCore } from '../../electron/core/core.ts';
