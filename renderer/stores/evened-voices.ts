import { errorFields } from '../log.ts';
import type { EvenedVoice } from '../media/listening/even-voice.ts';
import type { AppStore } from './app-store.ts';
import { inCallOf } from './call-content.ts';
import type { AppPorts } from './ports.ts';
import type { AppState } from './state.ts';

/** Keeps the voices of the others in the own call evened out, for as long as they are to be. */
export interface EvenedVoices {
  close(): void;
}

type Kept = { from: MediaStream; voice: EvenedVoice | null; isClosed: boolean };

/** The voices that are to be evened out, by `sess`: all but music, which is to be heard as it is sent. */
const wantedIn = (state: AppState): Map<string, MediaStream> =>
  new Map(
    state.settings.devices.evenVoices
      ? inCallOf(state).flatMap(({ sess, music, cameraStream }) =>
          !music && cameraStream && cameraStream.getAudioTracks().length > 0 ? [[sess, cameraStream] as const] : [],
        )
      : [],
  );

export function createEvenedVoices(
  store: AppStore,
  ports: Pick<AppPorts, 'evenVoice' | 'clock' | 'log'>,
): EvenedVoices {
  const log = ports.log.area('media');
  const kept = new Map<string, Kept>();

  const show = () => {
    const evenedVoices = Object.fromEntries(
      [...kept].flatMap(([sess, { voice }]) => (voice ? [[sess, voice.stream] as const] : [])),
    );
    store.setState({ evenedVoices });
  };
  const letGo = (one: Kept) => {
    one.isClosed = true;
    one.voice?.close();
    one.voice = null;
  };
  const take = async (one: Kept): Promise<void> => {
    try {
      const voice = await ports.evenVoice(one.from, ports.clock, () => {
        log.warn('a voice is no longer evened out');
        letGo(one);
        show();
      });
      if (one.isClosed) return voice.close();
      one.voice = voice;
      show();
    } catch (error) {
      // It is played as it comes; the next connection tries again.
      log.warn('a voice could not be evened out', errorFields(error));
    }
  };

  const follow = (state: AppState) => {
    const wanted = wantedIn(state);
    let isOther = false;
    for (const [sess, one] of kept) {
      if (wanted.get(sess) === one.from) continue;
      isOther ||= one.voice !== null;
      kept.delete(sess);
      letGo(one);
    }
    if (isOther) show();
    for (const [sess, from] of wanted) {
      if (kept.has(sess)) continue;
      const one: Kept = { from, voice: null, isClosed: false };
      kept.set(sess, one);
      void take(one);
    }
  };
  const undo = store.subscribe((state, before) => {
    const { call, reach, settings } = state;
    if (call.at !== before.call.at || reach !== before.reach || settings !== before.settings) follow(state);
  });

  return {
    close() {
      undo();
      for (const one of kept.values()) letGo(one);
      kept.clear();
    },
  };
}
