import { Background, NoiseSuppression } from '@parley/shared/model';
import type { ComponentProps } from 'react';
import { useActions, useApp } from '../stores/react.tsx';
import { SelectField, SwitchField } from '../ui/field.tsx';

const NOISE: readonly { id: NoiseSuppression; label: string }[] = [
  { id: 'off', label: 'Off' },
  { id: 'standard', label: 'Standard' },
  { id: 'strong', label: 'Strong: fans, keyboards, traffic' },
];

const BACKGROUNDS: readonly { id: Background; label: string }[] = [
  { id: 'none', label: 'Show my room' },
  { id: 'blur', label: 'Blur my room' },
  { id: 'dusk', label: 'Picture: hills at dusk' },
  { id: 'meadow', label: 'Picture: meadow' },
  { id: 'paper', label: 'Picture: plain paper' },
];
const WITH_OWN = [...BACKGROUNDS, { id: 'own', label: 'Picture: your own' }];

/** What is done to the own sound before it is sent. */
export function SoundFields() {
  const { changeSettings, tryStrongAgain } = useActions();
  const { noise, music } = useApp((state) => state.settings.processing);
  const fellBack = useApp((state) => state.noiseFellBack);
  return (
    <>
      <SelectField
        label="Background noise"
        value={fellBack ? 'standard' : noise}
        options={NOISE}
        disabled={music}
        onChange={(id) => {
          const chosen = NoiseSuppression.safeParse(id);
          if (!chosen.success) return;
          if (fellBack && chosen.data === noise) tryStrongAgain();
          else void changeSettings({ processing: { noise: chosen.data } });
        }}
        empty=""
        hint={
          fellBack
            ? 'Strong did not run: this computer is too busy, or cannot do it. Standard is used in this call. Choose Strong to try again.'
            : null
        }
      />
      <SwitchField
        label="Music mode"
        hint={
          music
            ? 'Your sound goes out untouched and in stereo. Use headphones: echo is not taken out.'
            : 'For instruments and studio gear: sound goes out untouched and in stereo.'
        }
        checked={music}
        onChange={(on) => void changeSettings({ processing: { music: on } })}
      />
    </>
  );
}

/** What stands behind the person in the own picture. */
export function BackgroundField(look: Pick<ComponentProps<typeof SelectField>, 'quiet' | 'icon'>) {
  const { changeSettings } = useActions();
  const { background, pictureAt } = useApp((state) => state.settings.processing);
  return (
    <SelectField
      {...look}
      label="Background"
      value={background}
      options={pictureAt === null ? BACKGROUNDS : WITH_OWN}
      onChange={(id) => {
        const chosen = Background.safeParse(id);
        if (chosen.success) void changeSettings({ processing: { background: chosen.data } });
      }}
      empty=""
    />
  );
}
