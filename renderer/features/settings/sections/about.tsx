import { useApp } from '../../../stores/react.tsx';
import styles from '../settings-screen.module.css';

export function AboutSection() {
  const info = useApp((state) => state.info);
  if (!info) return null;
  return (
    <section className={styles.section} aria-labelledby="settings-about">
      <h2 id="settings-about">About</h2>
      <p className={styles.fact}>
        Parley {info.version}, {info.host === 'electron' ? 'as an installed app' : 'in a browser window'} on{' '}
        {info.platform}.
      </p>
    </section>
  );
}
