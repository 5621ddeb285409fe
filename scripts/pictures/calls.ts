import type { Participant } from '#support/participant.ts';
import type { EnterOptions, Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';
import type { Look } from './look.ts';

const CHAT: [speaker: number, text: string][] = [
  [0, 'Morning! The tomatoes made it through the night.'],
  [1, 'Good. Did the frost reach the pear tree?'],
  [0, 'A little, on the north side. I covered the rest.'],
  [2, 'I can bring the ladder on Friday, and the old nets.'],
  [1, 'Friday works. Photos of last year are at https://example.org/garden'],
  [0, 'Then Friday at ten 🌱'],
];

/** From the first start over a call of three with everything in it to the settings. */
export async function callPictures(stage: Stage, look: Look, options: EnterOptions): Promise<void> {
  const ana = await stage.enter('Ana Ribeiro', options);
  const { viewport: _, ...others } = options;
  const company = [await stage.enter('Ben Okafor', others), await stage.enter('Chloé Martin', others)];
  const people = [ana, ...company];
  for (const one of people) one.page.setDefaultTimeout(90_000);
  const picture = (title: string) => look(title, ana);
  await picture('home-empty');
  for (const room of ['Choir', 'Garden plans']) {
    await ana.createRoom(room);
    if (room === 'Garden plans') break;
    await ana.page.getByRole('button', { name: 'Cancel' }).click();
    await ana.goHome();
  }
  await until('the preview', () => ana.page.evaluate('(document.querySelector("video")?.currentTime ?? 0) > 1'));
  await picture('pre-join');
  await ana.enterCall();
  const invite = await ana.copyInvite();
  for (const one of company) await one.joinRoom(invite);
  await company[0]?.page.getByRole('alertdialog', { name: 'Incoming call' }).waitFor();
  for (const one of company) await one.joinCall();
  for (const one of company) await ana.waitFrames(one.name, 60);
  for (const [speaker, text] of CHAT) {
    const one = people[speaker];
    await one?.send(text);
    await one?.waitDelivered(text);
  }
  await ana.openPanel('Chat');
  await dismiss(ana);
  await picture('call-of-three');
  await ana.openPanel('People');
  await picture('people');
  await ana.openPanel('Details');
  await picture('details');
  await company[0]?.press('Share screen');
  await until('the shared screen', async () => (await ana.seen(`${company[0]?.name}'s screen`)).framesDecoded > 5, {
    timeoutMs: 90_000,
  });
  await picture('screen-share');
  await company[0]?.press('Stop sharing');
  await ana.search('Friday');
  await picture('search');
  await ana.closeSearch();
  await ana.leaveCall();
  await ana.openPanel('Chat');
  await picture('chat');
  await ana.goHome();
  await picture('home');
  await ana.typeInvite(invite);
  await picture('lobby');
  await ana.openSettings();
  await picture('settings');
  for (const one of people) await one.close();
}

/** Notices that ask nothing go before the picture is taken. */
async function dismiss(participant: Participant): Promise<void> {
  const button = participant.page.getByRole('button', { name: /^Dismiss/ });
  while ((await button.count()) > 0) await button.first().click();
}
