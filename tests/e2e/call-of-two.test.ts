import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeComplaints } from '#support/axe.ts';
import { startLoopbackRelay, type TestRelay } from '#support/loopback-relay.ts';
import type { Participant } from '#support/participant.ts';
import { waitVoice } from '#support/received-media.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('a call of two', () => {
  let relay: TestRelay;
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;

  beforeAll(async () => {
    relay = await startLoopbackRelay();
    stage = await openStage({ env: relay.env });
    const hosted = await stage.hostCall('Garden plans');
    ana = hosted.ana;
    const [joined] = await stage.joinCall(hosted.invite, ['Ben Okafor']);
    if (!joined) throw new Error('nobody joined');
    ben = joined;
    await Promise.all([ana.tile(ben.name).waitFor(), ben.tile(ana.name).waitFor()]);
  });
  afterAll(async () => {
    await stage?.close();
    await relay?.close();
  });

  it('brings the moving picture of each to the other (C2)', async () => {
    const [atAna, atBen] = await Promise.all([ana.waitFrames(ben.name, 60), ben.waitFrames(ana.name, 60)]);
    expect(atAna.who).toBe(ben.clip.who);
    expect(atBen.who).toBe(ana.clip.who);
  });

  it('brings the speech of each to the other (C2)', async () => {
    await waitVoice(ana, ben.name);
    await waitVoice(ben, ana.name);
  });

  it('says how each connection is, and gives away a report without names and addresses (C7)', async () => {
    // Which one depends on how busy this computer is.
    await ana
      .tile(ben.name)
      .getByText(/^(Good|Fair|Poor) connection/)
      .waitFor({ state: 'attached' });
    await ana.tile(ben.name).hover();
    await ana
      .tile(ben.name)
      .getByRole('button', { name: `Connection to ${ben.name}` })
      .click();
    const dialog = ana.page.getByRole('dialog', { name: 'Connections' });
    await dialog.getByText('opus received, opus sent').waitFor();
    await dialog
      .getByText(/^\d+ × \d+, \d+ a second$/)
      .first()
      .waitFor();
    expect(await axeComplaints(ana.page)).toEqual([]);
    const downloading = ana.page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save report' }).click();
    const report = await readFile(await (await downloading).path(), 'utf8');
    expect(JSON.parse(report)).toMatchObject({
      people: [{ person: 'Person 1', now: { relayed: false } }],
    });
    expect(report).not.toContain(ben.name);
    expect(report).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
    await ana.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('delivers messages both ways and says how far they came', async () => {
    await ana.send('the pears are ripe');
    await ben.openPanel('Chat');
    await ben.message('the pears are ripe').waitFor();
    await ana.waitDelivered('the pears are ripe');
    await ben.send('then we pick them on Friday');
    await ana.message('then we pick them on Friday').waitFor();
    await ben.waitDelivered('then we pick them on Friday');
  });

  it('answers, edits, reacts to and deletes messages at both ends (H4)', async () => {
    await ana.send('shall we pick the plums too');
    await ben.message('shall we pick the plums too').waitFor();
    await ben.doWith('shall we pick the plums too', 'Reply');
    await ben.send('yes, on Saturday');
    await ana
      .message('yes, on Saturday')
      .getByRole('button', { name: /Answer to .*: shall we pick/ })
      .waitFor();

    // The arrow key in an empty field takes the last own message.
    await ben.page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
    await ben.page.getByRole('textbox', { name: 'Message' }).fill('yes, on Sunday');
    await ben.page.getByRole('button', { name: 'Save', exact: true }).click();
    await ana.message('yes, on Sunday').getByText('edited').waitFor();
    expect(await ana.message('yes, on Saturday').count()).toBe(0);

    await ana.doWith('yes, on Sunday', 'React');
    await ana.page.getByRole('button', { name: 'party' }).click();
    await ben.page.getByRole('button', { name: 'party, 1' }).waitFor();

    await ana.doWith('shall we pick the plums too', 'Delete for everyone');
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await ben.page.getByText('This message was deleted.').waitFor();
    await ben.page.getByRole('button', { name: /Answer to .*: a deleted message/ }).waitFor();
  });

  it('shows text as text, never as a page', async () => {
    const text = '<img src=x onerror="document.title=1"><b>bold</b>';
    await ana.send(text);
    await ben.openPanel('Chat');
    await ben.message(text).waitFor();
    expect(await ben.page.locator('[role=feed] b, [role=feed] img[src=x]').count()).toBe(0);
  });

  it('stops the picture when the camera is turned off, and brings it back (C2)', async () => {
    await ana.press('Turn camera off');
    // Released, not only hidden: the light of the camera goes out.
    await ana.tile('You').locator('video').waitFor({ state: 'detached' });
    let before = -1;
    await until(
      'the picture to stand still for a second',
      async () => {
        const { framesDecoded } = await ben.seen(ana.name);
        const still = framesDecoded === before;
        before = framesDecoded;
        return still;
      },
      { everyMs: 1_000 },
    );
    await ana.press('Turn camera on');
    await ben.waitFrames(ana.name, 20);
  });

  it('tells the other who is muted (C2)', async () => {
    await ana.press('Mute');
    await ben.tile(ana.name).getByText(/muted/i).first().waitFor({ state: 'attached' });
    await ana.press('Unmute');
    await ben.tile(ana.name).getByText(/muted/i).first().waitFor({ state: 'detached' });
  });

  it('brings a shared screen beside the camera (C3)', async () => {
    await ben.press('Share screen');
    const label = `${ben.name}'s screen`;
    await until(`frames of ${label}`, async () => (await ana.seen(label)).framesDecoded > 5);
    await ana.waitFrames(ben.name, 10);
    await ben.press('Stop sharing');
    await ana.tile(label).waitFor({ state: 'detached' });
  });

  it('goes on while the server is away, chat too, and everyone comes back', async () => {
    await stage.server.stop('SIGKILL');
    try {
      await Promise.all([ana.waitStatus(/Reconnecting/), ben.waitStatus(/Reconnecting/)]);
      await Promise.all([ana.waitFrames(ben.name, 60), ben.waitFrames(ana.name, 60)]);
      await ben.send('written without a server');
      await ana.openPanel('Chat');
      await ana.message('written without a server').waitFor();
      await ben.waitDelivered('written without a server');
    } finally {
      await stage.server.start();
    }
    await Promise.all([ana.waitStatus(/Connected to/, 60_000), ben.waitStatus(/Connected to/, 60_000)]);
    await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
    // Nobody came in twice.
    expect(await ana.page.locator('[data-sess]').count()).toBe(2);
  });

  it('shows the same codes to both: the short one, and that of the two devices', async () => {
    const codes = await Promise.all(
      [ana, ben].map(async (one) => {
        await one.openPanel('People');
        await one.page.getByRole('button', { name: 'Compare safety code' }).first().click();
        const dialog = one.page.getByRole('dialog', { name: 'Safety code' });
        const short = await dialog.getByText(/^\d{4} \d{4}$/).textContent({ timeout: 30_000 });
        await dialog.getByText('The code of your two devices').click();
        const long = await dialog.getByText(/^(\d{5} ){11}\d{5}$/).textContent({ timeout: 30_000 });
        await one.page.keyboard.press('Escape');
        return { short, long };
      }),
    );
    expect(codes[0]).toEqual({ short: expect.stringMatching(/^\d{4}/), long: expect.stringMatching(/^\d{5}/) });
    expect(codes[0]).toEqual(codes[1]);
  });

  it('asks before the page is reloaded in the middle of it, and goes on when that was a slip', async () => {
    const asked = ana.page.waitForEvent('dialog');
    await ana.page.evaluate('void setTimeout(() => location.reload())');
    const question = await asked;
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    await ana.waitFrames(ben.name, 20);
    await ben.sees(ana.name);
  });

  it('is used in one window at a time, and goes on in another one where the person wants that', async () => {
    const second = await ana.page.context().newPage();
    await second.goto(ana.page.url());
    await second.getByRole('heading', { name: 'Parley is open in another window' }).waitFor();
    await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
    await second.getByRole('button', { name: 'Use Parley here' }).click();
    await second.getByRole('navigation', { name: 'Parley' }).waitFor();
    await ana.page.getByRole('heading', { name: 'Parley is open in another window' }).waitFor();
    await ben.tile(ana.name).waitFor({ state: 'detached' });
    // The first one goes on by itself when the other is closed.
    await second.close();
    await ana.openRoom('Garden plans');
    await ana.joinCall();
    await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
  });

  it('can be tested before it: the server, the way out, the relay and the devices (C7)', async () => {
    await ben.leaveCall();
    await ben.prepareCall();
    await ben.page.getByRole('button', { name: 'Test the connection' }).click();
    const test = ben.page.getByRole('region', { name: 'Connection test' });
    await test.getByRole('progressbar').waitFor();
    await test.getByText(/^Fine: The relay answers in \d+ ms: calls work also/).waitFor();
    const found = await test.getByRole('listitem').allInnerTexts();
    expect(found).toEqual([
      expect.stringMatching(/is reached, so people can find each other\.$/),
      expect.stringContaining('Your network lets calls out directly (by UDP).'),
      expect.stringContaining('The relay answers in'),
      expect.stringContaining('There is room for voice and pictures.'),
      expect.stringContaining('Your microphone is on'),
      expect.stringContaining('Your camera is on.'),
    ]);
    await ben.enterCall();
    await ben.waitFrames(ana.name, 20);
  });
});

describe('after a call of two', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  it('leaves the room open for the others, and the history on the disk', async () => {
    const call = await stage.hostCall('Choir');
    ana = call.ana;
    const [joined] = await stage.joinCall(call.invite, ['Ben Okafor']);
    if (!joined) throw new Error('nobody joined');
    ben = joined;
    await ana.waitFrames(ben.name, 5);
    await ana.send('rehearsal at seven');
    await ana.waitDelivered('rehearsal at seven');
    await ben.leaveCall();
    await ana.tile(ben.name).waitFor({ state: 'detached' });

    ben = await stage.reopen(ben);
    await ben.openRoom('Choir');
    await ben.openPanel('Chat');
    await ben.message('rehearsal at seven').waitFor();
    expect(await ben.search('hearsal')).toBe(1);
    await ben.closeSearch();

    // Still a member: the call that runs can be joined again without the invite.
    await ben.joinCall();
    await ben.waitFrames(ana.name, 10);
  });

  it('is called by its new name at the other end, also for who was away (H4, H6)', async () => {
    const rename = async (one: Participant, name: string) => {
      await one.openPanel('Details');
      await one.page.getByRole('textbox', { name: 'Name of the room' }).fill(name);
      await one.page.getByRole('button', { name: 'Rename' }).click();
      await one.page.getByRole('heading', { level: 1, name }).waitFor();
    };
    await ben.leaveCall();
    await ana.leaveCall();
    await rename(ana, 'Chamber choir');
    await ben.page.getByRole('heading', { level: 1, name: 'Chamber choir' }).waitFor();
    await ben.openPanel('Chat');
    await ben.page.getByText(`${ana.name} named the room “Choir”`).waitFor();
    await ben.page.getByText(`${ana.name} renamed the room to “Chamber choir”`).waitFor();

    await ben.close();
    await rename(ana, 'Evening choir');
    ben = await stage.reopen(ben);
    await ben.openRoom('Evening choir');
    await ben.openPanel('Chat');
    await ben.page.getByText(`${ana.name} renamed the room to “Evening choir”`).waitFor();
    await rename(ben, 'Our choir');
    await ana.page.getByRole('heading', { level: 1, name: 'Our choir' }).waitFor();
    await ana.openPanel('Chat');
    await ana.page.getByText(`${ben.name} renamed the room to “Our choir”`).waitFor();
    // A rename is nothing new to read.
    await ana.goHome();
    const row = ana.page.getByRole('list', { name: 'Rooms' }).getByRole('button', { name: /^Our choir/ });
    await row.waitFor();
    expect(await row.getByText(/new$/).count()).toBe(0);
  });
});

describe('a call that is over', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  it('leaves how it went in the conversation of each, on that computer alone, and gives a report away (C7)', async () => {
    const { ana, invite } = await stage.hostCall('Meadow');
    const [ben] = await stage.joinCall(invite, ['Ben Okafor']);
    if (!ben) throw new Error('nobody joined');
    const measured = (one: Participant, other: Participant) =>
      one
        .tile(other.name)
        .getByText(/^(Good|Fair|Poor) connection/)
        .waitFor({ state: 'attached' });
    await Promise.all([measured(ana, ben), measured(ben, ana)]);
    await ben.leaveCall();
    await ana.leaveCall();
    const again = await stage.reopen(ben);
    await again.openRoom('Meadow');
    for (const [one, other, words] of [
      [ana, ben, 'You started a call · '],
      [again, ana, `${ana.name} started a call · `],
    ] as const) {
      await one.openPanel('Chat');
      const call = one.message(words);
      await call.getByRole('button', { name: 'How it went' }).click();
      await call
        .getByRole('region', { name: other.name })
        .getByText(/^(Good connection all the time|The connection was )/)
        .waitFor();
      expect(await axeComplaints(one.page)).toEqual([]);
    }
    const downloading = ana.page.waitForEvent('download');
    await ana.page.getByRole('button', { name: 'Save report…' }).click();
    const report = await readFile(await (await downloading).path(), 'utf8');
    expect(JSON.parse(report)).toMatchObject({
      people: [{ person: 'Person 1', timeline: [{ from: expect.any(Number) }] }],
    });
    expect(report).not.toContain(ben.name);
  });

  it('stands in the conversation with how long it took, or as missed, and Home says so until it was seen (H4)', async () => {
    const { ana, invite } = await stage.hostCall('Orchard');
    const [ben] = await stage.joinCall(invite, ['Ben Okafor']);
    if (!ben) throw new Error('nobody joined');
    await Promise.all([ana.tile(ben.name).waitFor(), ben.tile(ana.name).waitFor()]);
    await ben.leaveCall();
    await ana.leaveCall();
    await Promise.all([ana, ben].map((one) => one.openPanel('Chat')));
    await ana.message('You started a call · ').waitFor();
    await ben.message(`${ana.name} started a call · `).waitFor();
    expect(await ben.page.getByText('Missed call').count()).toBe(0);

    // Ben looks at Home and does not take it.
    await ben.goHome();
    await ana.joinCall();
    await ana.page.getByText(`Calling ${ben.name}`).waitFor();
    await ben.page.getByRole('alertdialog', { name: 'Incoming call' }).waitFor();
    await ana.leaveCall();
    const row = ben.page.getByRole('list', { name: 'Rooms' }).getByRole('button', { name: /^Orchard/ });
    await row.getByTitle(`Missed call from ${ana.name}`).waitFor();
    await row.locator('[data-last]').getByText(`Missed call from ${ana.name}`).waitFor();
    await row.getByText('1 new').waitFor();

    const again = await stage.reopen(ben);
    await again.openRoom('Orchard');
    await again.openPanel('Chat');
    const missed = again.message(`Missed call from ${ana.name}`);
    await missed.waitFor();
    // The one that was taken is still known as such.
    expect(await missed.count()).toBe(1);
    await again.message(`${ana.name} started a call · `).waitFor();
    await again.goHome();
    await again.page.getByTitle(`Missed call from ${ana.name}`).waitFor({ state: 'detached' });

    await again.openRoom('Orchard');
    await missed.getByRole('button', { name: 'Call back' }).click();
    await again.enterCall();
    await ana.page.getByRole('alertdialog', { name: 'Incoming call' }).waitFor();
  });
});
