import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

const FORBIDDEN: [file: string, imported: string][] = [
  ['shared/protocol/probe.ts', 'node:fs'],
  ['shared/protocol/probe.ts', 'electron'],
  ['shared/sealing/probe.ts', '../../electron/core/core.ts'],
  ['electron/core/probe.ts', 'electron'],
  ['electron/core/probe.ts', '../main/main.ts'],
  ['electron/core/probe.ts', '#loopback/run.ts'],
  ['electron/core/settings/probe.ts', 'better-sqlite3'],
  ['electron/core/probe.ts', '../../renderer/main.tsx'],
  ['electron/loopback/probe.ts', 'electron'],
  ['electron/main/probe.ts', '../loopback/run.ts'],
  ['electron/main/probe.ts', '#renderer/main.tsx'],
  ['electron/main/probe.ts', 'electron-updater'],
  ['electron/preload/probe.ts', 'zod'],
  ['electron/preload/probe.ts', '@parley/shared/bridge'],
  ['electron/preload/probe.ts', '#core/core.ts'],
  ['renderer/features/probe.tsx', 'node:path'],
  ['renderer/features/probe.tsx', 'radix-ui'],
  ['renderer/features/probe.tsx', '../session/room-session.ts'],
  ['renderer/features/probe.tsx', '../../electron/core/core.ts'],
  ['renderer/stores/probe.ts', '../features/shell/shell.tsx'],
  ['renderer/session/probe.ts', '../stores/app.ts'],
  ['renderer/mesh/probe.ts', 'simple-peer'],
  ['renderer/mesh/probe.ts', '../signaling/signaling-client.ts'],
  ['renderer/signaling/probe.ts', '../mesh/mesh.ts'],
  ['renderer/media/probe.ts', '../bridge/create-bridge.ts'],
  ['renderer/media/processing/probe.ts', '@sapphi-red/web-noise-suppressor'],
  ['signaling-server/src/probe.ts', '../../electron/core/core.ts'],
  ['signaling-server/src/probe.ts', '#core/core.ts'],
  ['signaling-server/src/probe.ts', 'better-sqlite3'],
  ['signaling-server/src/probe.ts', 'react'],
  ['signaling-server/src/probe.ts', 'ws'],
  ['signaling-server/admin/probe.tsx', '../../renderer/ui/button.tsx'],
  ['signaling-server/admin/probe.tsx', 'node:path'],
  ['signaling-server/admin/probe.tsx', 'fastify'],
  ['signaling-server/admin/sections/probe.tsx', '../../src/server.ts'],
  // Doubles for tests.
  ['renderer/session/probe.ts', './testing/fake-room.ts'],
  ['renderer/stores/probe.ts', '../testing/fake-clock.ts'],
  ['electron/core/probe.ts', './testing/test-kit.ts'],
  ['shared/sealing/probe.ts', './testing/test-pairs.ts'],
  ['signaling-server/src/rooms/probe.ts', '../testing/fake-clock.ts'],
];

const ALLOWED: [file: string, imported: string][] = [
  ['shared/protocol/probe.ts', 'zod'],
  ['electron/core/history/open-history.ts', 'better-sqlite3'],
  ['electron/core/probe.ts', '@parley/shared/protocol'],
  ['electron/loopback/probe.ts', '#core/core.ts'],
  ['electron/main/probe.ts', 'electron'],
  ['electron/preload/probe.ts', '@parley/shared/bridge/names'],
  ['renderer/features/probe.tsx', '../stores/react.tsx'],
  ['renderer/session/probe.ts', '../mesh/mesh.ts'],
  ['renderer/mesh/simple-peer-adapter.ts', 'simple-peer'],
  ['renderer/media/processing/voice-cleaner.ts', '@sapphi-red/web-noise-suppressor'],
  ['renderer/mesh/testing/probe.ts', './fake-peers.ts'],
  ['signaling-server/src/probe.ts', 'socket.io'],
  ['signaling-server/admin/probe.tsx', 'react'],
  ['signaling-server/admin/sections/probe.tsx', 'lucide-react'],
  ['signaling-server/admin/store/probe.ts', '../../src/answers.ts'],
  ['signaling-server/admin/main.tsx', '@parley/shared/design/tokens.css'],
];

describe('the import table', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-imports-'));
    await cp(join(root, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The linter's findings in one file that imports one thing. */
  async function lint(file: string, imported: string): Promise<{ code: number; said: string }> {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `import * as probe from '${imported}';\nexport const seen = probe;\n`);
    try {
      const { stdout } = await run(join(root, 'node_modules/.bin/oxlint'), [file], { cwd: folder });
      return { code: 0, said: stdout };
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string }; // execFile's own error
      return { code, said: stdout };
    } finally {
      await rm(path);
    }
  }

  it.each(FORBIDDEN)('refuses %s → %s', async (file, imported) => {
    const { code, said } = await lint(file, imported);
    expect(code).not.toBe(0);
    expect(said).toContain('no-restricted-imports');
  });

  it.each(ALLOWED)('takes %s → %s', async (file, imported) => {
    const { code, said } = await lint(file, imported);
    expect(said).not.toContain('no-restricted-imports');
    expect(code).toBe(0);
  });
});
