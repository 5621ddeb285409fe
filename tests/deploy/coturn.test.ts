import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Clock } from '@parley/signaling-server/clock.ts';
import { testRelay } from '@parley/signaling-server/relay-test/relay-test.ts';
import { type Transport, TurnClient, type TurnCredentials } from '@parley/signaling-server/relay-test/turn-client.ts';
import { ATTRIBUTE, type Endpoint, encodeEndpoint } from '@parley/signaling-server/relay-test/turn-message.ts';
import { createIceSource } from '@parley/signaling-server/turn.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, makeCertificate, needProgram, type Program, runProgram, startProgram } from '#support/programs.ts';
import { REPOSITORY } from '#support/repository.ts';
import { until } from '#support/wait.ts';

const FOLDER = join(REPOSITORY, 'build/deploy/coturn');
const SECRET = 'a-secret-for-tests-that-is-long-enough';
/** The relay's public address, from the range kept for documentation. */
const PUBLIC_ADDRESS = '203.0.113.10';

/** First and last address of every range that nobody may be relayed into, and some that attackers like. */
const FORBIDDEN = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private, 10/8', '10.0.0.0', '10.255.255.255'],
  ['carrier-grade NAT', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.0.0.1', '127.255.255.255'],
  ['link-local and cloud metadata', '169.254.0.0', '169.254.169.254', '169.254.255.255'],
  ['private, 172.16/12', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['private, 192.168/16', '192.168.0.0', '192.168.255.255'],
  ['benchmarking', '198.18.0.0', '198.19.255.255'],
  ['multicast, reserved and broadcast', '224.0.0.0', '239.255.255.255', '240.0.0.0', '255.255.255.255'],
  ['unspecified and loopback, IPv6', '::', '::1'],
  ['IPv4 in IPv6', '::ffff:0.0.0.0', '::ffff:127.0.0.1', '::ffff:10.1.2.3', '::ffff:169.254.169.254', '::ffff:8.8.8.8'],
  ['NAT64', '64:ff9b::', '64:ff9b::127.0.0.1', '64:ff9b::ffff:ffff'],
  ['local NAT64', '64:ff9b:1::', '64:ff9b:1::10.0.0.1', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['IETF assignments and Teredo', '2001::', '2001:0:4136:e378::1', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4', '2002::', '2002:7f00:1::1', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unique local', 'fc00::', 'fd00::1', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local, IPv6', 'fe80::', 'fe80::1', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast, IPv6', 'ff00::', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
] as const;

/** The neighbours of those ranges, and everyday addresses. */
const PUBLIC = [
  ['1.0.0.0', '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0'],
  ['192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255'],
  ['2000::1', '2001:200::', '2001:4860:4860::8888', '2003::1', '2606:4700:4700::1111', '2a00::1', '3fff:ffff::1'],
].flat();

/** The allocation that is asked for besides UDP over IPv4 (RFC 8656). */
const FAMILY = 0x0017;
const UDP = [ATTRIBUTE.requestedTransport, Buffer.from([17, 0, 0, 0])] as const;
const TCP = [ATTRIBUTE.requestedTransport, Buffer.from([6, 0, 0, 0])] as const;
const IPV6 = [FAMILY, Buffer.from([2, 0, 0, 0])] as const;

/** Binds a channel: the other way than a permission to be relayed to an address. */
const bindChannel = (client: TurnClient, peer: Endpoint, channel: number) =>
  client.request(0x009, (transaction) => [
    [0x000c, Buffer.from([channel >> 8, channel & 0xff, 0, 0])],
    [ATTRIBUTE.peerAddress, encodeEndpoint(peer, transaction)],
  ]);

/** Until the test ends this process takes a certificate (PEM) beside the usual ones. */
function trust(certificate: string): void {
  const usual = getCACertificates();
  setDefaultCACertificates([...usual, certificate]);
  onTestFinished(() => setDefaultCACertificates(usual));
}

const isV6 = (address: string) => address.includes(':');

/** coturn refuses loopback before it looks at any list, so the relay needs an address that is none. */
function ownAddress(): string {
  const own = Object.values(networkInterfaces()).flat();
  const found = own.find((entry) => entry?.family === 'IPv4' && !entry.internal);
  if (!found) throw new Error('This test needs an IPv4 address beside loopback.');
  return found.address;
}

/** Credentials as the signaling server makes them, at a time of its own, for an address that nobody else has. */
function credentials({
  secret = SECRET,
  ttlS = 600,
  nowMs = Date.now(),
  limitKey = randomUUID() as string,
} = {}): TurnCredentials {
  const clock: Clock = { now: () => nowMs, wall: () => nowMs, after: () => () => undefined };
  const config = { stunUrls: [], turnUrls: ['turn:relay.test'], turnSecret: secret, turnTtlS: ttlS };
  const { iceServers } = createIceSource(config, clock).current(limitKey);
  const [server] = iceServers;
  if (server?.username === undefined || server.credential === undefined) throw new Error('no credentials');
  return { username: server.username, credential: server.credential };
}

describe('the relay as it is shipped (S12, P13)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-coturn-'));
  const environment = {
    PATH: `${process.env.PATH ?? ''}:/usr/sbin`,
    TMPDIR: folder,
    TURN_SECRET: SECRET,
    TURN_REALM: 'relay.test',
    TURN_PUBLIC_ADDRESS: PUBLIC_ADDRESS,
    TURN_RELAY_ADDRESS: ownAddress(),
    TURN_CERT: join(folder, 'fullchain.pem'),
    TURN_KEY: join(folder, 'privkey.pem'),
    TURN_DENIED_PEERS: '203.0.113.77 203.0.113.80-203.0.113.90',
  };
  let relay: Program;
  let port: number;
  let tls: { port: number; certificate: string };
  const open: TurnClient[] = [];

  const client = async (who = credentials(), over: Transport = 'udp'): Promise<TurnClient> => {
    const made = await TurnClient.open({ address: '127.0.0.1', port }, who, over);
    open.push(made);
    return made;
  };
  /** A client and the relay's answer. A port of this computer that the relay still knows is given up for another (RFC 8656, section 7.4). */
  const askFor = async (who?: TurnCredentials, ...attributes: Parameters<TurnClient['allocate']>) => {
    for (;;) {
      const made = await client(who);
      const answer = await made.allocate(...attributes);
      if (answer.code !== 437) return { made, answer };
    }
  };
  const allocated = async (family: 4 | 6 = 4): Promise<TurnClient> => {
    const { made, answer } = await askFor(undefined, family === 6 ? [UDP, IPV6] : [UDP]);
    expect(answer.code).toBe(0);
    return made;
  };

  beforeAll(async () => {
    needProgram('turnserver');
    port = await freePort();
    tls = { port: await freePort(), certificate: await makeCertificate(folder) };
    // Only where it listens is different, and a second relay address, to be asked about IPv6.
    const here = ['--listening-ip=127.0.0.1', `--listening-port=${port}`, `--tls-listening-port=${tls.port}`];
    relay = startProgram(
      '/bin/sh',
      [join(FOLDER, 'start.sh'), ...here, '--relay-ip=::1', `--pidfile=${join(folder, 'pid')}`],
      { env: environment, cwd: folder },
    );
    await relay.whenever('the relay to answer', async () => {
      // Over TCP: a datagram that comes too early is lost without a word.
      const made = await TurnClient.open({ address: '127.0.0.1', port }, credentials(), 'tcp');
      return (await made.allocate()).code === 0 && made.close().then(() => true);
    });
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(async () => {
    await relay?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(FORBIDDEN.map(([name, ...addresses]) => [name, addresses] as const))(
    'relays nothing to %s',
    async (_, all) => {
      const relayed = { 4: await allocated(4), 6: await allocated(6) };
      const answers: Record<string, number[]> = {};
      for (const [at, address] of all.entries()) {
        const asking = relayed[isV6(address) ? 6 : 4];
        const permitted = await asking.permit(address);
        const bound = await bindChannel(asking, { address, port: 9 }, 0x4000 + at);
        answers[address] = [permitted.code, bound.code];
      }
      expect(answers).toEqual(Object.fromEntries(all.map((address) => [address, [403, 403]])));
    },
  );

  it('relays to every public address', async () => {
    const relayed = { 4: await allocated(4), 6: await allocated(6) };
    const answers: Record<string, number[]> = {};
    for (const [at, address] of PUBLIC.entries()) {
      const asking = relayed[isV6(address) ? 6 : 4];
      const permitted = await asking.permit(address);
      const bound = await bindChannel(asking, { address, port: 9 }, 0x4000 + at);
      answers[address] = [permitted.code, bound.code];
    }
    expect(answers).toEqual(Object.fromEntries(PUBLIC.map((address) => [address, [0, 0]])));
  });

  it('relays to nothing that the operator denies as well', async () => {
    const relayed = await allocated();
    for (const address of ['203.0.113.77', '203.0.113.80', '203.0.113.90'])
      expect((await relayed.permit(address)).code, address).toBe(403);
    for (const address of ['203.0.113.78', '203.0.113.91']) expect((await relayed.permit(address)).code).toBe(0);
  });

  it('carries what two people send who can both reach nothing but the relay', async () => {
    const [{ made: ana, answer: atAna }, { made: ben, answer: atBen }] = [await askFor(), await askFor()];
    const [from, to] = [atAna.relayed, atBen.relayed];
    expect([from?.address, to?.address]).toEqual([PUBLIC_ADDRESS, PUBLIC_ADDRESS]);
    if (!from || !to) throw new Error('no relayed address');
    expect((await ana.permit(to.address)).code).toBe(0);
    expect((await ben.permit(from.address)).code).toBe(0);
    const heard: string[] = [];
    ben.onData = (data) => heard.push(data);
    ana.send(to, 'through both');
    await until('Ben to hear it', () => heard.length > 0);
    expect(heard).toEqual(['through both']);
  });

  it('takes credentials for as long as the server said, and no others', async () => {
    const answer = async (who: TurnCredentials) => (await askFor(who)).answer.code;
    expect(await answer(credentials({ ttlS: 60 }))).toBe(0);
    expect(await answer(credentials({ ttlS: 60, nowMs: Date.now() - 70_000 }))).toBe(401);
    expect(await answer(credentials({ secret: 'another-secret-that-is-long-enough-too' }))).toBe(401);
    const real = credentials();
    const longer = `${Number(real.username.split(':')[0]) + 3_600}:${real.username.split(':')[1]}`;
    expect(await answer({ username: longer, credential: real.credential })).toBe(401);
    expect(await answer({ username: 'somebody', credential: '' })).toBe(401);
  });

  it('gives one address enough for two in a call of eight, and no more than the quota, however often it asks for credentials', async () => {
    const quota = Number(/^user-quota=(\d+)$/m.exec(readFileSync(join(FOLDER, 'turnserver.conf'), 'utf8'))?.[1]);
    // Two people with seven links each, two addresses of the relay (UDP and TLS), two networks of the computer.
    expect(quota).toBeGreaterThanOrEqual(2 * 7 * 2 * 2);
    let asked = 0;
    const ask = async (limitKey: string) => {
      asked += 1;
      const who = credentials({ limitKey, nowMs: Date.now() + asked * 1_000 });
      return (await askFor(who)).answer.code;
    };
    const codes = new Set<number>();
    for (let taken = 0; taken < quota; taken += 1) codes.add(await ask('198.51.100.7'));
    expect([...codes]).toEqual([0]);
    expect(await ask('198.51.100.7')).toBe(486);
    expect(await ask('198.51.100.8')).toBe(0);
  });

  it('is there over TLS too, for networks that let nothing else out', async () => {
    trust(tls.certificate);
    const made = await TurnClient.open({ address: '127.0.0.1', port: tls.port }, credentials(), {
      tls: 'localhost',
    });
    open.push(made);
    expect((await made.allocate()).code).toBe(0);
    expect((await made.permit('8.8.8.8')).code).toBe(0);
    expect((await made.permit('10.0.0.1')).code).toBe(403);
  });

  describe("the server's own test of it (S19)", () => {
    const tested = (url: string, { secret = SECRET, aheadS = 0 }: Partial<TestedWith> = {}) =>
      testRelay(url, (ttlS) => credentials({ secret, ttlS, nowMs: Date.now() - aheadS * 1_000 }));
    type TestedWith = { secret: string; aheadS: number };

    it.each(['udp', 'tcp'])('goes through it over %s', async (transport) => {
      const verdict = await tested(`turn:127.0.0.1:${port}?transport=${transport}`);
      expect(verdict).toMatchObject({ at: 'ok' });
    });

    it('goes through it over TLS, and tells when the certificate is not trusted', async () => {
      const url = `turns:localhost:${tls.port}?transport=tcp`;
      const verdict = await tested(url);
      expect(verdict).toMatchObject({ at: 'failed' });
      expect(verdict).toHaveProperty('sentence', expect.stringContaining('do not trust the certificate'));
      trust(tls.certificate);
      expect(await tested(url)).toMatchObject({ at: 'ok' });
    });

    it('tells a wrong secret from a clock that is ahead', async () => {
      const url = `turn:127.0.0.1:${port}?transport=udp`;
      const wrong = await tested(url, { secret: 'another-secret-that-is-long-enough-too' });
      expect(wrong).toMatchObject({ at: 'failed' });
      expect(wrong).toHaveProperty('sentence', expect.stringContaining('static-auth-secret'));
      const ahead = await tested(url, { aheadS: 7_200 });
      expect(ahead).toMatchObject({ at: 'failed', sentence: expect.stringContaining("ahead of this server's") });
    });

    it.each(['udp', 'tcp'])('tells over %s that nobody answers', async (transport) => {
      const verdict = await tested(`turn:127.0.0.1:${await freePort()}?transport=${transport}`);
      expect(verdict).toMatchObject({ at: 'failed' });
      expect(verdict).toHaveProperty('sentence', expect.stringContaining(transport.toUpperCase()));
    });

    it('tells that a name cannot be resolved', async () => {
      const verdict = await tested('turn:relay.invalid?transport=udp');
      expect(verdict).toMatchObject({ at: 'failed', sentence: expect.stringContaining('cannot be resolved') });
    });
  });

  it('relays UDP only', async () => {
    const asking = await client(credentials(), 'tcp');
    // 442: a transport that is not supported.
    expect((await asking.allocate([TCP])).code).toBe(442);
    expect((await asking.allocate([UDP])).code).toBe(0);
  });

  it('answers over UDP and TLS to the commands that the operations guide gives', async () => {
    const guide = readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8');
    const command = (program: string) => new RegExp(`^ +(${program} .+)$`, 'm').exec(guide)?.[1] ?? '';
    const shell = (text: string, TURN_SECRET = SECRET) =>
      runProgram('/bin/sh', ['-c', text], {
        env: { PATH: environment.PATH, TURN_SECRET, SSL_CERT_FILE: environment.TURN_CERT },
      });
    needProgram('turnutils_uclient');
    const udp = command('turnutils_uclient').replace('<name>', `-p ${port} 127.0.0.1`);
    const good = await shell(udp);
    expect(good.code, good.output).toBe(0);
    expect(good.output).toContain('Total lost packets 0 ');
    expect((await shell(udp, 'another-secret-that-is-long-enough-too')).output).toContain('Cannot complete Allocation');
    needProgram('openssl');
    const secure = await shell(command('openssl s_client').replace('<name>:5349', `127.0.0.1:${tls.port}`));
    expect(secure.code, secure.output).toBe(0);
    expect(secure.output).toContain('Verification: OK');
  });

  it('leaves its secret in no file', () => {
    const files = readdirSync(folder).map((name) => join(folder, name));
    expect(files).toContain(environment.TURN_KEY);
    expect(files.filter((file) => readFileSync(file, 'utf8').includes(SECRET))).toEqual([]);
  });

  it('does not start with a secret that is short or missing', async () => {
    for (const TURN_SECRET of ['short', undefined]) {
      const { code, output } = await runProgram('/bin/sh', [join(FOLDER, 'start.sh')], {
        env: { ...environment, TURN_SECRET },
      });
      expect(code).not.toBe(0);
      expect(output).toContain('TURN_SECRET');
    }
  });
});
