import { rename, rm, writeFile } from 'node:fs/promises';

import type { Signaling } from './try-signaling.ts';

export type CallKind = 'direct' | 'relayed';

/** One call between two browsers. Figures are those of the one that fared worse. */
export type CallReport = {
  kind: CallKind;
  /** In one sentence; null: it worked. */
  problem: string | null;
  /** The tools' own words about it, for a closer look. */
  detail: string | null;
  /** From the moment in which both were in the call to the first decoded frame. */
  firstFrameMs: number | null;
  framesDecoded: number;
  /** "host ↔ host (udp)", as WebRTC says it. */
  path: string | null;
};

export type ProbeReport = {
  ok: boolean;
  /** `host[:port]`. */
  server: string;
  /** Milliseconds since 1970. */
  endedAt: number;
  tookMs: number;
  /** Null when nobody could even join. */
  signaling: Signaling | null;
  problems: string[];
  calls: CallReport[];
};

/** Whether the path that WebRTC chose goes through a relay on either side. */
export const isRelayed = (path: string): boolean => /(^|↔ )relay\b/.test(path);

/** The report for people, a line each. */
export function reportLines({ server, signaling, calls, problems, ok }: ProbeReport): string[] {
  const relays = signaling?.relays.length ?? 0;
  return [
    `Server ${server}`,
    signaling === null
      ? '  signaling   failed'
      : `  signaling   connected after ${signaling.connectMs} ms, joined after ${signaling.joinMs} ms, ${relays === 0 ? 'no relay' : signaling.relays.join(', ')}`,
    ...calls.map(({ kind, firstFrameMs, framesDecoded, path, problem }) => {
      const first = firstFrameMs === null ? 'no picture' : `first picture after ${firstFrameMs} ms`;
      return `  ${kind.padEnd(11)} ${first}, ${framesDecoded} frames decoded, ${path ?? 'no path'}${problem === null ? '' : ', failed'}`;
    }),
    ...problems.map((problem) => `✗ ${problem}`),
    ...(ok ? [calls.length > 0 ? '✓ Calls through this server work.' : '✓ Signaling works; no calls were tried.'] : []),
  ];
}

type Sample = { value: number | null; labels?: Record<string, string> };

/** The report as Prometheus's textfile collector reads it. Figures that were not measured are left out. */
export function prometheusText(report: ProbeReport): string {
  const { server, signaling } = report;
  const perCall = (value: (call: CallReport) => number | null): Sample[] =>
    report.calls.map((call) => ({ value: value(call), labels: { call: call.kind } }));
  const seconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : ms / 1_000);
  const metrics: [name: string, help: string, samples: Sample[]][] = [
    ['parley_probe_success', 'Whether everything that was tried worked.', [{ value: report.ok ? 1 : 0 }]],
    ['parley_probe_end_timestamp_seconds', 'When the probe ended.', [{ value: seconds(report.endedAt) }]],
    ['parley_probe_duration_seconds', 'How long the probe took.', [{ value: seconds(report.tookMs) }]],
    ['parley_probe_connect_seconds', 'Time to the first challenge.', [{ value: seconds(signaling?.connectMs) }]],
    ['parley_probe_join_seconds', 'Time from there to a seat.', [{ value: seconds(signaling?.joinMs) }]],
    ['parley_probe_relays', 'Relay addresses that the app uses.', [{ value: signaling?.relays.length ?? null }]],
    ['parley_probe_call_success', 'Whether this call worked.', perCall(({ problem }) => (problem === null ? 1 : 0))],
    [
      'parley_probe_call_first_frame_seconds',
      'Time from both being in the call to the first picture.',
      perCall(({ firstFrameMs }) => seconds(firstFrameMs)),
    ],
    ['parley_probe_call_frames', 'Frames decoded in this call.', perCall(({ framesDecoded }) => framesDecoded)],
    [
      'parley_probe_call_relayed',
      'Whether this call went through a relay.',
      perCall(({ path }) => (path === null ? null : isRelayed(path) ? 1 : 0)),
    ],
  ];
  return metrics
    .flatMap(([name, help, samples]) => {
      const lines = samples.flatMap(({ value, labels }) => {
        const said = Object.entries({ server, ...labels }).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
        return value === null ? [] : [`${name}{${said.join(',')}} ${value}\n`];
      });
      return lines.length === 0 ? [] : [`# HELP ${name} ${help}\n# TYPE ${name} gauge\n`, ...lines];
    })
    .join('');
}

/** Writes beside the place and moves it there whole: a collector never reads half of it. */
export async function writeMetricsFile(path: string, text: string): Promise<void> {
  // The collector reads files whose names end with .prom, so not this one.
  const partial = `${path}.${process.pid}.part`;
  try {
    // Collectors run as somebody else.
    await writeFile(partial, text, { mode: 0o644 });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}
