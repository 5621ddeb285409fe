import { useEffect, useRef, useState } from 'react';
import { useLog } from '../../stores/react.tsx';
import { classNames } from '../../ui/class-names.ts';
import { fitOf } from './layout.ts';
import { chooseSpeaker, playElement } from './media-element.ts';
import { Sound } from './sound.tsx';
import styles from './stage.module.css';

type VideoViewProps = {
  stream: MediaStream;
  kind: 'camera' | 'screen';
  /** Whether a picture is to be seen; sound plays either way. */
  visible: boolean;
  own: boolean;
  /** The stream's sound as it is to be heard, where that is not the stream's own. */
  evened?: MediaStream | undefined;
  mirrored?: boolean;
  /** 0 to 1. */
  volume?: number;
  speakerId?: string | null;
  box: { width: number; height: number };
  label: string;
};

/** A stream's picture and sound. The own one is silent. */
export function VideoView({
  stream,
  kind,
  visible,
  own,
  evened,
  mirrored = false,
  volume = 1,
  speakerId = null,
  box,
  label,
}: VideoViewProps) {
  const log = useLog();
  const ref = useRef<HTMLVideoElement>(null);
  const [picture, setPicture] = useState<{ width: number; height: number } | null>(null);

  useEffect(() => {
    const video = ref.current;
    if (!video) return undefined;
    video.srcObject = stream;
    void playElement(video, log);
    return () => {
      video.srcObject = null;
    };
  }, [stream, log]);

  useEffect(() => {
    if (ref.current) ref.current.volume = volume;
  }, [volume]);

  useEffect(() => {
    const video = ref.current;
    if (!video || own || !('setSinkId' in video)) return;
    void chooseSpeaker(video, speakerId, log);
  }, [speakerId, own, log]);

  return (
    <>
      {evened ? <Sound stream={evened} volume={volume} /> : null}
      <video
        ref={ref}
        className={classNames(
          styles.video,
          mirrored && styles.mirrored,
          !visible && styles.unseen,
          fitOf(kind, picture, box) === 'cover' && styles.cover,
        )}
        aria-label={label}
        autoPlay
        playsInline
        muted={own || evened !== undefined}
        onResize={(event) => {
          const { videoWidth: width, videoHeight: height } = event.currentTarget;
          setPicture({ width, height });
        }}
      />
    </>
  );
}
