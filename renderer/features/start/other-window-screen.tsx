import { AppWindow } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Logo } from '../../ui/logo.tsx';
import styles from './start-screen.module.css';

/** Stands in for the app while it is used in another window of the same profile. */
export function OtherWindowScreen({ takeOver }: { takeOver: () => void }) {
  return (
    <main className={styles.screen}>
      <Logo size={56} />
      <h1>Parley is open in another window</h1>
      <p role="status">It goes on here by itself when that window is closed.</p>
      <Button look="primary" icon={AppWindow} onClick={takeOver}>
        Use Parley here
      </Button>
      <p className={styles.hint}>A call in the other window ends then, and you can join it again here.</p>
    </main>
  );
}
