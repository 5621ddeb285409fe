import {
  changeWords,
  type FileItem,
  type HistoryItem,
  type MessageCall,
  type Quote,
  type RoomChange,
  withoutCodes,
} from '@parley/shared/model';
import { escapeHtml } from '../escape-html.ts';

/** The language and time zone that dates are written in; the system's own where they are left out. */
export type Where = { locale?: string; timeZone?: string };

/** A path of an export as an address beside the page. */
const address = (path: string): string => escapeHtml(path.split('/').map(encodeURIComponent).join('/'));

/** A quote leaves out the words of a message that disappears. */
function quotedWords({ text, lifetimeMs }: Quote): string {
  if (text === null) return 'A message that is not here';
  if (text === '') return 'A deleted message';
  return lifetimeMs === undefined ? text : 'A message that disappears';
}

const STYLE = `
:root{color-scheme:light dark;--soft:#5c6562;--line:#d9ddda;--mine:#e6f1ee;--back:#fff;--text:#1c2422}
@media (prefers-color-scheme:dark){:root{--soft:#a3aeaa;--line:#333b39;--mine:#1d2e2b;--back:#141918;--text:#e8eeeb}}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:.95rem;margin:2rem 0 .75rem;padding-block-end:.25rem;border-block-end:1px solid var(--line);color:var(--soft)}
article{margin:.75rem 0;padding:.5rem .75rem;border-radius:.6rem}
article.mine{background:var(--mine)}
header{display:flex;gap:.75rem;align-items:baseline;flex-wrap:wrap}
b{overflow-wrap:anywhere}
time,.soft{color:var(--soft);font-size:.85rem}
p{margin:.15rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:.25rem 0;padding-inline-start:.75rem;border-inline-start:3px solid var(--line);color:var(--soft)}
p.note{text-align:center;color:var(--soft);font-size:.85rem;margin:.75rem 0}
ul{padding-inline-start:1.25rem}
@media print{article{break-inside:avoid}}
`;

/** Writes one room as a page that needs nothing but itself and the files beside it: no script, no address elsewhere, all text escaped. */
export function roomHtml(where: Where = {}) {
  const zone = where.timeZone === undefined ? {} : { timeZone: where.timeZone };
  const dayFormat = new Intl.DateTimeFormat(where.locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    ...zone,
  });
  const timeFormat = new Intl.DateTimeFormat(where.locale, { hour: '2-digit', minute: '2-digit', ...zone });
  const lengthFormat = new Intl.NumberFormat(where.locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  const language = escapeHtml(dayFormat.resolvedOptions().locale);
  let lastDay = '';

  const quoteOf = ({ quote }: HistoryItem): string => {
    if (!quote) return '';
    const words = quotedWords(quote);
    const name = quote.name === '' ? '' : `<b><bdi>${escapeHtml(quote.name)}</bdi></b> `;
    return `<blockquote dir="auto">${name}${escapeHtml(withoutCodes(words))}</blockquote>\n`;
  };
  const wordsOf = ({ text, content }: HistoryItem): string =>
    content.kind === 'call'
      ? `<p class="soft">${escapeHtml(callWords(content))}</p>`
      : `<p dir="auto">${escapeHtml(withoutCodes(text))}</p>`;
  const callWords = ({ missed, lengthMs }: MessageCall): string => {
    if (missed) return 'Missed call';
    return lengthMs === null ? 'Call' : `Call, ${lengthFormat.format(Math.max(1, Math.floor(lengthMs / 60_000)))}`;
  };
  const reactionsOf = ({ reactions }: HistoryItem): string =>
    reactions.length === 0
      ? ''
      : `<p class="soft">${reactions.map(({ emoji, people }) => `${escapeHtml(emoji)} ${people.map(({ name }) => `<bdi>${escapeHtml(name)}</bdi>`).join(', ')}`).join(' · ')}</p>\n`;

  /** The day of a moment, where it is another one than that before. */
  const headingOf = (atMs: number): string => {
    const day = dayFormat.format(atMs);
    const heading = day === lastDay ? '' : `<h2>${escapeHtml(day)}</h2>\n`;
    lastDay = day;
    return heading;
  };

  return {
    /** The beginning of the page, up to the first message. */
    head: (name: string, exportedAt: number): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src file: 'self'">
<title>${escapeHtml(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1 dir="auto">${escapeHtml(name)}</h1>
<p class="soft">Exported from Parley on ${escapeHtml(dayFormat.format(exportedAt))}, ${escapeHtml(timeFormat.format(exportedAt))}</p>
`,

    /** One message, with the day above it where that is another one than before. */
    message(item: HistoryItem): string {
      const heading = headingOf(item.sentAt);
      const words = item.deleted
        ? `<p class="soft">${item.content.kind === 'call' ? 'Call' : 'Message'} deleted</p>`
        : item.lifetimeMs === undefined
          ? wordsOf(item)
          : '<p class="soft">A message that disappears is not part of an export</p>';
      return `${heading}<article${item.mine ? ' class="mine"' : ''}>
<header><b><bdi>${escapeHtml(item.name)}</bdi></b> <time datetime="${new Date(item.sentAt).toISOString()}">${escapeHtml(timeFormat.format(item.sentAt))}</time>${item.edited ? ' <span class="soft">edited</span>' : ''}</header>
${quoteOf(item)}${words}
${reactionsOf(item)}</article>
`;
    },

    /** A change of the room, as a line between the messages. */
    change(change: RoomChange): string {
      const { name, sentAt } = change;
      const { words, given } = changeWords(change);
      const called = given === undefined ? '' : ` “<bdi>${escapeHtml(given)}</bdi>”`;
      return `${headingOf(sentAt)}<p class="note"><bdi>${escapeHtml(name)}</bdi> ${escapeHtml(words)}${called} <time datetime="${new Date(sentAt).toISOString()}">${escapeHtml(timeFormat.format(sentAt))}</time></p>
`;
    },

    /** The files of the room, and the end of the page. */
    tail(files: readonly (Pick<FileItem, 'shownName'> & { path: string | null })[]): string {
      const list = files
        .map(({ shownName, path }) => {
          const name = `<bdi>${escapeHtml(shownName)}</bdi>`;
          return `<li>${path === null ? `${name} <span class="soft">(not on this computer)</span>` : `<a href="${address(path)}">${name}</a>`}</li>`;
        })
        .join('\n');
      return `${list === '' ? '' : `<h2>Files</h2>\n<ul>\n${list}\n</ul>\n`}</main>\n</body>\n</html>\n`;
    },
  };
}
