import { useEffect, useRef, useState } from 'react';
import { useApp } from '../../stores/react.tsx';
import { poorLinksInWords } from './poor-links.ts';

/** Speaks of links that become poor, for people who do not see the mark. */
export function QualityAnnouncer() {
  const reach = useApp((state) => state.reach);
  const call = useApp((state) => state.call);
  const [text, setText] = useState('');
  const told = useRef<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const now = poorLinksInWords(told.current, { reach, call });
    told.current = now.told;
    if (now.words.length > 0) setText(now.words.join(' '));
  }, [reach, call]);

  return (
    <p className="visually-hidden" aria-live="polite">
      {text}
    </p>
  );
}
