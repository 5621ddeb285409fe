import { useEffect, useRef } from 'react';
import { useApp, useLog } from '../../stores/react.tsx';
import { chooseSpeaker, playElement } from './media-element.ts';

type SoundProps = {
  stream: MediaStream;
  /** 0 to 1. */
  volume: number;
  /** Not heard: something that is made of it is played in its place, for which the browser needs this one to run. */
  muted?: boolean;
};

/** One stream's sound without its picture. */
export function Sound({ stream, volume, muted = false }: SoundProps) {
  const speakerId = useApp((state) => state.settings.devices.speakerId);
  const log = useLog();
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return undefined;
    audio.srcObject = stream;
    void playElement(audio, log);
    return () => {
      audio.srcObject = null;
    };
  }, [stream, log]);
  useEffect(() => {
    if (ref.current) ref.current.volume = volume;
  }, [volume]);
  useEffect(() => {
    const audio = ref.current;
    if (audio && 'setSinkId' in audio) void chooseSpeaker(audio, speakerId, log);
  }, [speakerId, log]);
  return <audio ref={ref} autoPlay muted={muted} />;
}
