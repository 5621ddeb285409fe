import { UplinkMaxKbps } from '@parley/shared/model';
import { useActions, useApp } from '../stores/react.tsx';
import { SelectField } from '../ui/field.tsx';

const AUTOMATIC = 'automatic';

const CHOICES = [
  { id: AUTOMATIC, label: 'As much as the line takes' },
  { id: '500', label: '0.5 Mbit/s: a slow line' },
  { id: '1000', label: '1 Mbit/s' },
  { id: '2000', label: '2 Mbit/s' },
  { id: '5000', label: '5 Mbit/s' },
] as const;

/** The most that this computer sends in a call, to everybody together. */
export function UplinkField() {
  const { changeSettings } = useActions();
  const { uplinkMaxKbps } = useApp((state) => state.settings.network);
  return (
    <SelectField
      label="Send at most"
      value={uplinkMaxKbps === null ? AUTOMATIC : String(uplinkMaxKbps)}
      options={CHOICES}
      onChange={(id) => {
        const chosen = UplinkMaxKbps.safeParse(id === AUTOMATIC ? null : Number(id));
        if (chosen.success) void changeSettings({ network: { uplinkMaxKbps: chosen.data } });
      }}
      empty=""
    />
  );
}
