import { useEffect, useState } from 'react';
import { type EmojiData, loadEmoji } from './emoji-data.ts';

/** The emoji once they are read; null until then, and while nobody wants them. */
export function useEmojiData(isWanted: boolean): { data: EmojiData | null; isFailed: boolean } {
  const [state, setState] = useState<{ data: EmojiData | null; isFailed: boolean }>({ data: null, isFailed: false });
  useEffect(() => {
    if (!isWanted) return undefined;
    let isGone = false;
    loadEmoji().then(
      (data) => {
        if (!isGone) setState({ data, isFailed: false });
      },
      () => {
        if (!isGone) setState({ data: null, isFailed: true });
      },
    );
    return () => {
      isGone = true;
    };
  }, [isWanted]);
  return state;
}
