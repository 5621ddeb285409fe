import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@parley/signaling-server/clock.ts';
import { certificateFault } from '@parley/signaling-server/http/tls.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '#support/programs.ts';
import { startTestServer } from './harness.ts';

const DAY_MS = 86_400_000;

describe('certificateFault (S11)', () => {
  let cert: Buffer;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-cert-'));
    // For localhost and 127.0.0.1, two days.
    await makeCertificate(folder);
    cert = readFileSync(join(folder, 'fullchain.pem'));
    rmSync(folder, { recursive: true });
  });

  it('names a certificate that is over, has not begun, ends soon, or is for another name', () => {
    const fault = (hosts: string[], inMs = 0) => certificateFault(cert, hosts, Date.now() + inMs);
    expect(fault(['localhost:7350', '127.0.0.1'])).toContain('renew it');
    expect(fault(['localhost'], 3 * DAY_MS)).toContain('ended on');
    expect(fault(['localhost'], -DAY_MS)).toContain('begins on');
    expect(fault(['localhost', 'parley.example.org:7350', '[2001:db8::1]:7350'])).toContain(
      'is not for parley.example.org, 2001:db8::1',
    );
  });
});

describe('a server with a certificate that clients do not take (S9, S11)', () => {
  it.each([
    ['it is over', 'localhost', 3 * DAY_MS, 'ended on'],
    ['it is for another name', 'parley.example.org', 0, 'is not for parley.example.org'],
    ['it ends soon', 'localhost', 0, 'renew it'],
  ])('starts, and says so in its log: %s', async (_fault, PUBLIC_HOSTS, laterMs, sentence) => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-cert-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await makeCertificate(folder);
    const env = { TLS_CERT_FILE: join(folder, 'fullchain.pem'), TLS_KEY_FILE: join(folder, 'privkey.pem') };
    const clock = { ...systemClock, wall: () => Date.now() + laterMs };
    const { lines } = await startTestServer({ PUBLIC_HOSTS, ...env }, { clock });
    expect(lines.filter((line) => line.includes('TLS_CERT_FILE'))).toEqual([expect.stringContaining(sentence)]);
  });
});
