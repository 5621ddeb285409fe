import type { Clock } from '@parley/shared/timing';
import { silentContext, startSound } from '../start-sound.ts';
import type { EvenVoice } from './even-voice.ts';
import workletUrl from './voice-evener-worklet.ts?worker&url';

/** As most voices come; others are resampled. */
const SAMPLE_RATE = 48_000;
/** A voice in one channel is heard on both sides, as it is without this. */
const OPTIONS: AudioWorkletNodeOptions = { channelCount: 2, channelCountMode: 'explicit', outputChannelCount: [2] };

/** Voices are evened out in an audio worklet; its context is made with the first and closed with the last. */
export function browserEvener(): EvenVoice {
  let shared: { context: AudioContext; ready: Promise<unknown> } | undefined;
  let voices = 0;

  const open = (clock: Clock) => {
    const context = silentContext(SAMPLE_RATE);
    const start = [context.audioWorklet.addModule(workletUrl), startSound(context, clock)];
    return { context, ready: Promise.all(start) };
  };
  const letGo = () => {
    voices -= 1;
    if (voices > 0) return;
    void shared?.context.close();
    shared = undefined;
  };

  return async (voice, clock, failed) => {
    voices += 1;
    shared ??= open(clock);
    const { context, ready } = shared;
    try {
      await ready;
      const source = context.createMediaStreamSource(new MediaStream(voice.getAudioTracks()));
      const evener = new AudioWorkletNode(context, 'parley-even-voice', OPTIONS);
      const out = context.createMediaStreamDestination();
      source.connect(evener).connect(out);
      let isOpen = true;
      const close = () => {
        if (!isOpen) return;
        isOpen = false;
        evener.onprocessorerror = null;
        evener.port.postMessage('close');
        source.disconnect();
        evener.disconnect();
        for (const track of out.stream.getTracks()) track.stop();
        letGo();
      };
      evener.onprocessorerror = () => failed();
      return { stream: out.stream, close };
    } catch (error) {
      letGo();
      throw error;
    }
  };
}
