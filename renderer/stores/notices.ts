import type { RecordingId, Refusal } from '@parley/shared/protocol';
import type { AppStore } from './app-store.ts';

const KEPT_MAX = 5;

/** Sentences that a person should read, newest last. */
export interface Notices {
  /** `shows`: a file that it tells of, to be shown in its folder. */
  say(tone: 'info' | 'trouble', text: string, code?: Refusal['code'] | null, shows?: RecordingId | null): void;
  refused(refusal: Refusal): void;
  dismiss(id: number): void;
}

export function createNotices(store: AppStore): Notices {
  let nextId = 1;
  const say: Notices['say'] = (tone, text, code = null, shows = null) => {
    const { notices } = store.getState();
    // The same sentence twice says nothing more.
    const others = notices.filter((notice) => notice.text !== text);
    store.setState({ notices: [...others, { id: nextId++, tone, text, code, shows }].slice(-KEPT_MAX) });
  };
  return {
    say,
    refused: ({ message, code }) => say('trouble', message, code),
    dismiss: (id) => store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
  };
}
