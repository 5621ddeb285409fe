import { Eye, EyeOff, Volume2, VolumeX } from 'lucide-react';
import { useActions } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';
import styles from './stage.module.css';

/** How loud somebody is heard here, and whether their picture is shown here. Nobody else notices. */
export function ForOneselfTools({ participant, kind }: { participant: ParticipantView; kind: 'camera' | 'screen' }) {
  const { changeForOneself } = useActions();
  const { deviceId, name, mutedHere, hiddenHere } = participant;
  const isScreen = kind === 'screen';
  const volume = isScreen ? participant.screenVolume : participant.volume;
  const label = isScreen ? `Volume of ${name}'s screen` : `Volume of ${name}`;
  const Sound = !isScreen && mutedHere ? VolumeX : Volume2;
  return (
    <>
      <div className={styles.volume}>
        {isScreen ? (
          <Sound aria-hidden="true" />
        ) : (
          <button
            type="button"
            className={styles.inner}
            aria-pressed={mutedHere}
            aria-label={`Mute ${name} for you`}
            title={mutedHere ? 'Hear again' : 'Mute for you alone'}
            onClick={() => changeForOneself(deviceId, { mutedHere: !mutedHere })}
          >
            <Sound aria-hidden="true" />
          </button>
        )}
        <input
          type="range"
          aria-label={label}
          min={0}
          max={1}
          step={0.05}
          value={!isScreen && mutedHere ? 0 : volume}
          onChange={({ target }) =>
            changeForOneself(deviceId, { [isScreen ? 'screenVolume' : 'volume']: Number(target.value) })
          }
        />
      </div>
      {isScreen ? null : (
        <button
          type="button"
          className={styles.tool}
          aria-pressed={hiddenHere}
          aria-label={`Hide ${name}'s picture for you`}
          title={hiddenHere ? 'Show the picture' : 'Hide the picture for you alone'}
          onClick={() => changeForOneself(deviceId, { hiddenHere: !hiddenHere })}
        >
          {hiddenHere ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
        </button>
      )}
    </>
  );
}
