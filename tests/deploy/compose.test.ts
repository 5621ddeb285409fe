import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, SETTINGS } from '@parley/signaling-server/config.ts';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REPOSITORY } from '#support/repository.ts';
import { readDockerfile, readEnv } from './dockerfile.ts';

const FOLDER = join(REPOSITORY, 'build/deploy');
const read = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8');
const text = read('compose.yaml');

const Names = z.array(z.string());
/** The keys of the Compose specification that we use; a misspelt one is refused. */
const Service = z.strictObject({
  image: z.string(),
  build: z.union([z.string(), z.strictObject({ context: z.string(), dockerfile: z.string() })]).optional(),
  restart: z.literal('unless-stopped'),
  init: z.literal(true),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
  cap_drop: z.tuple([z.literal('ALL')]),
  cap_add: Names.optional(),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  tmpfs: Names.optional(),
  ulimits: z.record(z.string(), z.number()).optional(),
  entrypoint: Names.optional(),
  command: Names.optional(),
  working_dir: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: Names.optional(),
  volumes: Names.optional(),
  networks: z.union([Names, z.record(z.string(), z.strictObject({ ipv4_address: z.string().optional() }))]),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: z.strictObject({ test: Names, interval: z.string(), timeout: z.string() }).optional(),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(
    z.string(),
    z.strictObject({
      internal: z.boolean().optional(),
      ipam: z.strictObject({ config: z.tuple([z.strictObject({ subnet: z.string() })]) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

/** The environment of somebody who filled in .env.example. */
const FILLED: Record<string, string> = {
  PUBLIC_NAME: 'parley.example.org',
  PUBLIC_ADDRESS: '203.0.113.10',
  TLS_DIR: './tls',
  TURN_SECRET: 'd5a1f0b2c3948576a7b8c9d0e1f2a3b4c5d6e7f8',
  REDIS_PASSWORD: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c',
  ADMIN_TOKEN: '5b0c41d2f1f84b0c9d3b7c1e6a9f20d47e31aa01',
  GRAFANA_PASSWORD: '77aa0c41d2f1f84b0c9d3b7c1e6a9f20d47e310b',
};
/** Values that may stay as the example has them; the server says what it lacks. */
const OPTIONAL: Record<string, string> = { ACCESS: 'open', ACCESS_PASSWORD: '', TOKEN_SECRET: '' };
const SECRETS = ['TURN_SECRET', 'REDIS_PASSWORD', 'ADMIN_TOKEN', 'GRAFANA_PASSWORD'];
const VARIABLE = /(?<!\$)\$\{([A-Z_]+)([^}]*)\}/g;
const filledIn = text
  .replaceAll(VARIABLE, (_, name: string) => FILLED[name] ?? OPTIONAL[name] ?? '')
  .replaceAll('$$', '$');
const compose = Compose.parse(load(filledIn, { schema: YAML11_SCHEMA }));
const services = Object.entries(compose.services);
const service = (name: string): z.infer<typeof Service> => {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};
const networksOf = ({ networks }: z.infer<typeof Service>) =>
  Array.isArray(networks) ? networks : Object.keys(networks);
const addressOf = (name: string, network: string): string | undefined => {
  const { networks } = service(name);
  return Array.isArray(networks) ? undefined : networks[network]?.ipv4_address;
};

describe('the compose file (S16)', () => {
  it('asks for exactly what the example lists, has no default for a secret, and stops when one is missing', () => {
    const listed = Object.fromEntries(
      [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(Object.keys(listed).sort()).toEqual([...Object.keys(FILLED), ...Object.keys(OPTIONAL)].sort());
    expect(listed).toMatchObject(OPTIONAL);
    for (const name of SECRETS) expect(listed[name], name).toBe('');
    const used = [...text.matchAll(VARIABLE)].map(([, name = '', rest = '']) => ({ name, rest }));
    expect([...new Set(used.map(({ name }) => name))].sort()).toEqual(Object.keys(listed).sort());
    for (const { name, rest } of used) {
      if (Object.hasOwn(OPTIONAL, name)) expect(rest, name).toBe(`:-${OPTIONAL[name]}`);
      else expect(rest, name).toMatch(/^(?::\?.+)?$/);
    }
    for (const name of Object.keys(FILLED)) expect(text, name).toContain(`\${${name}:?`);
  });

  it('mounts what exists, for reading only', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [from = '', , mode] = volume.split(':');
        if (Object.hasOwn(compose.volumes, from)) continue;
        expect(mode, `${name}: ${volume}`).toBe('ro');
        if (from !== FILLED.TLS_DIR) expect(existsSync(join(FOLDER, from)), `${name}: ${volume}`).toBe(true);
      }
    }
  });

  it('publishes the proxy and the relay, and nothing else', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    const conf = read('coturn/turnserver.conf');
    const range = ['min-port', 'max-port'].map((key) => new RegExp(`^${key}=(\\d+)$`, 'm').exec(conf)?.[1]).join('-');
    expect(published).toEqual([
      ['nginx', '80:80'],
      ['nginx', '443:443'],
      ['coturn', '3478:3478/udp'],
      ['coturn', '3478:3478/tcp'],
      ['coturn', '5349:5349/tcp'],
      ['coturn', `${range}:${range}/udp`],
    ]);
    expect(text).not.toMatch(/network_mode|privileged|docker\.sock/);
  });

  it('gives the server only settings that it knows, with values that it takes', () => {
    const image = readEnv(
      readDockerfile(read('Dockerfile'))
        .filter(({ name }) => name === 'ENV')
        .map(({ rest }) => rest)
        .join(' '),
    );
    const given = { ...image, ...service('parley').environment };
    expect(Object.keys(given).filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
    const reading = readConfig(given);
    expect(reading.ok ? [] : reading.problems).toEqual([]);
  });

  it('lets in by password or by token where that is filled in, and keeps rights through a Redis that is made anew (S11)', () => {
    const [server, redis] = [service('parley'), service('redis')];
    for (const filled of [
      { ACCESS: 'password', ACCESS_PASSWORD: 'dusty-violin-harbor-cactus-seven' },
      { ACCESS: 'token', TOKEN_SECRET: '9c1d0b7e3f5a48c2a6d4e8f01b2c3d4e5f60718293a4b5c6' },
    ]) {
      const reading = readConfig({ NODE_ENV: 'production', ...server.environment, ...filled });
      expect(reading.ok ? reading.config.access : reading.problems).toBe(filled.ACCESS);
    }
    expect(readConfig({ ...server.environment, ACCESS: 'token' }).ok).toBe(false);
    expect(redis.environment?.ACCESS).toBe(server.environment?.ACCESS);
    const [volume] = (redis.volumes ?? []).filter((each) => each.endsWith(`:${redis.working_dir}`));
    expect(Object.keys(compose.volumes)).toContain(volume?.split(':')[0]);
  });

  it('has the server believe the proxy alone, at the address that it has', () => {
    expect(service('parley').environment?.TRUST_PROXY).toBe(addressOf('nginx', 'proxy'));
    const meeting = services.filter(([, each]) => networksOf(each).includes('proxy')).map(([name]) => name);
    expect(meeting.sort()).toEqual(['nginx', 'parley']);
  });

  it('keeps Redis, monitoring and the relay in networks of their own', () => {
    const members = (network: string) =>
      services.filter(([, each]) => networksOf(each).includes(network)).map(([name]) => name);
    expect(members('redis')).toEqual(['parley', 'redis']);
    expect(members('watch')).toEqual(['parley', 'prometheus', 'grafana']);
    expect(members('turn')).toEqual(['coturn']);
    expect(compose.networks.redis?.internal).toBe(true);
    expect(compose.networks.watch?.internal).toBe(true);
    expect(service('coturn').environment?.TURN_RELAY_ADDRESS).toBe(addressOf('coturn', 'turn'));
    for (const [name, each] of services)
      for (const network of networksOf(each)) expect(compose.networks, name).toHaveProperty(network);
  });

  it('says the same secret to both sides, and the same names', () => {
    const [server, relay] = [service('parley').environment ?? {}, service('coturn').environment ?? {}];
    expect(relay.TURN_SECRET).toBe(server.TURN_SECRET);
    expect(server.REDIS_URL).toContain(service('redis').environment?.REDIS_PASSWORD);
    expect(read('prometheus/prometheus.yml')).toContain(`targets: ['parley:7350']`);
    expect(read('nginx/nginx.conf')).toContain('server parley:7350;');
    expect(read('grafana/provisioning/datasources/prometheus.yml')).toContain('http://prometheus:9090');
    for (const name of ['parley', 'prometheus', 'redis', 'nginx']) expect(compose.services).toHaveProperty(name);
  });

  it('mounts the files where the programs are told to look for them', () => {
    const mounted = (name: string) =>
      (service(name).volumes ?? []).map((volume) => volume.split(':').slice(0, 2) as [string, string]);
    const inside = (name: string, path: string): string => {
      const mount = mounted(name).find(([, to]) => path === to || path.startsWith(`${to}/`));
      if (!mount) throw new Error(`${name} has nothing at ${path}`);
      return join(FOLDER, mount[0], path.slice(mount[1].length));
    };
    const prometheus = service('prometheus').command?.find((word) => word.startsWith('--config.file='));
    const grafana = service('grafana').environment ?? {};
    const dashboards = /path: (\S+)/.exec(read('grafana/provisioning/dashboards/parley.yml'))?.[1] ?? '';
    for (const path of [
      inside('prometheus', prometheus?.slice('--config.file='.length) ?? ''),
      inside('redis', service('redis').entrypoint?.at(-1) ?? ''),
      inside('grafana', `${grafana.GF_PATHS_PROVISIONING}/datasources/prometheus.yml`),
      inside('grafana', `${dashboards}/parley.json`),
      inside('grafana', grafana.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''),
      inside('nginx', /include (\S+);/.exec(read('nginx/nginx.conf'))?.[1] ?? ''),
    ])
      expect(existsSync(path), path).toBe(true);
    const tls = [...read('nginx/parley.conf').matchAll(/ssl_certificate(?:_key)?\s+(\S+);/g)].map(([, path]) => path);
    const turn = service('coturn').environment ?? {};
    expect(tls).toEqual([turn.TURN_CERT, turn.TURN_KEY]);
    for (const path of tls) for (const name of ['nginx', 'coturn']) inside(name, path ?? '');
  });

  it('has the addresses that the operations guide tells', () => {
    const guide = readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8');
    const told = [...guide.matchAll(/ssh -L \d+:([\d.]+):\d+/g)].map(([, address]) => address);
    expect(told).toEqual([addressOf('grafana', 'watch'), addressOf('parley', 'proxy')]);
    for (const [network, { ipam }] of Object.entries(compose.networks)) {
      const subnet = ipam?.config[0].subnet.replace('.0/24', '.');
      for (const [name] of services) if (addressOf(name, network)) expect(addressOf(name, network)).toContain(subnet);
    }
  });

  it('takes every image in a named version', () => {
    for (const [name, { image, build }] of services)
      if (build === undefined) expect(image, name).toMatch(/:v?\d+\.\d+/);
  });
});
