// @vitest-environment happy-dom
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { inCall } from '../../testing/gallery/samples/people.ts';
import { poorMeasures, poorPeople, voiceCall } from '../../testing/gallery/samples/poor-call.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ConnectionDialog } from './connection-dialog.tsx';

const mounted = mountEach();

async function shown(people = poorPeople({ camera: false, cameraStream: null })) {
  const { store, actions } = createFakeApp('home', 'light');
  store.setState({ call: voiceCall, inspecting: { sess: people[0]?.sess ?? null }, ...poorMeasures(people) });
  const copied: string[] = [];
  const saved: string[] = [];
  const changed = {
    copyText: async (text: string) => accept(void copied.push(text)),
    saveText: (name: string) => void saved.push(name),
  };
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <ConnectionDialog />
    </AppProvider>,
  );
  return { store, copied, saved };
}
const section = (name: string) => mounted.page.querySelector(`section[aria-label="${name}"]`);
const button = (name: string) =>
  [...mounted.page.querySelectorAll('button')].find(({ textContent }) => textContent.includes(name));
const press = (name: string) => act(async () => button(name)?.click());

describe('the connections of a call', () => {
  it('say of each person how the connection is and why, and show the numbers of the one that was asked for (C7)', async () => {
    await shown();
    expect(section('Ana Moreira')?.textContent).toContain("Ana Moreira's network is losing packets (8 %).");
    expect(section('Ana Moreira')?.querySelectorAll('figure')).toHaveLength(4);
    expect(section('Ana Moreira')?.querySelector('dl')?.textContent).toContain('through a relay, reached by TLS');
    expect(section('Benedikt')?.textContent).toContain('goes through a relay that is far away');
    expect(section('Benedikt')?.querySelector('figure')).toBeNull();
    await press('Benedikt');
    expect(section('Benedikt')?.querySelectorAll('figure')).toHaveLength(4);
  });

  it('say what is wrong at this end (C7)', async () => {
    await shown();
    expect(mounted.page.textContent).toContain('Your microphone is on but gives no sound.');
  });

  it('say each chart in words (C7)', async () => {
    await shown();
    const [roundTrip] = section('Ana Moreira')?.querySelectorAll('figure') ?? [];
    expect(roundTrip?.textContent).toMatch(/Round trip\d+ ms, between \d+ ms and \d+ ms in the last minutes/);
  });

  it('give a report away without names, and say where it is (C7)', async () => {
    const { copied, saved } = await shown();
    await press('Copy report');
    expect(mounted.page.textContent).toContain('The report is in the clipboard.');
    expect(copied[0]).toContain('Person 1');
    expect(copied[0]).not.toContain('Ana');
    await press('Save report');
    expect(saved).toEqual(['parley-connection-report.json']);
    expect(mounted.page.textContent).toContain('parley-connection-report.json');
  });

  it('say that numbers come, and that there is nobody to measure', async () => {
    const { store } = await shown([inCall('Ana Moreira', { camera: false })]);
    await act(async () => store.setState({ linkRecords: {} }));
    expect(mounted.page.textContent).toContain('The first numbers come in a few seconds.');
    await act(async () => store.setState({ reach: { [design]: reachOf([]) } }));
    expect(mounted.page.textContent).toContain('Nobody else is in the call');
    expect(button('Copy report')?.disabled).toBe(true);
  });

  it('close with the call (C7)', async () => {
    const { store } = await shown();
    await act(async () => store.setState({ call: { at: 'none' } }));
    expect(mounted.page.textContent).toBe('');
  });
});
