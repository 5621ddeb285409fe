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

/** Takes a picture into a small window of its own, which stays in front of other programs, or brings it back. */
export async function popOut(video: HTMLVideoElement, log: Log): Promise<void> {
  try {
    if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
  } catch (error) {
    log.info('a picture could not be taken out', { error: nameOf(error) });
  }
}
