import { personIn } from '@parley/shared/model';
import { memo } from 'react';
import { Avatar } from '../../ui/avatar.tsx';
import { AuthorName } from '../author-name.tsx';
import { CallRow } from './call-row.tsx';
import styles from './chat.module.css';
import { GapRows } from './gap-rows.tsx';
import type { ChatRow } from './grouping.ts';
import { Message } from './message.tsx';
import { Reactions } from './reactions.tsx';
import { RoomChangeRows } from './room-change-rows.tsx';
import { SelectBox } from './select-box.tsx';

type MessageRowProps = ChatRow & {
  /** The name of the day, where this message begins one. */
  day: string | null;
  highlighted: boolean;
  hasMeta: boolean;
  /** Its number in the room from 1 and how many there are, where both are known. */
  position: number | null;
  total: number;
};

/** A message with the day, the mark and the author that stand above it. Drawn again only when one of these changed. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { item, day, isNew, highlighted, position, total, gaps, gapsBelow } = props;
  const { changesBefore, changes, changesBelow } = props;
  return (
    <>
      <GapRows gaps={gaps} />
      <RoomChangeRows changes={changesBefore} />
      {day === null ? null : (
        <p className={styles.day}>
          <span>{day}</span>
        </p>
      )}
      <RoomChangeRows changes={changes} />
      {isNew ? (
        <p className={styles.new}>
          <span>New messages</span>
        </p>
      ) : null}
      {item.content.kind === 'call' ? (
        <CallRow item={item} call={item.content} focused={highlighted} position={position} total={total} />
      ) : (
        <Talk {...props} />
      )}
      <RoomChangeRows changes={changesBelow} />
      <GapRows gaps={gapsBelow} />
    </>
  );
});

/** A message beside the face of its author. */
function Talk({ item, startsGroup, endsGroup, highlighted, hasMeta, position, total }: MessageRowProps) {
  return (
    <div className={styles.row} data-mine={item.mine || undefined} data-ends={endsGroup || undefined}>
      <SelectBox item={item} />
      {item.mine ? null : (
        <span className={styles.face}>
          {endsGroup ? <Avatar id={personIn(item)} name={item.confirmed ? item.name : '?'} size={32} /> : null}
        </span>
      )}
      <div className={styles.bubble}>
        {startsGroup ? (
          <p className={styles.author}>
            <AuthorName mine={item.mine} name={item.name} confirmed={item.confirmed} />
          </p>
        ) : null}
        <Message item={item} focused={highlighted} hasMeta={hasMeta} position={position} total={total} />
        <Reactions item={item} />
      </div>
    </div>
  );
}
