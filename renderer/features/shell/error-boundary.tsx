import { Component, type ReactNode } from 'react';

/** What is left when a screen breaks: a plain sentence and the way back. Nothing stored is touched by that. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <main>
        <h1>Parley stumbled</h1>
        <p role="alert">Something on this screen broke. Your messages are safe on your disk.</p>
        <button type="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
