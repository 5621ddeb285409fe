import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built.ts';
import { CLIP_LARGE, clipsFor } from '../support/clips.ts';
import { type HostedServers, openHostedServers } from '../support/hosted-servers.ts';
import { Participant } from '../support/participant.ts';
import * as moves from '../support/server-moves.ts';
import { runPage, type ServersDemoReport, type StepReport } from './servers-report.ts';

export type ServersDemoOptions = {
  /** Profiles, logs, pictures and the page that shows the run are written here. */
  folder: string;
  /** Whether the browsers open windows; otherwise they run without a screen. */
  windows: boolean;
  say(line: string): void;
  /** Ends the demo early; what was opened is closed. */
  signal: AbortSignal;
};

const CLUB = 'Club';
const ORCHESTRA = 'Orchestra';

/**
 * Two people meet on a server with a password and on a server with personal invitations, and are told when their right
 * is revoked. Servers, apps and browsers are real processes. A step that fails ends the run and is in the report.
 */
export async function runServersDemo({ folder, windows, say, signal }: ServersDemoOptions): Promise<ServersDemoReport> {
  const steps: StepReport[] = [];
  const people: Participant[] = [];
  let hosted: HostedServers | undefined;
  const startedAt = performance.now();

  /** One picture of each app named, into the folder. */
  const take = (which: readonly Participant[]) =>
    Promise.all(
      which.map(async (one) => {
        const picture = `${String(steps.length + 1).padStart(2, '0')}-${one.name.split(' ')[0]?.toLowerCase()}.png`;
        await one.page.screenshot({ path: join(folder, picture) });
        return picture;
      }),
    );
  const step = async <T>(what: string, act: () => Promise<T>, shown: readonly Participant[] = []): Promise<T> => {
    signal.throwIfAborted();
    try {
      const result = await act();
      const pictures = await take(shown);
      const seconds = (performance.now() - startedAt) / 1000;
      say(`${seconds.toFixed(1).padStart(6)} s  ✓ ${what}`);
      steps.push({ what, ok: true, seconds, problem: null, pictures });
      return result;
    } catch (error) {
      if (!signal.aborted) {
        const seconds = (performance.now() - startedAt) / 1000;
        const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        say(`${seconds.toFixed(1).padStart(6)} s  ✗ ${what}: ${problem}`);
        const pictures = await take(people).catch((): string[] => []); // A window that is gone has no picture.
        steps.push({ what, ok: false, seconds, problem, pictures });
      }
      throw error;
    }
  };

  const stop = () => void Promise.allSettled(people.map((one) => one.close()));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await step('The app is built', ensureBuilt);
    const clips = await step('The clips for the two cameras are made', () => clipsFor(2, CLIP_LARGE));
    const servers = await step('Two servers run: one asks for a password, one for a personal invitation', async () => {
      hosted = await openHostedServers(folder);
      return hosted;
    });
    const open = async (name: string, who: number) => {
      const clip = clips[who];
      if (!clip) throw new Error('a clip is missing');
      const one = await Participant.open({
        name,
        clip,
        folder: join(folder, name.split(' ')[0]?.toLowerCase() ?? name),
        viewport: { width: 1280, height: 800 },
        window: windows,
        // With a server of its own, as `npm start` opens it.
        hostArgs: [],
      });
      people.push(one);
      return one;
    };
    const [ana, ben] = await step('Ana and Ben open Parley, each on a profile of their own', async () => {
      const [first, second] = await Promise.allSettled([open('Ana Ribeiro', 0), open('Ben Okafor', 1)]);
      if (first.status === 'rejected') throw first.reason;
      if (second.status === 'rejected') throw second.reason;
      return [first.value, second.value];
    });

    await step(
      `Ana adds the server with a password as “${CLUB}”`,
      () => ana.addServer(servers.byPassword.host, { name: CLUB, password: servers.password }),
      [ana],
    );
    const link = await step('She makes the room “Ropes” there and copies its link', async () => {
      await moves.makeRoom(ana, 'Ropes', CLUB);
      return ana.copyInvite();
    });
    await step('Ben pastes the link; the app names the server before anything is asked of it', async () => {
      await ben.typeInvite(link);
      await ben.waitStatus(/leads to a room on/);
    }, [ben]);
    await step('He gives a wrong password, and is told that the server did not accept it', async () => {
      await moves.answerPassword(ben, 'four-loud-geese');
      const said = await ben.alertText();
      if (!said.includes('did not accept')) throw new Error(`the app says: ${said}`);
    }, [ben]);
    await step('With the right password he is in: the two meet', async () => {
      await moves.answerPassword(ben, servers.password);
      await ben.page.getByRole('heading', { level: 1, name: 'Ropes' }).waitFor();
      await ben.sees(ana.name);
      await ana.sees(ben.name);
    }, [ana, ben]);

    const [forAna, forBen] = await step(
      'The host of the other server makes a personal invitation for each (npm run server -- token create)',
      async () => [await servers.grant('Ana'), await servers.grant('Ben')] as const,
    );
    await step(
      `Ana pastes hers with the message around it, and has the server as “${ORCHESTRA}”`,
      () => ana.addServer(`Dear Ana, this is yours:\n${forAna.invitation}\nKind regards`, { name: ORCHESTRA }),
      [ana],
    );
    const message = await step('She makes the room “Strings” there and copies its invite as a message', async () => {
      await moves.makeRoom(ana, 'Strings', ORCHESTRA);
      return ana.copyInviteMessage();
    });
    await step('Ben pastes the message, gives his own invitation to the server when asked, and is in', async () => {
      await ben.typeInvite(message);
      await moves.joinWithInvitation(ben, 'Strings', forBen.invitation);
      await ben.sees(ana.name);
    }, [ben]);
    await step('They call, and see each other', async () => {
      await ana.joinCall();
      await ben.joinCall();
      await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
    }, [ana, ben]);
    await step('The host revokes Ben’s right (npm run server -- token revoke)', () => servers.revoke(forBen));
    await step('Ben is told at once', () => moves.waitRevoked(ben), [ben]);
    await step('The call goes on all the same: pictures and a message still arrive', async () => {
      await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
      await ben.send('still here, without the server');
      await ben.waitDelivered('still here, without the server');
    });
    await step('They hang up', async () => {
      await ben.leaveCall();
      await ana.leaveCall();
    });
    await step(
      'Ben gets in again with a new invitation from the host',
      async () => moves.getInAgain(ben, servers.byToken.host, (await servers.grant('Ben')).invitation),
      [ben],
    );
    await step('The host revokes Ana’s right; her list of servers says so and has the way back', async () => {
      await servers.revoke(forAna);
      await ana.openServers();
      await moves.revokedCard(ana, ORCHESTRA);
    }, [ana]);
  } catch (error) {
    // A step that failed is in the report already.
    if (!signal.aborted && steps.every(({ ok }) => ok)) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.allSettled(people.map((one) => one.close()));
    await hosted?.close();
  }

  const report = { ok: !signal.aborted && steps.every(({ ok }) => ok), interrupted: signal.aborted, folder, steps };
  await writeFile(join(folder, 'run.html'), runPage(report));
  return report;
}
