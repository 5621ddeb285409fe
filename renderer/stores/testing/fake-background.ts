import { accept, type Outcome } from '@parley/shared/protocol';
import type { BackgroundContent } from '../../bridge/background-content.ts';

/** The picture that a core keeps as a background, in the hands of a test. */
export class FakeBackground {
  kept: Blob | null = null;
  /** Set to have the disk refuse. */
  refusal: Outcome<null> = accept(null);

  readonly content: BackgroundContent = {
    keep: async (jpeg) => {
      if (this.refusal.ok) this.kept = jpeg;
      return this.refusal;
    },
    read: async () => this.kept,
    remove: async () => {
      if (this.refusal.ok) this.kept = null;
      return this.refusal;
    },
  };
}
