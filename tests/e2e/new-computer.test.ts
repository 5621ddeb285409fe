import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppPage } from '#support/app-page.ts';
import { axeComplaints } from '#support/axe.ts';
import { CLIP_SMALL, clipFor } from '#support/clips.ts';
import { type OpenedApp, openInChromium } from '#support/open-app.ts';
import type { Participant } from '#support/participant.ts';
import { skipCall } from '#support/server-moves.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('a new computer', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let laptop: AppPage;
  const opened: OpenedApp[] = [];

  beforeAll(async () => {
    stage = await openStage();
    ana = await stage.enter('Ana Ribeiro');
    ben = await stage.enter('Ben Okafor');
  });
  afterAll(async () => {
    await Promise.all(opened.map((app) => app.close()));
    await stage?.close();
  });

  /** A computer on which Parley was never opened. */
  const freshComputer = async (folder: string): Promise<AppPage> => {
    const clip = await clipFor(3, CLIP_SMALL);
    const path = join(stage.folder, folder);
    await mkdir(path, { recursive: true });
    const app = await openInChromium({ name: 'nobody yet', folder: path, clip }, clip);
    opened.push(app);
    return new AppPage(app);
  };

  /** Makes a code on the first computer. */
  const makeCode = async (): Promise<string> => {
    await ana.openSettings();
    const { page } = ana;
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Computers' }).click();
    await page.getByRole('button', { name: 'Use Parley on another computer…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Use Parley on another computer' });
    await dialog.getByRole('button', { name: 'Make a code' }).click();
    const code = dialog.locator('[data-code]');
    await code.waitFor();
    return (await code.textContent()) ?? '';
  };
  const comeIn = async (laptop: AppPage, code: string, name = 'Laptop'): Promise<void> => {
    const dialog = laptop.page.getByRole('dialog', { name: 'I use Parley on another computer' });
    if (!(await dialog.isVisible()))
      await laptop.page.getByRole('button', { name: 'I use Parley on another computer' }).click();
    await dialog.getByRole('textbox', { name: 'Code of your other computer' }).fill(code);
    await dialog.getByRole('textbox', { name: 'Name of this computer' }).fill(name);
    await dialog.getByRole('button', { name: 'Connect' }).click();
  };
  const dialogOn = ({ page }: AppPage) => page.getByRole('dialog', { name: 'Use Parley on another computer' });
  const comingInOn = ({ page }: AppPage) => page.getByRole('dialog', { name: 'I use Parley on another computer' });
  const numberOn = async (page: AppPage): Promise<string> =>
    until('the number on the screen', async () => {
      const said = await page.page.locator('[data-safety-code]').textContent();
      return said && /^\d{4} \d{4}$/.test(said) ? said : undefined;
    });

  it('gets rooms, name and history by a code, and both are one person to the others (H9)', async () => {
    await ana.createRoom('Harvest');
    await skipCall(ana);
    const invite = await ana.copyInvite();
    await ana.send('Before the new computer');
    await ben.joinRoom(invite);
    await ben.sees(ana.name);
    await ben.send('Read by Ana already');
    await ben.waitDelivered('Read by Ana already');
    await ana.openRoom('Harvest');
    await ana.message('Read by Ana already').waitFor();

    laptop = await freshComputer('laptop');
    await laptop.page.getByRole('heading', { name: 'Welcome to Parley' }).waitFor();
    const code = await makeCode();
    const complaints = await axeComplaints(ana.page);
    expect(code).toMatch(/^parley:\/\/computer\/127\.0\.0\.1:\d+#1\./);
    await comeIn(laptop, code);
    const [here, there] = [await numberOn(ana), await numberOn(laptop)];
    expect(there).toBe(here);
    complaints.push(...(await axeComplaints(ana.page)), ...(await axeComplaints(laptop.page)));
    const [dialog, coming] = [dialogOn(ana), comingInOn(laptop)];
    // By the keyboard alone: each step begins at its heading.
    await laptop.page.keyboard.press('Tab');
    await laptop.page.keyboard.press('Tab');
    await laptop.page.keyboard.press('Enter');
    await coming.getByRole('heading', { name: 'Now say so on your other computer' }).waitFor();
    complaints.push(...(await axeComplaints(laptop.page)));
    await dialog.getByText('Laptop wants to be one of your computers').first().waitFor();
    await dialog.getByRole('button', { name: 'They are the same' }).click();
    await dialog.getByRole('heading', { name: 'Parley asks you once more' }).waitFor();
    complaints.push(...(await axeComplaints(ana.page)));
    await ana.answerQuestion('Add computer');
    await dialog.getByText('is one of your computers now').waitFor({ timeout: 60_000 });
    await dialog.getByRole('button', { name: 'Done' }).click();
    await ana.page.getByRole('list', { name: 'Your computers' }).getByText('Laptop').waitFor();
    expect([...complaints, ...(await axeComplaints(ana.page))]).toEqual([]);

    // Name, room and history on the new one.
    await laptop.page.getByText(`Hello, ${ana.name}`).waitFor({ timeout: 60_000 });
    await laptop.openRoom('Harvest');
    await laptop.message('Before the new computer').waitFor({ timeout: 60_000 });
    await laptop.message('Read by Ana already').waitFor();

    // One person to Ben, whichever computer she writes on.
    await laptop.send('Written on the laptop');
    await laptop.waitDelivered('Written on the laptop');
    await ben.openRoom('Harvest');
    await ben.message('Written on the laptop').waitFor();
    expect(await ben.message('Written on the laptop').getAttribute('aria-label')).toMatch(/^Ana Ribeiro,/);
    await ben.openPanel('People');
    const people = ben.page.getByRole('list', { name: 'People' });
    await people.getByText('on 2 computers').waitFor({ timeout: 60_000 });
    expect(await people.getByRole('listitem').filter({ hasText: ana.name }).count()).toBe(1);
    expect(await people.getByText('Changed device').count()).toBe(0);

    // What Ben writes is on both, and each computer's words are Ana's own on the other.
    await ben.send('Hello to both of you, Ana');
    await ana.openRoom('Harvest');
    for (const one of [ana, laptop]) await one.message('Hello to both of you, Ana').waitFor();
    expect(await ana.message('Written on the laptop').getAttribute('aria-label')).toMatch(/^You,/);
    expect(await laptop.message('Before the new computer').getAttribute('aria-label')).toMatch(/^You,/);

    // A room that is made later, and another name, come to the other computer by themselves.
    await ana.goHome();
    await ana.createRoom('Cellar');
    await skipCall(ana);
    await laptop.openRoom('Cellar');
    await laptop.openSettings();
    await laptop.page.getByRole('textbox', { name: 'Your name' }).fill('Ana R.');
    await laptop.page.getByRole('button', { name: 'Save name' }).click();
    await ana.goHome();
    await ana.page.getByText('Hello, Ana R.').waitFor();
  });

  it('is somebody else to the others once the first one has removed it (H9)', async () => {
    await ana.openSettings();
    await ana.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Computers' }).click();
    await ana.page.getByRole('list', { name: 'Your computers' }).getByRole('button', { name: 'Remove…' }).click();
    const dialog = ana.page.getByRole('dialog', { name: 'Remove this computer' });
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await ana.page.getByText('The only one').waitFor();
    await ben.openRoom('Harvest');
    // Ben is asked whom the name belongs to; as long as he does not say, People marks the stranger.
    await ben.page.getByRole('dialog', { name: /^Is this really/ }).waitFor();
    await ben.page.keyboard.press('Escape');
    await ben.openPanel('People');
    await ben.page.getByRole('list', { name: 'People' }).getByText('Changed device', { exact: true }).waitFor();
    await laptop.openSettings();
    await laptop.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Computers' }).click();
    await laptop.page.getByText('The only one').waitFor();
  });

  it('does not get in where its person does not agree outside the page, and begins anew with a fresh key (H9)', async () => {
    const fresh = await freshComputer('refused');
    await fresh.page.getByRole('heading', { name: 'Welcome to Parley' }).waitFor();
    const keyOf = () =>
      fresh.page.evaluate<string>(`fetch('/bridge/call', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"computers.state","input":{}}',
      }).then((answer) => answer.json()).then(({ value }) => value.device)`);
    const before = await keyOf();
    await comeIn(fresh, await makeCode());
    await numberOn(fresh);
    await numberOn(ana);
    await dialogOn(ana).getByRole('button', { name: 'They are the same' }).click();
    await dialogOn(ana).getByRole('heading', { name: 'Now say so on the other computer' }).waitFor();
    await comingInOn(fresh).getByRole('button', { name: 'They are the same' }).click();
    await ana.answerQuestion('Cancel');
    await dialogOn(ana).getByText('there was no yes').waitFor();
    await comingInOn(fresh).getByText('The other computer did not go on').waitFor();
    // Its key has asked, and is kept until the person has read why it was for nothing.
    expect(await keyOf()).toBe(before);
    await comingInOn(fresh).getByRole('button', { name: 'Close' }).last().click();
    await dialogOn(ana).getByRole('button', { name: 'Close' }).last().click();
    await ana.page.getByText('The only one').waitFor();
    await until('a fresh key', async () => (await keyOf()) !== before);
    await fresh.page.getByRole('button', { name: 'I use Parley on another computer' }).waitFor();
    expect(await comingInOn(fresh).count()).toBe(0);
    // The same computer comes again, with a new code.
    await comeIn(fresh, await makeCode());
    expect(await numberOn(fresh)).toBe(await numberOn(ana));
    await comingInOn(fresh).getByRole('button', { name: 'They differ' }).click();
    await dialogOn(ana).getByText('The other computer did not go on').waitFor();
    await dialogOn(ana).getByRole('button', { name: 'Close' }).last().click();
  });

  it('does not get in where a second one comes with the same code, and says what is wrong with a cut one (H9)', async () => {
    const [first, second] = [await freshComputer('first'), await freshComputer('second')];
    const code = await makeCode();
    await comeIn(first, code.slice(0, -9));
    await comingInOn(first).getByText('This is not a code for a new computer').waitFor();
    await comeIn(first, code);
    await numberOn(first);
    await comeIn(second, code);
    await ana.page.getByText('More than one computer came with this code').waitFor();
    await comingInOn(first).getByText('The other computer did not go on').waitFor();
    expect(await ana.page.getByRole('button', { name: 'They are the same' }).count()).toBe(0);
  });
});
