// @vitest-environment happy-dom
import { refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import type { PathResult, Preview } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { reachOf } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { PathTest } from './path-test.tsx';
import { deviceFindings, pathFindings } from './path-test-words.ts';

const mounted = mountEach();
const preview: Preview = {
  stream: null,
  camera: true,
  microphone: true,
  opening: false,
  quiet: false,
  cameraTrouble: null,
  microphoneTrouble: null,
};
const fineRelay = { at: 'open', over: 'udp', roundTripMs: 23, lossRatio: 0, rateBps: 3_000_000 } as const;
const found = (result: PathResult) =>
  pathFindings(result)
    .map(({ tone, text }) => `${tone} ${text}`)
    .join('\n');

describe('the words of the test before a call', () => {
  it('say that all is well, and what is left to do (C7)', () => {
    expect(pathFindings({ udp: 'open', relay: fineRelay }).map(({ tone }) => tone)).toEqual(['good', 'good', 'good']);
    expect(found({ udp: 'open', relay: fineRelay })).toContain('The relay answers in 23 ms:');
    expect(found({ udp: 'blocked', relay: { ...fineRelay, over: 'tls' } })).toMatch(/^fair .*UDP[\s\S]*23 ms, by TLS/);
  });

  it('take a network without a way out for the worst (C7)', () => {
    const tones = (result: PathResult) => pathFindings(result).map(({ tone }) => tone);
    expect(tones({ udp: 'blocked', relay: { at: 'unreachable' } })).toEqual(['poor', 'poor']);
    expect(tones({ udp: 'open', relay: { at: 'unreachable' } })).toEqual(['good', 'fair']);
    expect(tones({ udp: 'open', relay: { at: 'none' } })).toEqual(['good', 'fair']);
    expect(tones({ udp: 'unknown', relay: { at: 'none' } })).toEqual(['fair']);
  });

  it('say what got lost, and that the way is narrow (C7)', () => {
    const lossy = found({ udp: 'open', relay: { ...fineRelay, lossRatio: 0.06 } });
    expect(lossy).toContain('fair About 6 % of the test packets got lost.');
    expect(lossy).not.toContain('There is room');
    expect(found({ udp: 'open', relay: { ...fineRelay, rateBps: 420_000 } })).toContain(
      'fair The way through the relay',
    );
    expect(found({ udp: 'open', relay: { ...fineRelay, rateBps: 40_000 } })).toContain('poor Hardly anything');
    expect(found({ udp: 'open', relay: { ...fineRelay, roundTripMs: null } })).toContain(
      'poor The relay can be reached',
    );
  });

  it('say how the devices are, and what was not tested (C7)', () => {
    const { code, message } = refuse('camera-busy');
    const of = (more: Partial<Preview>) =>
      deviceFindings({ ...preview, ...more }).map(({ tone, text }) => `${tone} ${text}`);
    expect(of({})).toEqual([
      'good Your microphone is on: the bar above moves while you speak.',
      'good Your camera is on.',
    ]);
    expect(of({ camera: false, microphone: false })[1]).toBe('fair Your camera is off, so it was not tested.');
    expect(of({ cameraTrouble: { code, message } })[1]).toBe(`poor ${message}`);
  });
});

describe('the test before a call', () => {
  it('is started, shows what it does, can be stopped, and says what it found (C7)', async () => {
    const { store, actions } = createFakeApp('home', 'light');
    await mounted.render(
      <AppProvider app={{ store, actions }}>
        <PathTest host="talk.orchard.example" reach={reachOf([])} preview={preview} />
      </AppProvider>,
    );
    const press = (name: string) =>
      act(async () =>
        [...mounted.page.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click(),
      );
    const said = () => mounted.page.querySelector('[role="status"]')?.textContent;
    expect(said()).toBe('');
    await press('Test the connection');
    expect(said()).toContain('Looking for ways out of your network…');
    await press('Stop the test');
    expect(said()).toBe('');
    await act(async () => store.setState({ pathTest: { at: 'done', result: { udp: 'open', relay: fineRelay } } }));
    const list = () => mounted.page.querySelector('ul')?.textContent;
    expect(list()).toContain('Fine: Your network lets calls out directly (by UDP).');
    expect(list()).toContain('is reached, so people can find each other.');
    expect(list()).toContain('Your camera is on.');
    expect(said()).toBe('The test is done. Everything is fine.');
    await act(async () =>
      store.setState({ pathTest: { at: 'done', result: { udp: 'blocked', relay: { at: 'none' } } } }),
    );
    expect(said()).toMatch(/^The test is done\. .*UDP/);
    expect(said()).not.toContain('camera');
    await press('Test again');
    expect(store.getState().pathTest.at).toBe('running');
  });
});
