import { useActions, useApp } from '../../../stores/react.tsx';
import { SwitchField } from '../../../ui/field.tsx';
import { DeviceField } from '../../device-field.tsx';
import { BackgroundField, SoundFields } from '../../processing-fields.tsx';
import { UplinkField } from '../../uplink-field.tsx';
import styles from '../settings-screen.module.css';
import { OwnPicture } from './own-picture.tsx';

export function DevicesSection() {
  const actions = useActions();
  const chosen = useApp((state) => state.settings.devices);
  return (
    <section className={styles.section} aria-labelledby="settings-devices">
      <h2 id="settings-devices">Camera and sound</h2>
      <div className={styles.grid}>
        <DeviceField kind="camera" />
        <BackgroundField />
        <OwnPicture />
        <DeviceField kind="microphone" />
        <SoundFields />
        <DeviceField kind="speaker" />
        <SwitchField
          label="Even out voices"
          hint="Quiet people are turned up and loud ones down, for you alone. Music is left as it is."
          checked={chosen.evenVoices}
          onChange={(evenVoices) => void actions.changeSettings({ devices: { evenVoices } })}
        />
        <UplinkField />
      </div>
      <SwitchField
        label="Join muted"
        checked={chosen.startMuted}
        onChange={(startMuted) => void actions.changeSettings({ devices: { startMuted } })}
      />
      <SwitchField
        label="Join with the camera off"
        checked={chosen.startCameraOff}
        onChange={(startCameraOff) => void actions.changeSettings({ devices: { startCameraOff } })}
      />
    </section>
  );
}
