import { useApp } from '../../stores/react.tsx';
import { troubleSentences } from './quality-words.ts';

/** Says above the call's buttons what is wrong at this end. Always there, so that a sentence that comes into it is read out. */
export function OwnTroubleHint({ className }: { className: string | undefined }) {
  const call = useApp((state) => state.call);
  const trouble = useApp((state) => (call.at === 'joined' ? state.reach[call.roomId]?.troubles[0] : undefined));
  return (
    <p className={trouble ? className : 'visually-hidden'} role="status">
      {trouble ? troubleSentences[trouble] : ''}
    </p>
  );
}
