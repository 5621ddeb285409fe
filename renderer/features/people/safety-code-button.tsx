import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import type { ParticipantView } from '../../stores/state.ts';
import { SafetyCodeDialog } from './safety-code-dialog.tsx';

const icons = { new: ShieldQuestion, pinned: ShieldQuestion, verified: ShieldCheck, changed: ShieldAlert } as const;

type SafetyCodeButtonProps = { participant: ParticipantView; className: string | undefined };

/** Leads from somebody's tile to the code that the two compare. */
export function SafetyCodeButton({ participant, className }: SafetyCodeButtonProps) {
  const [open, setOpen] = useState(false);
  const Icon = icons[participant.standing];
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={`Safety code with ${participant.name}`}
        title="Safety code"
        onClick={() => setOpen(true)}
      >
        <Icon aria-hidden="true" />
      </button>
      {open ? <SafetyCodeDialog participant={participant} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
