import { Activity } from 'lucide-react';
import { useActions } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';

/** Opens the connections of the call at that person. An icon, for the tools of a tile. */
export function ConnectionButton({
  participant: { sess, name },
  className,
}: {
  participant: Pick<ParticipantView, 'sess' | 'name'>;
  className: string | undefined;
}) {
  const { showConnections } = useActions();
  return (
    <button
      type="button"
      className={className}
      aria-label={`Connection to ${name}`}
      title="Connection"
      onClick={() => showConnections(sess)}
    >
      <Activity aria-hidden="true" />
    </button>
  );
}
