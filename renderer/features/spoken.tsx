import { useCallback, useState } from 'react';

export type Said = { count: number; text: string };

/** The last sentence that is to be spoken, and what speaks another one. */
export function useSpoken(): [Said, (text: string) => void] {
  const [said, setSaid] = useState<Said>({ count: 0, text: '' });
  const say = useCallback((text: string) => setSaid(({ count }) => ({ count: count + 1, text })), []);
  return [said, say];
}

/** Speaks to people who do not see the screen. A fresh element for each sentence: the same one twice is spoken twice. */
export function Spoken({ said }: { said: Said }) {
  return (
    <p className="visually-hidden" aria-live="polite">
      <span key={said.count}>{said.text}</span>
    </p>
  );
}
