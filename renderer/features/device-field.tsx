import type { ComponentProps } from 'react';
import { useActions, useApp } from '../stores/react.tsx';
import { SelectField } from '../ui/field.tsx';

const FIELDS = {
  camera: {
    label: 'Camera device',
    value: 'cameraId',
    options: 'cameras',
    choose: 'chooseCamera',
    empty: 'No camera found',
  },
  microphone: {
    label: 'Microphone device',
    value: 'microphoneId',
    options: 'microphones',
    choose: 'chooseMicrophone',
    empty: 'No microphone found',
  },
  speaker: {
    label: 'Speaker device',
    value: 'speakerId',
    options: 'speakers',
    choose: 'chooseSpeaker',
    empty: 'The usual speaker',
  },
} as const;

type DeviceFieldProps = Pick<ComponentProps<typeof SelectField>, 'quiet' | 'icon'> & { kind: keyof typeof FIELDS };

/** Chooses one of the devices of a kind that are plugged in. */
export function DeviceField({ kind, ...look }: DeviceFieldProps) {
  const { label, value, options, choose, empty } = FIELDS[kind];
  const actions = useActions();
  const found = useApp((state) => state.devices[options]);
  const chosen = useApp((state) => state.settings.devices[value]);
  return (
    <SelectField
      {...look}
      label={label}
      value={chosen ?? ''}
      options={found}
      onChange={(id) => actions[choose](id)}
      empty={empty}
    />
  );
}
