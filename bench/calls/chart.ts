import type { Chart } from './call-row.ts';

const WIDTH = 720;
const HEIGHT = 240;
const LEFT = 44;
const RIGHT = 12;
const TOP = 40;
const BOTTOM = 44;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .title { font-weight: 600; }
  .soft { fill: #52606d; }
  .grid { stroke: #cbd2d9; }
  .mark { stroke: #c2410c; stroke-dasharray: 3 3; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .first { stroke: #2f6fde; }
  .second { stroke: #7b8794; stroke-dasharray: 7 3; }
  .ground { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb; }
    .soft { fill: #9aa5b1; }
    .grid { stroke: #323f4b; }
    .mark { stroke: #fb923c; }
    .first { stroke: #6ea0ff; }
    .second { stroke: #9aa5b1; }
    .ground { fill: #14181d; }
  }`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const at = (value: number): string => value.toFixed(1);

/** A picture of a scenario: frames shown in each second at both ends, in light and in dark. Lines differ by shape and colour. */
export function drawChart({ title, series, marks }: Chart): string {
  const seconds = Math.max(1, ...series.map(({ perSecond }) => perSecond.length));
  const most = Math.max(10, ...series.flatMap(({ perSecond }) => perSecond));
  const top = Math.ceil(most / 10) * 10;
  const x = (second: number) => LEFT + (second / seconds) * (WIDTH - LEFT - RIGHT);
  const y = (frames: number) => HEIGHT - BOTTOM - (frames / top) * (HEIGHT - TOP - BOTTOM);
  const parts = [`<text class="title" x="12" y="22">${escaped(title)}</text>`];
  for (let frames = 0; frames <= top; frames += 10) {
    parts.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(frames))}" y2="${at(y(frames))}"/>`,
      `<text class="soft" x="${LEFT - 8}" y="${at(y(frames) + 4)}" text-anchor="end">${frames}</text>`,
    );
  }
  const step = [5, 10, 20, 60, 120].find((each) => seconds / each <= 12) ?? 300;
  for (let second = 0; second <= seconds; second += step)
    parts.push(`<text class="soft" x="${at(x(second))}" y="${HEIGHT - 26}" text-anchor="middle">${second}</text>`);
  for (const { atS, text } of marks) {
    parts.push(
      `<line class="mark" x1="${at(x(atS))}" x2="${at(x(atS))}" y1="${TOP - 6}" y2="${HEIGHT - BOTTOM}"/>`,
      `<text class="soft" x="${at(x(atS) + 4)}" y="${TOP + 4}">${escaped(text)}</text>`,
    );
  }
  series.forEach(({ name, perSecond }, index) => {
    const points = perSecond.map((frames, second) => `${at(x(second + 0.5))},${at(y(frames))}`).join(' ');
    const kind = index === 0 ? 'first' : 'second';
    const legendAt = WIDTH - 210 + index * 105;
    parts.push(
      `<polyline class="line ${kind}" points="${points}"/>`,
      `<line class="line ${kind}" x1="${legendAt}" x2="${legendAt + 24}" y1="18" y2="18"/>`,
      `<text x="${legendAt + 30}" y="22">${escaped(name)}</text>`,
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
<title>${escaped(`Frames shown per second: ${title}`)}</title>
<style>${STYLE}
</style>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>
${parts.join('\n')}
<text class="soft" x="12" y="${HEIGHT - 8}">Frames shown in each second of the scenario’s first round; the seconds are below.</text>
</svg>
`;
}
