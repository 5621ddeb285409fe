import { useActions, useApp } from '../../../stores/react.tsx';
import { SelectField, SwitchField } from '../../../ui/field.tsx';
import styles from '../settings-screen.module.css';

export function DevicesSection() {
  const actions = useActions();
  const devices = useApp((state) => state.devices);
  const chosen = useApp((state) => state.settings.devices);
  return (
    <section className={styles.section} aria-labelledby="settings-devices">
      <h2 id="settings-devices">Camera and sound</h2>
      <div className={styles.grid}>
        <SelectField
          label="Camera device"
          value={chosen.cameraId ?? ''}
          options={devices.cameras}
          onChange={(id) => actions.chooseCamera(id)}
          empty="No camera found yet"
        />
        <SelectField
          label="Microphone device"
          value={chosen.microphoneId ?? ''}
          options={devices.microphones}
          onChange={(id) => actions.chooseMicrophone(id)}
          empty="No microphone found yet"
        />
        <SelectField
          label="Speaker device"
          value={chosen.speakerId ?? ''}
          options={devices.speakers}
          onChange={(id) => actions.chooseSpeaker(id)}
          empty="The usual speaker"
        />
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
