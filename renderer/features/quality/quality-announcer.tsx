import { useEffect, useRef } from 'react';
import { useApp } from '../../stores/react.tsx';
import { Spoken, useSpoken } from '../spoken.tsx';
import { poorLinksInWords } from './poor-links.ts';

/** Speaks of links that become poor, for people who do not see the mark. */
export function QualityAnnouncer() {
  const reach = useApp((state) => state.reach);
  const call = useApp((state) => state.call);
  const [said, say] = useSpoken();
  const told = useRef<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const now = poorLinksInWords(told.current, { reach, call });
    told.current = now.told;
    if (now.words.length > 0) say(now.words.join(' '));
  }, [reach, call, say]);

  return <Spoken said={said} />;
}
