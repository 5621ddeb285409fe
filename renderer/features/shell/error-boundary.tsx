import { Component, type ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Logo } from '../../ui/logo.tsx';
import styles from './error-boundary.module.css';

/** Stands in for a screen that breaks: a plain sentence and the way back. Nothing stored is touched by that. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <main className={styles.screen}>
        <Logo size={56} />
        <h1>Parley stumbled</h1>
        <p role="alert">Something on this screen broke. Your messages are safe on your disk.</p>
        <Button look="primary" size="large" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </main>
    );
  }
}
