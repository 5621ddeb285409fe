import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..');
const bundle = join(root, 'out', 'signaling-server');

/** Packs the built server, with all that it needs, as an npm package into `release/`; returns its path. */
export async function packServer(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-server-package-'));
  const about = manifest();
  try {
    cpSync(bundle, folder, { recursive: true });
    // npm makes a file executable that is named under `bin`, but does not say by what.
    const main = join(folder, 'main.js');
    writeFileSync(main, `#!/usr/bin/env node\n${readFileSync(main, 'utf8')}`);
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
    copyDocuments(folder);
    copyDeployFiles(folder);
    for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, name), join(folder, name));
    // The font is no module, so the list that the build makes does not know it.
    cpSync(
      join(root, 'node_modules/@fontsource-variable/inter/LICENSE'),
      join(folder, 'admin/assets/inter-license.txt'),
    );
    const release = join(root, 'release');
    mkdirSync(release, { recursive: true });
    await npm(['pack', '--quiet', '--pack-destination', release], folder);
    // npm's own way to name it.
    return join(release, `${about.name.slice(1).replace('/', '-')}-${about.version}.tgz`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The package's manifest. It depends on nothing: everything is in the bundle. */
function manifest() {
  type Manifest = Record<string, string> & { engines?: object };
  const read = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const { name = '', version = '', description, license, engines } = read('signaling-server/package.json');
  const { author, homepage } = read('package.json');
  return {
    name,
    version,
    // Against publishing by mistake; it is handed on as a file.
    private: true,
    description,
    author,
    homepage,
    license,
    type: 'module',
    bin: { 'parley-signaling': 'main.js' },
    engines,
  };
}

/** The README, and with it every document and picture that it leads to. */
function copyDocuments(folder: string): void {
  const docs = join(root, 'docs');
  const copied = new Set<string>();
  const follow = (from: string, text: string): void => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:\s]+)(?:#[^)\s]*)?\)/g)) {
      const path = join(dirname(from), target);
      if (!path.startsWith(docs + sep) || copied.has(path)) continue;
      copied.add(path);
      cpSync(path, join(folder, 'docs', relative(docs, path)));
      if (path.endsWith('.md')) follow(path, readFileSync(path, 'utf8'));
    }
  };
  const readme = join(root, 'signaling-server', 'README.md');
  const text = readFileSync(readme, 'utf8');
  follow(readme, text);
  writeFileSync(join(folder, 'README.md'), text.replaceAll('](../docs/', '](docs/'));
}

/** The files that the guides name for one machine without a checkout. The rest of build/deploy is for containers and names their hosts. */
const DEPLOY_FILES = [
  'certificate/renewed.sh',
  'coturn/start.sh',
  'coturn/turnserver.conf',
  'grafana/dashboards/parley.json',
  'grafana/provisioning/datasources/prometheus.yml',
  'nginx/parley.conf',
  'prometheus/one-machine.yml',
  'prometheus/rules.yml',
  'systemd/parley-signaling.service',
  'systemd/signaling.env.example',
];

function copyDeployFiles(folder: string): void {
  for (const name of DEPLOY_FILES) cpSync(join(root, 'build/deploy', name), join(folder, 'build/deploy', name));
}

/** Runs npm under this same Node where npm started this; throws when it fails. */
async function npm(args: readonly string[], cwd: string): Promise<void> {
  const cli = process.env.npm_execpath;
  const code = await new Promise<number | null>((resolve) => {
    const child = cli?.endsWith('npm-cli.js')
      ? spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
      : spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
    child.on('error', () => resolve(null));
    child.on('exit', resolve);
  });
  if (code !== 0) throw new Error(`npm ${args[0]} failed.`);
}
