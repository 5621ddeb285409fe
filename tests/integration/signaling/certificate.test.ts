import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateFault } from '@parley/signaling-server/http/tls.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '#support/programs.ts';

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
