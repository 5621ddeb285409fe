// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import type { OwnMedia } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { callId } from '../../testing/gallery/samples/ids.ts';
import { mediaOff } from '../../testing/gallery/samples/people.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { CallBar } from './call-bar.tsx';

const mounted = mountEach();
const hints = () => [...document.querySelectorAll('[role=status]')];
const said = () => hints().flatMap(({ textContent }) => (textContent === '' ? [] : [textContent]));

async function showBar(media: Partial<OwnMedia>) {
  const app = createFakeApp('room', 'light');
  app.store.setState({
    call: { at: 'joined', roomId: design, callId, since: 0, ring: 'answered', ...mediaOff },
  });
  const show = (now: Partial<OwnMedia>) =>
    mounted.render(
      <AppProvider app={app}>
        <TooltipProvider>
          <CallBar media={{ ...mediaOff, ...now }} since={0} />
        </TooltipProvider>
      </AppProvider>,
    );
  await show(media);
  return { app, show };
}

describe('the hints above the buttons of a call (C4)', () => {
  it('say that one talks while one is muted, into a place that is there already', async () => {
    const { show } = await showBar({ microphone: 'muted' });
    expect(said()).toEqual([]);
    const before = hints();
    await show({ microphone: 'muted', talkingWhileMuted: true });
    expect(said()).toEqual([expect.stringContaining('You are muted.')]);
    expect(hints().map((hint, index) => hint === before[index])).toEqual(before.map(() => true));
    await show({ microphone: 'live' });
    expect(said()).toEqual([]);
  });

  it('say that the own microphone gives no sound, and what to do about a device that is gone', async () => {
    const { app } = await showBar({
      microphoneTrouble: { code: 'microphone-busy', message: 'Another program is using the microphone.' },
    });
    expect(said()).toEqual(['Another program is using the microphone.']);
    await act(async () => app.store.setState({ reach: { [design]: reachOf([], { troubles: ['microphone'] }) } }));
    expect(said()).toHaveLength(2);
    expect(said().join()).toMatch(/microphone is on but gives no sound/);
  });
});
