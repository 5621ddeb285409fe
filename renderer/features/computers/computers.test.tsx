// @vitest-environment happy-dom
import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import type { ComingIn } from '../../stores/actions/computers.ts';
import { AppProvider } from '../../stores/react.tsx';
import type { FirstSideState, NewSideState } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { sampleServers } from '../../testing/gallery/samples/servers.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { PeoplePanel } from '../people/people-panel.tsx';
import { WelcomeScreen } from '../welcome/welcome-screen.tsx';
import { ComputersSection } from './computers-section.tsx';
import { meetingPlaces } from './take-in-begin.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName, changed: Partial<Actions> = {}) {
  const { store, actions } = createFakeApp(screen, 'light');
  const [room] = store.getState().rooms.filter(({ roomId }) => roomId in store.getState().reach);
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      {screen.startsWith('welcome') ? (
        <WelcomeScreen />
      ) : screen.startsWith('people') && room ? (
        <PeoplePanel room={room} />
      ) : (
        <ComputersSection />
      )}
    </AppProvider>,
  );
  return store;
}
const buttons = (name: string) =>
  [...mounted.page.querySelectorAll('button')].filter(({ textContent }) => textContent.trim() === name);
const press = (name: string) => act(async () => buttons(name).at(-1)?.click());
const type = (label: string, text: string) =>
  act(async () => {
    const found = [...mounted.page.querySelectorAll('label')].find(({ textContent }) => textContent === label);
    const field = mounted.page.querySelector<HTMLInputElement | HTMLTextAreaElement>(
      `#${CSS.escape(found?.htmlFor ?? '')}`,
    );
    if (!field) throw new Error(`no field ${label}`);
    const proto = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(proto, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
const said = () => mounted.page.textContent;

describe('Settings → Computers (H9)', () => {
  it('takes a new computer in only after the person said that the numbers are the same', async () => {
    let confirmed = 0;
    const store = await shown('settings-computers', { confirmComputer: () => void confirmed++ });
    await press('Use Parley on another computer…');
    await act(async () =>
      store.setState({
        takingIn: {
          code: 'parley://computer/x',
          now: { at: 'comparing', name: null, safetyCode: null, said: false },
        },
      }),
    );
    expect(buttons('They are the same')[0]?.disabled).toBe(true);
    await act(async () =>
      store.setState({
        takingIn: {
          code: 'parley://computer/x',
          now: { at: 'comparing', name: null, safetyCode: '4821 0937', said: false },
        },
      }),
    );
    expect(said()).toContain('4821 0937');
    await press('They are the same');
    expect(confirmed).toBe(1);
  });

  it('puts the focus on the heading of each step, and says what goes on within one', async () => {
    const store = await shown('settings-computers');
    await press('Use Parley on another computer…');
    const steps: [FirstSideState, heading: string, status: string][] = [
      [{ at: 'waiting', endsAt: 1, trouble: null }, 'Show this to the other computer', ''],
      [{ at: 'comparing', name: null, safetyCode: null, said: false }, 'Do both computers show this number?', ''],
      [
        { at: 'comparing', name: null, safetyCode: '4821 0937', said: false },
        'Do both computers show this number?',
        'The number is 4 8 2 1 0 9 3 7.',
      ],
      [
        { at: 'comparing', name: 'Laptop', safetyCode: '4821 0937', said: false },
        'Do both computers show this number?',
        'The number is 4 8 2 1 0 9 3 7. Laptop wants to be one of your computers.',
      ],
      [
        { at: 'comparing', name: null, safetyCode: '4821 0937', said: true },
        'Now say so on the other computer',
        'The number is 4 8 2 1 0 9 3 7.',
      ],
      [{ at: 'asking', name: 'Laptop' }, 'Parley asks you once more', ''],
      [{ at: 'giving', name: 'Laptop', done: 1, total: 8 }, 'Keep Parley open on both computers', ''],
      [{ at: 'giving', name: 'Laptop', done: 5, total: 8 }, 'Keep Parley open on both computers', '50 percent'],
      [{ at: 'done', name: 'Laptop' }, 'Laptop is one of your computers now', ''],
      [{ at: 'failed', refusal: refuse('computer-lost') }, 'The other computer was not added', ''],
    ];
    for (const [now, heading, status] of steps) {
      await act(async () => store.setState({ takingIn: { code: 'x', now } }));
      expect(document.activeElement?.textContent).toBe(heading);
      expect([...mounted.page.querySelectorAll('[role=status]')].at(-1)?.textContent, heading).toBe(status);
    }
    await press('Start again');
    await act(async () => store.setState({ takingIn: null }));
    expect(document.activeElement?.textContent).toBe('Make a code');
  });

  it('keeps the focus where a person put it while a step goes on', async () => {
    const store = await shown('settings-computers');
    await press('Use Parley on another computer…');
    const giving = (done: number) =>
      act(async () =>
        store.setState({ takingIn: { code: 'x', now: { at: 'giving', name: 'Laptop', done, total: 8 } } }),
      );
    await giving(1);
    buttons('Cancel').at(-1)?.focus();
    await giving(2);
    expect(document.activeElement?.textContent).toBe('Cancel');
  });

  it('ends with the dialog, and says in words what went wrong', async () => {
    let stopped = 0;
    const store = await shown('settings-computers', { stopTakingIn: () => void stopped++ });
    await press('Use Parley on another computer…');
    await act(async () =>
      store.setState({ takingIn: { code: 'x', now: { at: 'failed', refusal: refuse('computer-code-crowded') } } }),
    );
    expect(mounted.page.querySelector('[role=alert]')?.textContent).toContain('More than one computer');
    const before = stopped;
    await press('Close');
    expect(stopped).toBeGreaterThan(before);
  });

  it('asks before it removes one, and lets no further computer do it', async () => {
    const removed: string[] = [];
    const store = await shown('settings-computers-several', {
      removeComputer: async (device) => {
        removed.push(device);
        return accept({});
      },
    });
    await press('Remove…');
    expect(said()).toContain('It keeps the messages that it has and the keys of your rooms');
    await press('Cancel');
    expect(removed).toEqual([]);
    await press('Remove…');
    await press('Remove');
    expect(removed).toEqual([store.getState().computers?.list?.computers[1]?.device]);

    await shown('settings-computers-further');
    expect([buttons('Remove…'), buttons('Use Parley on another computer…')]).toEqual([[], []]);
    expect(said()).toContain('this computer');
  });

  it('shows none that left by itself', async () => {
    const store = await shown('settings-computers-several');
    const names = () => [...mounted.page.querySelectorAll('li strong')].map(({ textContent }) => textContent);
    expect(names()).toEqual(['noors-desk', 'Kitchen laptop', 'The tower in the attic']);
    const { computers } = store.getState();
    if (!computers) throw new Error('no computers');
    await act(async () => store.setState({ computers: { ...computers, devices: computers.devices.slice(0, 2) } }));
    expect(names()).toEqual(['noors-desk', 'Kitchen laptop']);
  });

  it('lets a further computer leave by itself, once it was asked', async () => {
    let left = 0;
    await shown('settings-computers-further', {
      leaveComputers: async () => {
        left += 1;
        return accept({});
      },
    });
    await press('Leave…');
    expect(said()).toContain('Your rooms and messages stay on this computer');
    await press('Cancel');
    expect(left).toBe(0);
    await press('Leave…');
    await press('Leave');
    expect(left).toBe(1);
    await shown('settings-computers-several');
    expect(buttons('Leave…')).toEqual([]);
  });

  it('offers the usual server first, and this computer’s own by its address in the network', () => {
    const hosts = sampleServers.filter(({ own, right }) => !own && right.at !== 'lost').map(({ host }) => host);
    const [, home = ''] = hosts;
    const running = {
      at: 'running',
      host: '127.0.0.1:7420',
      lanHosts: [{ host: '192.168.1.7:7420', network: 'Wi-Fi' }],
    };
    expect(meetingPlaces(sampleServers, running as never, home)[0]).toBe(home);
    expect(meetingPlaces(sampleServers, running as never, null).at(-1)).toBe('192.168.1.7:7420');
    expect(meetingPlaces([], { at: 'off' }, null)).toEqual([]);
  });
});

describe('a new computer’s first screen (H9)', () => {
  it('takes the code, and asks for the right to the server only where one is wanted', async () => {
    const asked: ComingIn[] = [];
    let answer: Outcome<unknown> = refuse('computer-code-invalid');
    await shown('welcome-come-in', {
      startComingIn: async (wish) => {
        asked.push(wish);
        return answer;
      },
    });
    await press('I use Parley on another computer');
    await type('Code of your other computer', 'parley://computer/talk.example#1.abc');
    await type('Name of this computer', ' Laptop ');
    await press('Connect');
    expect(said()).toContain('This is not a code for a new computer');
    expect(asked).toEqual([{ code: 'parley://computer/talk.example#1.abc', name: 'Laptop' }]);
    answer = refuse('access-refused');
    await press('Connect');
    await type('Password of the server, or an invitation to it', 'swordfish');
    await press('Connect');
    expect(asked.at(-1)).toMatchObject({ right: 'swordfish' });
  });

  it('asks only after its person said that the numbers are the same', async () => {
    let confirmed = 0;
    const store = await shown('welcome-come-in', { confirmComingIn: () => void confirmed++ });
    await press('I use Parley on another computer');
    const becomes = (comingIn: NewSideState | null) => act(async () => store.setState({ comingIn }));
    await becomes({ at: 'comparing', safetyCode: null });
    expect(buttons('They are the same')[0]?.disabled).toBe(true);
    await becomes({ at: 'comparing', safetyCode: '4821 0937' });
    await press('They are the same');
    expect(confirmed).toBe(1);
  });

  it('puts the focus on the heading of each step, and leads back to the code', async () => {
    const store = await shown('welcome-come-in');
    await press('I use Parley on another computer');
    const becomes = (comingIn: NewSideState | null) => act(async () => store.setState({ comingIn }));
    const focused = () => document.activeElement?.textContent;
    await becomes({ at: 'looking', trouble: null });
    expect(focused()).toBe('Looking for your other computer…');
    await becomes({ at: 'comparing', safetyCode: '4821 0937' });
    expect(focused()).toBe('Do both computers show this number?');
    await becomes({ at: 'asking', safetyCode: '4821 0937' });
    expect(focused()).toBe('Now say so on your other computer');
    await becomes({ at: 'getting', done: 3, total: 4 });
    expect(focused()).toBe('Keep Parley open on both computers');
    expect([...mounted.page.querySelectorAll('[role=status]')].at(-1)?.textContent).toBe('75 percent');
    await becomes({ at: 'storing' });
    expect(focused()).toBe('Everything is here');
    // A key that asked is replaced with everything that it opened.
    await becomes({ at: 'failed', refusal: refuse('computer-lost'), asked: true });
    expect(focused()).toBe('This computer was not added');
    expect([buttons('Try again'), said()]).toEqual([[], expect.stringContaining('Parley opens anew')]);
    await becomes({ at: 'failed', refusal: refuse('computer-lost'), asked: false });
    await press('Try again');
    await becomes(null);
    expect(document.activeElement?.tagName).toBe('TEXTAREA');
  });
});

describe('People (H9)', () => {
  it('name each person once, and this person’s other computers beside their own name', async () => {
    await shown('people-computers');
    const rows = [...mounted.page.querySelectorAll('li')].map(({ textContent }) => textContent);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('Also on Kitchen laptop');
    expect(rows[1]).toContain('Ana Moreira');
    expect(rows[1]).toContain('on 2 computers');
  });
});
