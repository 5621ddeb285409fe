import type { SignalingRow } from './measure.ts';

/** The picture: a group of bars per comparison, each server's figure as a multiple of bare Socket.IO's. */
const GROUPS = [
  { title: 'Relayed per CPU second, 2 kB', starts: 'relay 2 kB, ', more: true, goal: 1.05 },
  { title: 'Relayed per CPU second, 300 B', starts: 'relay 300 B, ', more: true, goal: 0.97 },
  { title: 'Memory per idle connection', starts: 'memory per connection', more: false, goal: 0.75 },
  { title: 'CPU per join, signature check apart', starts: 'join, ', more: false, goal: 1 },
  { title: 'Storm of joins, p95', starts: 'storm of ', more: false, goal: 1.2 },
  { title: 'Latency at 1,000 relays/s, p50', starts: '400 clients', more: false, goal: 1.1 },
] as const;

/** Those who have the signature left out stand for Parley where the check is apart. */
const SHOWN: Readonly<Record<string, string>> = {
  Parley: 'Parley',
  'join, Parley without the signature check': 'Parley',
  'bare Socket.IO': 'Socket.IO',
  'join, bare Socket.IO': 'Socket.IO',
  'bare ws': 'ws',
  'join, bare ws': 'ws',
  "PeerJS's server": 'PeerJS',
  "join, PeerJS's server": 'PeerJS',
};

const WIDTH = 720;
const LEFT = 96;
const SCALE = 170;
const TEXT_AT = 520;
const BAR = 14;
const STEP = 20;
const GROUP_GAP = 34;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .title { font-weight: 600; }
  .soft { fill: #52606d; }
  .bar { fill: #9aa5b1; }
  .own { fill: #2f6fde; }
  .one { stroke: #52606d; stroke-dasharray: 2 3; }
  .goal { stroke: #c2410c; stroke-width: 2; }
  .ground { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb; }
    .soft { fill: #9aa5b1; }
    .bar { fill: #616e7c; }
    .own { fill: #6ea0ff; }
    .one { stroke: #9aa5b1; }
    .goal { stroke: #fb923c; }
    .ground { fill: #14181d; }
  }`;

/** A picture of a run: bars of the servers beside each other, in light and in dark. */
export function drawPicture(rows: readonly SignalingRow[]): string {
  const parts: string[] = [];
  let y = 30;
  for (const { title, starts, more, goal } of GROUPS) {
    const bars = rows.flatMap((row) => {
      const name = row.server === undefined ? undefined : SHOWN[row.server];
      if (!row.name.startsWith(starts) || name === undefined) return [];
      return [{ name, ratio: name === 'Socket.IO' ? 1 : (row.ratio ?? Number.NaN), value: row.value, unit: row.unit }];
    });
    if (bars.length === 0) continue;
    parts.push(
      `<text class="title" x="12" y="${y}">${escaped(title)}</text>`,
      `<text class="soft" x="${WIDTH - 12}" y="${y}" text-anchor="end">${more ? 'more' : 'less'} is better</text>`,
    );
    const top = y + 8;
    y += 12;
    for (const { name, ratio, value, unit } of bars) {
      const width = Math.min(ratio * SCALE, TEXT_AT - LEFT - 12);
      const own = name === 'Parley' ? 'own' : 'bar';
      parts.push(
        `<text class="soft" x="${LEFT - 8}" y="${y + BAR - 2}" text-anchor="end">${escaped(name)}</text>`,
        `<rect class="${own}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<text x="${TEXT_AT}" y="${y + BAR - 2}">${ratio.toFixed(2)} × ` +
          `<tspan class="soft">(${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} ${escaped(shortUnit(unit))})</tspan></text>`,
      );
      y += STEP;
    }
    const line = (kind: string, at: number) =>
      `<line class="${kind}" x1="${LEFT + at * SCALE}" x2="${LEFT + at * SCALE}" y1="${top}" y2="${y - 2}"/>`;
    parts.push(line('one', 1), line('goal', goal));
    y += GROUP_GAP;
  }
  const height = y;
  const legend = `<text class="soft" x="12" y="${height - 10}">Multiples of bare Socket.IO (dotted). The line is Parley's goal.</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>Parley's signaling server beside three others</title>
<style>${STYLE}
</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
${parts.join('\n')}
${legend}
</svg>
`;
}

const shortUnit = (unit: string): string => unit.replace('messages per CPU second', '/CPU s').replace('ms CPU', 'ms');
