import type { Participant } from '../../tests/support/participant.ts';
import { until } from '../../tests/support/wait.ts';

/** From pressing the button on the pre-join screen to the first frame of the other that was decoded, in ms. */
export async function enter(ben: Participant): Promise<number> {
  await ben.joinCall();
  const look = await until('the first frame in the app', async () => {
    const snapshot = await ben.snapshot();
    return snapshot.firstFrameAt === null ? undefined : snapshot;
  });
  return (look.firstFrameAt ?? 0) - Math.max(look.pressedAt['Join call'] ?? 0, look.pressedAt['Start call'] ?? 0);
}
