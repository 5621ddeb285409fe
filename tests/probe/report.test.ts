import { mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRelayed, type ProbeReport, prometheusText, reportLines, writeMetricsFile } from './report.ts';

const WORKED: ProbeReport = {
  ok: true,
  server: 'parley.example.org',
  endedAt: 1_700_000_000_500,
  tookMs: 21_000,
  signaling: { connectMs: 40, joinMs: 12, relays: ['turn:parley.example.org'], ignoredRelays: [] },
  problems: [],
  calls: [
    {
      kind: 'direct',
      problem: null,
      detail: null,
      firstFrameMs: 700,
      framesDecoded: 64,
      path: 'host ↔ srflx (udp)',
    },
    {
      kind: 'relayed',
      problem: null,
      detail: null,
      firstFrameMs: 900,
      framesDecoded: 61,
      path: 'relay ↔ relay (udp)',
    },
  ],
};
const FAILED: ProbeReport = {
  ...WORKED,
  ok: false,
  signaling: null,
  problems: ['It does not answer.'],
  calls: [],
};

describe('the report of the probe (S18)', () => {
  it('knows a relayed path from a direct one', () => {
    expect(['relay ↔ host (udp)', 'host ↔ relay (tcp)', 'prflx ↔ relay (udp)'].map(isRelayed)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['host ↔ host (udp)', 'srflx ↔ prflx (udp)', ''].map(isRelayed)).toEqual([false, false, false]);
  });

  it('is a line for people each, and ends with what is wrong', () => {
    expect(reportLines(WORKED)).toEqual([
      'Server parley.example.org',
      '  signaling   connected after 40 ms, joined after 12 ms, turn:parley.example.org',
      '  direct      first picture after 700 ms, 64 frames decoded, host ↔ srflx (udp)',
      '  relayed     first picture after 900 ms, 61 frames decoded, relay ↔ relay (udp)',
      '✓ Calls through this server work.',
    ]);
    expect(reportLines(FAILED).slice(1)).toEqual(['  signaling   failed', '✗ It does not answer.']);
  });

  it('is what Prometheus reads: every sample after its help and type, in seconds', () => {
    const text = prometheusText(WORKED);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain('parley_probe_success{server="parley.example.org"} 1\n');
    expect(text).toContain('parley_probe_end_timestamp_seconds{server="parley.example.org"} 1700000000.5\n');
    expect(text).toContain(
      '# TYPE parley_probe_call_first_frame_seconds gauge\n' +
        'parley_probe_call_first_frame_seconds{server="parley.example.org",call="direct"} 0.7\n' +
        'parley_probe_call_first_frame_seconds{server="parley.example.org",call="relayed"} 0.9\n',
    );
    expect(text).toContain('parley_probe_call_relayed{server="parley.example.org",call="relayed"} 1\n');
    expect(text).not.toMatch(/null|undefined|NaN/);
    for (const [, name] of text.matchAll(/^(\w+)\{/gm)) expect(text).toContain(`# HELP ${name} `);
  });

  it('leaves out what was not measured, and still says that it failed', () => {
    const text = prometheusText(FAILED);
    expect(text).toContain('parley_probe_success{server="parley.example.org"} 0\n');
    expect(text).not.toContain('parley_probe_join_seconds');
    expect(text).not.toContain('parley_probe_call_');
  });

  it('comes into its file whole, or not at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-probe-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'parley.prom');
    await writeMetricsFile(file, 'first\n');
    const reading = await open(file);
    await writeMetricsFile(file, 'second\n');
    // A reader goes on in the old one.
    expect(await reading.readFile('utf8')).toBe('first\n');
    await reading.close();
    expect(await readFile(file, 'utf8')).toBe('second\n');
    const taken = join(folder, 'a-folder.prom');
    await mkdir(join(taken, 'full'), { recursive: true });
    await expect(writeMetricsFile(taken, 'third\n')).rejects.toThrow();
    expect((await readdir(folder)).toSorted()).toEqual(['a-folder.prom', 'parley.prom']);
  });
});
