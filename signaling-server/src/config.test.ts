import { IceConfig } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { readConfig, SETTINGS, settingsTable, warningsOf } from './config.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { createIceSource } from './turn.ts';

const problemsOf = (environment: Record<string, string>): string[] => {
  const reading = readConfig(environment);
  return reading.ok ? [] : reading.problems;
};

describe('readConfig (S10)', () => {
  it('starts with nothing set, on loopback', () => {
    const reading = readConfig({});
    expect(reading).toMatchObject({
      ok: true,
      config: { host: '127.0.0.1', port: 7350, roomCapacity: 16, seatGraceMs: 30_000, publicHosts: [] },
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', TURN_SECRET: ' ' })).toMatchObject({ ok: true, config: { port: 7350 } });
  });

  it('reads lists, numbers and switches', () => {
    const reading = readConfig({
      PUBLIC_HOSTS: 'Parley.Example.org, parley.example.org:8443',
      TRUST_PROXY: '10.0.0.0/8,::1',
      LOG_PRETTY: 'true',
      PORT: '0',
    });
    expect(reading).toMatchObject({
      ok: true,
      config: {
        publicHosts: ['parley.example.org', 'parley.example.org:8443'],
        trustProxy: ['10.0.0.0/8', '::1'],
        logPretty: true,
        port: 0,
      },
    });
  });

  it("reads a collector's address and headers, and repeats nothing of the headers (S9)", () => {
    const reading = readConfig({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example.org/otlp',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20a=b, x-tenant = parley ,',
    });
    expect(reading).toMatchObject({
      ok: true,
      config: {
        otelExporterOtlpEndpoint: 'https://collector.example.org/otlp',
        otelExporterOtlpHeaders: { authorization: 'Bearer a=b', 'x-tenant': 'parley' },
      },
    });
    for (const endpoint of ['collector:4318', 'ftp://collector', 'http://me:secret@collector', 'http://collector/#x'])
      expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toEqual([
        'OTEL_EXPORTER_OTLP_ENDPOINT: must be like http://127.0.0.1:4318',
      ]);
    for (const headers of ['hunter2', 'a b=hunter2', 'a=hunter2%0d%0ab: c', 'a=hunter2%'])
      expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_HEADERS: headers })).toEqual([
        'OTEL_EXPORTER_OTLP_HEADERS: must be name=value',
      ]);
  });

  it('names every problem at once, each with its variable', () => {
    const problems = problemsOf({
      PORT: 'http',
      ROOM_CAPACITY: '1',
      LOG_LEVEL: 'loud',
      ALLOWED_ORIGINS: '*,https://fine.example,https://*.example',
      TRUST_PROXY: '10.0.0.0/40',
      ADMIN_TOKEN: 'short',
      TURN_URLS: 'turn:turn.example.org',
      NODE_ENV: 'production',
    });
    const named = problems.map((problem) => problem.split(':')[0]);
    expect(named.toSorted((left = '', right = '') => left.localeCompare(right))).toEqual([
      'ADMIN_TOKEN',
      'ALLOWED_ORIGINS',
      'ALLOWED_ORIGINS',
      'LOG_LEVEL',
      'PORT',
      'ROOM_CAPACITY',
      'TRUST_PROXY',
      'TURN_SECRET',
    ]);
  });

  it('does not repeat a secret that it refuses', () => {
    expect(problemsOf({ TURN_SECRET: 'hunter2' }).join()).not.toContain('hunter2');
  });

  it('refuses several processes without a Redis in which they meet (S10, S13)', () => {
    const refused = ['REDIS_URL: is needed when WORKERS is not 1: several processes meet in Redis'];
    for (const WORKERS of ['0', '2']) expect(problemsOf({ WORKERS })).toEqual(refused);
    expect(problemsOf({ WORKERS: '2', REDIS_URL: 'redis://127.0.0.1:6379' })).toEqual([]);
    expect(problemsOf({ WORKERS: '1' })).toEqual([]);
  });

  it('names a REDIS_URL that nobody can read, says what to do, and repeats nothing of it (S9, S10)', () => {
    const hunter = [
      'redis://:hunter2/pass+word@redis:6379',
      'redis://me:12/hunter2@redis:6379',
      'redis://me:12?hunter2@redis:6379',
      'redis://me:12#hunter2@redis:6379',
      'redis://:hunter2%@redis:6379',
      'redis://:hunter2%ff@redis:6379',
      'redis://:hunter2@',
      'http://:hunter2@redis:6379',
      'hunter2',
    ];
    for (const REDIS_URL of hunter) {
      const problems = problemsOf({ REDIS_URL });
      expect(problems, REDIS_URL).toEqual([expect.stringMatching(/^REDIS_URL: .*percent-encoded/)]);
      expect(problems.join()).not.toContain('hunter2');
    }
    for (const REDIS_URL of [
      'redis://127.0.0.1:6379',
      'redis://:hunter%2F2%2b@redis:6379/1',
      'rediss://me:hunter2@[::1]/',
      'redis://:p@ss@redis',
    ])
      expect(problemsOf({ REDIS_URL }), REDIS_URL).toEqual([]);
  });

  it.each(['-1', '1.5', '65536', '0x10', '1e3', '  a'])('refuses port %j', (PORT) => {
    expect(problemsOf({ PORT })).toHaveLength(1);
  });

  describe('in production (S11)', () => {
    const fine = {
      NODE_ENV: 'production',
      TRUST_PROXY: '10.0.0.0/8',
      ADMIN_TOKEN: '1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c',
    };
    const named = (change: Record<string, string | undefined>) =>
      problemsOf({ ...fine, ...change }).map((problem) => problem.split(':')[0]);

    it('starts behind a proxy that is named, or with a certificate', () => {
      expect(named({})).toEqual([]);
      expect(named({ TRUST_PROXY: undefined, TLS_CERT_FILE: '/a', TLS_KEY_FILE: '/b' })).toEqual([]);
    });

    it.each([
      ['no HTTPS', { TRUST_PROXY: undefined }, 'TRUST_PROXY'],
      ['half a certificate', { TLS_CERT_FILE: '/a' }, 'TLS_KEY_FILE'],
      ['a secret of one letter', { ADMIN_TOKEN: 'a'.repeat(40) }, 'ADMIN_TOKEN'],
      ['a secret from an example', { ADMIN_TOKEN: 'change-me-0123456789-abcdefghij-klmnop' }, 'ADMIN_TOKEN'],
      [
        'a TURN secret from an example',
        { TURN_URLS: 'turn:t.example', TURN_SECRET: 'your-secret-0123456789-abcdefghijk' },
        'TURN_SECRET',
      ],
      ['any origin', { ALLOWED_ORIGINS: '*' }, 'ALLOWED_ORIGINS'],
      ['any subdomain', { ALLOWED_ORIGINS: 'https://*.example.org' }, 'ALLOWED_ORIGINS'],
    ])('does not start with %s', (_, change, name) => {
      expect(named(change)).toEqual([name]);
    });

    it('repeats no secret that it refuses', () => {
      const secret = 'change-me-0123456789-abcdefghij-klmnop';
      expect(problemsOf({ ...fine, ADMIN_TOKEN: secret }).join()).not.toContain(secret);
    });
  });

  it.each([
    ['password', {}, ['ACCESS_PASSWORD']],
    ['token', {}, ['TOKEN_SECRET', 'TOKEN_FILE']],
    ['token', { TOKEN_SECRET: 'x'.repeat(32), REDIS_URL: 'redis://h:1' }, []],
    ['everyone', {}, ['ACCESS']],
  ])('asks for what access by %s needs', (ACCESS, more, named) => {
    expect(problemsOf({ ACCESS, ...more }).map((problem) => problem.split(':')[0])).toEqual(named);
  });

  it('warns of development that others can look into (S7, S11)', () => {
    const warned = (environment: Record<string, string>) => {
      const reading = readConfig({ TRUST_PROXY: '127.0.0.1', ...environment });
      return reading.ok ? warningsOf(reading.config).join() : reading.problems.join();
    };
    for (const HOST of ['0.0.0.0', '::', '192.168.1.2', 'parley.example.org']) {
      expect(warned({ HOST }), HOST).toContain('/_debug');
      expect(warned({ HOST, NODE_ENV: 'production', PUBLIC_HOSTS: 'parley.example.org' }), HOST).toBe('');
      const guarded = warned({ HOST, ADMIN_TOKEN: '1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c' });
      expect(guarded).toContain('/openapi.json');
      expect(guarded).not.toContain('/_debug');
    }
    for (const HOST of ['', '127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(warned({ HOST }), HOST).toBe('');
  });

  it('warns in production of a server that nobody can join by its name', () => {
    const environment = { NODE_ENV: 'production', TRUST_PROXY: '127.0.0.1' };
    const warned = (more: Record<string, string>) => {
      const reading = readConfig({ ...environment, ...more });
      return reading.ok ? warningsOf(reading.config).join() : reading.problems.join();
    };
    expect(warned({})).toContain('PUBLIC_HOSTS');
    expect(warned({ PUBLIC_HOSTS: 'parley.example.org' })).toBe('');
  });

  it.each([
    ['STUN_URLS', Array.from({ length: 9 }, (_, n) => `stun:${n}.example.org`).join()],
    ['STUN_URLS', 'stun:example.org?transport=udp'],
    ['STUN_URLS', 'stun:example.org:0'],
    ['STUN_URLS', 'turn:example.org'],
    ['TURN_URLS', 'turn:example.org:99999'],
    ['TURN_URLS', 'turn:example.org:https'],
    ['TURN_URLS', 'turn:2001:db8::1'],
    ['PUBLIC_HOSTS', 'https://parley.example.org'],
    ['PUBLIC_HOSTS', 'parley.example.org:99999'],
  ])('refuses %s=%s, with which apps could not work (S12)', (name, value) => {
    const turn = { TURN_SECRET: 'a-secret-with-more-than-32-characters-in-it' };
    const reading = readConfig({ [name]: value, ...(name === 'TURN_URLS' ? turn : {}) });
    expect(reading.ok ? [] : reading.problems.map((problem) => problem.split(':')[0])).toEqual([name]);
  });

  it('writes public hosts as invites do', () => {
    const reading = readConfig({ PUBLIC_HOSTS: 'Parley.Example.org:443, münchen.example, [2001:DB8:0::1]:7350' });
    expect(reading.ok && reading.config.publicHosts).toEqual([
      'parley.example.org',
      'xn--mnchen-3ya.example',
      '[2001:db8::1]:7350',
    ]);
  });

  it('warns of STUN and TURN servers that apps leave alone (S12)', () => {
    const warned = (PUBLIC_HOSTS: string) => {
      const reading = readConfig({
        PUBLIC_HOSTS,
        STUN_URLS: 'stun:stun.example.org,stun:203.0.113.7',
        TURN_URLS: 'turn:turn.example.org:3479,turn:192.168.1.5,turns:turn.example.org:443?transport=tcp',
        TURN_SECRET: 'a-secret-with-more-than-32-characters-in-it',
      });
      return reading.ok ? warningsOf(reading.config).filter((line) => /^(?:STUN|TURN)_URLS/.test(line)) : ['refused'];
    };
    expect(warned('')).toEqual([]);
    expect(warned('parley.example.org').map((line) => /do not use (\S+): (.*)/.exec(line)?.slice(1))).toEqual([
      ['stun:203.0.113.7', 'it has to have the same name, one below it, or one beside it below the same domain'],
      ['turn:turn.example.org:3479', 'its port has to be 3478 or 5349 or 443'],
      ['turn:192.168.1.5', 'it lies in a private network and this server does not'],
    ]);
  });

  it('warns of more sockets for an address than it may have connections', () => {
    const warned = (environment: Record<string, string>) => {
      const reading = readConfig(environment);
      return reading.ok ? warningsOf(reading.config).join() : reading.problems.join();
    };
    for (const SOCKETS_PER_ADDRESS of ['0', '257'])
      expect(warned({ SOCKETS_PER_ADDRESS })).toContain('CONNECTIONS_PER_ADDRESS');
    expect(warned({ SOCKETS_PER_ADDRESS: '0', CONNECTIONS_PER_ADDRESS: '0' })).toBe('');
    expect(warned({ SOCKETS_PER_ADDRESS: '256' })).toBe('');
  });

  const named = (environment: Record<string, string>): (string | undefined)[] =>
    problemsOf(environment).map((problem) => problem.split(':')[0]);
  const SECRET = '1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c';

  it.each([
    [{ ACCESS_PASSWORD: 'five random words' }, ['ACCESS_PASSWORD']],
    [{ ACCESS: 'open', ACCESS_PASSWORD: 'five random words' }, ['ACCESS_PASSWORD']],
    [{ TOKEN_SECRET: SECRET, TOKEN_FILE: '/rights' }, ['TOKEN_SECRET', 'TOKEN_FILE']],
    [{ ACCESS: 'password', ACCESS_PASSWORD: 'five random words', TOKEN_SECRET: SECRET }, ['TOKEN_SECRET']],
    [
      { ACCESS: 'token', TOKEN_SECRET: SECRET, TOKEN_FILE: '/rights', ACCESS_PASSWORD: 'five words' },
      ['ACCESS_PASSWORD'],
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }, ['OTEL_EXPORTER_OTLP_ENDPOINT']],
  ])('refuses what means nothing: %j (S11)', (environment, refused) => {
    expect(named(environment)).toEqual(refused);
  });

  it('refuses values in quotes, and repeats none of them', () => {
    const quoted = {
      ADMIN_TOKEN: `"${SECRET}"`,
      TURN_URLS: 'turn:t.example',
      TURN_SECRET: `'${SECRET}'`,
      PORT: '"7350"',
    };
    expect(named(quoted)).toEqual(['PORT', 'TURN_SECRET', 'ADMIN_TOKEN']);
    expect(problemsOf(quoted).join()).not.toContain(SECRET);
    expect(problemsOf({ ...quoted, PORT: '7350' }).join()).toContain('in quotes');
  });

  describe('secrets in files', () => {
    const files: Record<string, string> = { '/run/secrets/admin': `${SECRET}\n`, '/run/secrets/empty': '\n' };
    const read = (environment: Record<string, string>) =>
      readConfig(environment, (path) => {
        const content = files[path];
        if (content === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
        return content;
      });
    const problems = (environment: Record<string, string>) => {
      const reading = read(environment);
      return reading.ok ? [] : reading.problems;
    };

    it('are read from the file that NAME_FILE names', () => {
      expect(read({ ADMIN_TOKEN_FILE: '/run/secrets/admin' })).toMatchObject({
        ok: true,
        config: { adminToken: SECRET },
      });
      const both = { ADMIN_TOKEN_FILE: '/run/secrets/admin', ADMIN_TOKEN: '' };
      expect(read(both)).toMatchObject({ ok: true, config: { adminToken: SECRET } });
    });

    it('stop the start when the file is missing or empty, or when there are two', () => {
      expect(problems({ ADMIN_TOKEN_FILE: '/nowhere' })).toEqual([
        'ADMIN_TOKEN_FILE: /nowhere cannot be read (ENOENT)',
      ]);
      expect(problems({ ADMIN_TOKEN_FILE: '/run/secrets/empty' })).toEqual([
        'ADMIN_TOKEN_FILE: /run/secrets/empty is empty',
      ]);
      expect(problems({ ADMIN_TOKEN_FILE: '/run/secrets/admin', ADMIN_TOKEN: SECRET })).toEqual([
        'ADMIN_TOKEN: is given twice, by itself and in ADMIN_TOKEN_FILE',
      ]);
      // A file that cannot be read is not one that is missing between settings.
      expect(problems({ ACCESS: 'password', ACCESS_PASSWORD_FILE: '/nowhere' })).toEqual([
        'ACCESS_PASSWORD_FILE: /nowhere cannot be read (ENOENT)',
      ]);
    });
  });

  it.each([
    ['STUN_URLS', 'stun:stun.example.org?transport=udp'],
    ['STUN_URLS', 'turn:turn.example.org'],
    ['STUN_URLS', 'stun:stun.example.org:0'],
    ['STUN_URLS', 'stun:stun.example.org:99999'],
    ['STUN_URLS', 'stun:stun.example.org:words'],
    ['STUN_URLS', 'stun:2001:db8::1'],
    ['STUN_URLS', 'stun:[2001:db8::zz]:3478'],
    ['STUN_URLS', 'stun:999.1.1.1'],
    ['STUN_URLS', Array.from({ length: 9 }, (_, n) => `stun:s${n}.example.org`).join()],
  ])('refuses in %s what no app could use: %s (S12)', (name, value) => {
    expect(named({ [name]: value })).toEqual([name]);
  });

  it('hands out no more than the answer to a join may carry, at the extremes of the settings (S12)', () => {
    const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`;
    const list = (scheme: string) => Array.from({ length: 8 }, (_, n) => `${scheme}:n${n}.${host}:65535`).join();
    const reading = readConfig({
      STUN_URLS: `${list('stuns').replace('stuns:n0', 'stun:n0')}`,
      TURN_URLS: `turn:[2001:db8::1]:1?transport=udp,turns:192.0.2.1?transport=tcp,${list('turns').split(',').slice(2).join()}`,
      TURN_SECRET: 'x'.repeat(200),
      TURN_TTL_S: '86400',
    });
    if (!reading.ok) throw new Error(reading.problems.join());
    const ice = createIceSource(reading.config, new FakeClock()).current('2001:db8:ffff:ffff::/64');
    expect(IceConfig.parse(ice)).toEqual(ice);
    expect(ice.iceServers.map(({ urls }) => urls.length)).toEqual([8, 8]);
  });

  it('spells its names as invites do', () => {
    expect(readConfig({ PUBLIC_HOSTS: 'Bücher.Example:443,[2001:0DB8:0::1]:7350' })).toMatchObject({
      ok: true,
      config: { publicHosts: ['xn--bcher-kva.example', '[2001:db8::1]:7350'] },
    });
  });

  it('warns of names that are one slip off, with the one that is meant', () => {
    const reading = readConfig({});
    if (!reading.ok) throw new Error(reading.problems.join());
    const warned = (name: string) => warningsOf(reading.config, { [name]: '1' });
    for (const [name, meant] of [
      ['SOCKET_PER_ADDRESS', 'SOCKETS_PER_ADDRESS'],
      ['TURN_URL', 'TURN_URLS'],
      ['TURN_SERCET', 'TURN_SECRET'],
      ['admin_tokem', 'ADMIN_TOKEN'],
      ['PUBLIC_HOSTSS', 'PUBLIC_HOSTS'],
    ] as const)
      expect(warned(name), name).toEqual([`${name} is no setting and does nothing; ${meant} is one`]);
    for (const name of [
      'PATH',
      'HOSTNAME',
      'TURN_SECRET',
      'ADMIN_TOKEN_FILE',
      'REDIS_HOST',
      'HOME',
      'npm_config_access',
    ])
      expect(warned(name), name).toEqual([]);
  });

  it('refuses a longest block below the first', () => {
    expect(problemsOf({ BLOCK_MIN_MS: '60000', BLOCK_MAX_MS: '1000' })).toEqual([
      'BLOCK_MAX_MS: must not be below BLOCK_MIN_MS',
    ]);
  });
});

describe('settingsTable (S10)', () => {
  it('has every setting with what it is for and its default', () => {
    const table = settingsTable();
    for (const name of Object.keys(SETTINGS)) expect(table).toMatch(new RegExp(`^${name} +\\S.*\n +default: \\S`, 'm'));
  });
});
