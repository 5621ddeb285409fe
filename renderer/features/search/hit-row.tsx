import { readMentions, type SearchHit } from '@parley/shared/model';
import { MessageSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApp } from '../../stores/react.tsx';
import { formatDuration, formatSize, formatWhen } from '../../ui/format.ts';
import { AuthorName } from '../author-name.tsx';
import { fileIcons } from '../files/file-card.tsx';
import styles from './search-dialog.module.css';

/** A message or a file that was found: what matches in it, who wrote it, where and when. */
export function HitRow({ hit, now }: { hit: SearchHit; now: number }) {
  const { item } = hit;
  const file = item.content.kind === 'file' ? item.content.file : null;
  return (
    <>
      <span className={styles.hitIcon}>{file ? <FileIcon hit={hit} /> : <MessageSquare aria-hidden="true" />}</span>
      <span className={styles.optionText}>
        <span className={styles.hitText}>
          {file && !file.voice ? <span className="visually-hidden">File: </span> : null}
          <bdi>{marked(hit)}</bdi>
        </span>
        <span>
          {file ? `${file.voice ? formatDuration(file.voice.durationMs) : formatSize(file.sizeBytes)} · ` : null}
          <AuthorName mine={item.mine} name={item.name} confirmed={item.confirmed} /> in{' '}
          <bdi>{hit.roomName ?? 'Unnamed room'}</bdi> · {formatWhen(item.sentAt, now)}
        </span>
      </span>
    </>
  );
}

/** The icon of the kind that this computer knows the file to be. */
function FileIcon({ hit: { item } }: { hit: SearchHit }) {
  const kind = useApp(
    (state) => state.files[item.roomId]?.find(({ fileId }) => fileId === (item.id as string))?.kind ?? 'other',
  );
  const Icon = fileIcons[kind];
  return <Icon aria-hidden="true" />;
}

function marked({ item, matches }: SearchHit): ReactNode[] {
  const parts: ReactNode[] = [];
  const mentions = readMentions(item.text);
  /** A part of the text without what lies in it of the codes of mentions. */
  const shown = (from: number, to: number): string =>
    mentions
      .map(({ end, code }) => ({ from: Math.max(from, end - code.length - 1), to: Math.min(to, end) }))
      .filter((hidden) => hidden.from < hidden.to)
      .reduceRight(
        (text, hidden) => text.slice(0, hidden.from - from) + text.slice(hidden.to - from),
        item.text.slice(from, to),
      );
  // A long message is shown from a little before its first match.
  let at = Math.max(0, (matches[0]?.[0] ?? 0) - 60);
  if (at > 0) parts.push('…');
  for (const [start, end] of matches) {
    parts.push(shown(at, start), <mark key={start}>{shown(start, end)}</mark>);
    at = end;
  }
  parts.push(shown(at, item.text.length));
  return parts;
}
