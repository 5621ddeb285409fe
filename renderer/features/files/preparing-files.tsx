import type { RoomId } from '@parley/shared/protocol';
import { useApp } from '../../stores/react.tsx';
import type { PreparingFile } from '../../stores/state.ts';
import { formatSize } from '../../ui/format.ts';
import { percentOf } from './file-words.ts';
import styles from './files.module.css';

/** The files that are being read before they are offered. */
export function PreparingFiles({ roomId }: { roomId: RoomId }) {
  const all = useApp((state) => state.preparing);
  const preparing = all.filter((file) => file.roomId === roomId);
  if (preparing.length === 0) return null;
  return (
    <section className={styles.files} aria-label="Files being read">
      <div className={styles.cards}>
        {preparing.map((file) => (
          <Preparing key={file.id} file={file} />
        ))}
      </div>
    </section>
  );
}

function Preparing({ file }: { file: PreparingFile }) {
  const percent = percentOf(file.bytes, file.sizeBytes);
  return (
    <article className={styles.card} aria-label={file.name}>
      <div className={styles.about}>
        <p className={styles.name} dir="auto">
          {file.name}
        </p>
        <p className={styles.soft}>{`${formatSize(file.sizeBytes)} · Being read`}</p>
        <div className={styles.progress}>
          <progress className={styles.bar} aria-label={`Reading ${file.name}`} max={100} value={percent} />
          <span className={styles.soft}>{`${percent} %`}</span>
        </div>
      </div>
    </article>
  );
}
