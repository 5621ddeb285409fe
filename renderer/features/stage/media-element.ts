import type { Log } from '../../stores/react.tsx';

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'other');

/** Starts an element. Browsers refuse it only before a first gesture; that gesture starts it through `autoPlay`. */
export async function playElement(element: HTMLMediaElement, log: Log): Promise<void> {
  try {
    await element.play();
  } catch (error) {
    log.debug('an element could not be played', { error: nameOf(error) });
  }
}

/** Plays an element through a speaker; the system's usual one goes on if that speaker is gone. */
export async function chooseSpeaker(
  element: HTMLMediaElement & { setSinkId(id: string): Promise<void> },
  speakerId: string | null,
  log: Log,
): Promise<void> {
  try {
    await element.setSinkId(speakerId ?? '');
  } catch (error) {
    log.info('a speaker could not be used', { error: nameOf(error) });
  }
}
