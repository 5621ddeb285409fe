// @vitest-environment happy-dom
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import type { AppState, FileNow } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { design } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { Composer } from '../chat/composer.tsx';
import { VoiceMessage } from './voice-message.tsx';
import { loadWords, positionWords, spokenDuration, timeWords } from './voice-words.ts';

const mounted = mountEach();

function appWith(actions: Partial<Actions>, state: Partial<AppState> = {}) {
  const app = createFakeApp('room-voices', 'light');
  app.store.setState(state);
  return { ...app, actions: { ...app.actions, ...actions } };
}

async function messages(actions: Partial<Actions> = {}, onKeyDown = () => {}) {
  const app = appWith(actions);
  const items = app.store.getState().chats[design]?.items ?? [];
  await mounted.render(
    <AppProvider app={app}>
      <section role="application" onKeyDown={onKeyDown}>
        {items.map((item) =>
          item.content.kind === 'file' && item.content.file?.voice ? (
            <VoiceMessage key={item.id} item={item} voice={item.content.file.voice} />
          ) : null,
        )}
      </section>
    </AppProvider>,
  );
  const all = [...mounted.page.querySelectorAll<HTMLElement>('[role=group]')];
  return { app, all, files: app.store.getState().files[design] ?? [] };
}

async function composer(actions: Partial<Actions> = {}, state: Partial<AppState> = {}) {
  const app = appWith(actions, { files: {}, drafts: {}, ...state });
  await mounted.render(
    <AppProvider app={app}>
      <Composer roomId={design} />
    </AppProvider>,
  );
  const button = (name: string) => mounted.page.querySelector<HTMLElement>(`[aria-label="${name}"]`);
  return { app, button };
}
const pointer = (name: string, at: Partial<PointerEventInit> = {}) =>
  new PointerEvent(name, { bubbles: true, pointerId: 1, button: 0, ...at });
const press = (target: EventTarget | null | undefined, event: Event) =>
  act(async () => void target?.dispatchEvent(event));
/** Answers whether the recording took the key. */
async function pressEscape(): Promise<boolean> {
  const event = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
  await press(document.activeElement ?? document.body, event);
  return event.defaultPrevented;
}
const recording = { roomId: design, at: 'recording', held: false, elapsedMs: 74_000, level: 0.5 } as const;

describe('a voice message on the screen (H10)', () => {
  it('says how long it is, where it is played, and what keeps it from being heard', async () => {
    const { all } = await messages();
    expect(all.map((each) => each.getAttribute('aria-label'))).toEqual([
      'Voice message, 1 minute 5 seconds',
      'Voice message, 8 seconds',
      'Voice message, 10 minutes 10 seconds',
      'Voice message, 27 seconds',
      'Voice message, 14 minutes 30 seconds',
      'Voice message, 3 seconds',
    ]);
    expect(all.map((each) => each.querySelector('[role=status]')?.textContent)).toEqual([
      ...['', '', 'Loading, 45 %', 'Waiting for somebody who has it', 'Not loaded'],
      'This is no recording that Parley can play. It was deleted here.',
    ]);
    expect(all[0]?.textContent).toContain('0:24 / 1:05');
    expect(all[1]?.textContent).toContain('0:08');
    expect(all.map((each) => each.querySelector('button')?.getAttribute('aria-label'))).toEqual([
      'Pause',
      ...Array.from({ length: 5 }, () => 'Play'),
    ]);
    expect(all.map((each) => each.querySelector('button')?.disabled)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('plays, stops, and takes another speed', async () => {
    const done: string[] = [];
    const { all } = await messages({
      playVoice: ({ fileId }: FileNow) => done.push(`play ${fileId}`),
      pauseVoice: () => done.push('pause'),
      setVoiceSpeed: (speed) => done.push(`speed ${speed}`),
    });
    await act(async () => all[0]?.querySelector('button')?.click());
    await act(async () => all[1]?.querySelector('button')?.click());
    await act(async () => all[1]?.querySelector<HTMLElement>('[aria-label="Speed 1.5 times"]')?.click());
    expect(done.map((each) => each.split(' ')[0])).toEqual(['pause', 'play', 'speed']);
    expect(done.at(-1)).toBe('speed 2');
  });

  it('is gone through with the keys of a slider, which do not move the list', async () => {
    const to: number[] = [];
    let reached = 0;
    const { all } = await messages({ seekVoice: (_file, toMs) => to.push(toMs) }, () => {
      reached += 1;
    });
    const slider = all[0]?.querySelector<HTMLElement>('[role=slider]');
    expect(slider?.getAttribute('aria-valuetext')).toBe('24 of 65 seconds');
    for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End']) {
      await press(slider, new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
    expect(to).toEqual([29_000, 19_000, 29_000, 19_000, 54_000, 0, 0, 65_400]);
    expect(reached).toBe(0);
    await press(slider, new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }));
    expect(reached).toBe(1);
    // One that cannot be heard has no place to go to.
    const silent = all[5]?.querySelector<HTMLElement>('[role=slider]');
    expect([silent?.tabIndex, silent?.getAttribute('aria-disabled')]).toEqual([-1, 'true']);
  });
});

describe('recording in the field (H10)', () => {
  it('is offered while the field is empty and for a new message', async () => {
    const { app, button } = await composer();
    expect(button('Record a voice message')).not.toBeNull();
    await act(async () => app.store.setState({ drafts: { [design]: { text: 'Words', refusal: null } } }));
    expect(button('Record a voice message')).toBeNull();
  });

  it('begins by a key without holding, and by the pointer until that lets go', async () => {
    const done: string[] = [];
    const { button } = await composer({
      startVoice: (_room, held) => done.push(held ? 'hold' : 'start'),
      lockVoice: () => done.push('lock'),
      releaseVoice: () => done.push('release'),
    });
    const mic = button('Record a voice message');
    await press(mic, new MouseEvent('click', { bubbles: true, detail: 0 }));
    await press(mic, pointer('pointerdown', { clientY: 500 }));
    await press(window, pointer('pointermove', { clientY: 480 }));
    await press(window, pointer('pointerup', { clientY: 480, pointerId: 2 }));
    await press(window, pointer('pointerup', { clientY: 480 }));
    await press(mic, new MouseEvent('click', { bubbles: true, detail: 1 }));
    expect(done).toEqual(['start', 'hold', 'release']);
    await press(mic, pointer('pointerdown', { clientY: 500 }));
    await press(window, pointer('pointermove', { clientY: 430 }));
    await press(window, pointer('pointerup', { clientY: 430 }));
    expect(done.slice(3)).toEqual(['hold', 'lock']);
  });

  it('shows how long it is, and ends by Enter, by Escape or by going away', async () => {
    const done: string[] = [];
    const actions: Partial<Actions> = {
      discardVoice: () => done.push('discard'),
      keepVoice: () => done.push('keep'),
      sendVoice: async () => {
        done.push('send');
        return accept(null);
      },
    };
    const { app, button } = await composer(actions, { recording });
    expect(mounted.page.querySelector('[role=timer]')?.textContent).toBe('1:14');
    expect(mounted.page.querySelector('meter')?.getAttribute('value')).toBe('0.5');
    // Enter presses what has the focus.
    expect(document.activeElement).toBe(button('Send the recording'));
    await act(async () => button('Send the recording')?.click());
    expect(await pressEscape()).toBe(true);
    expect(done).toEqual(['send', 'keep']);
    await act(async () => app.store.setState({ recording: { ...recording, elapsedMs: 2_900 } }));
    expect(await pressEscape()).toBe(true);
    expect(done).toEqual(['send', 'keep', 'discard']);
    await act(async () => app.store.setState({ recording: null }));
    expect(document.activeElement).toBe(mounted.page.querySelector('textarea'));
  });

  it('leaves Escape to a dialog, to another field, and to everybody while it is stored', async () => {
    const done: string[] = [];
    const actions: Partial<Actions> = { discardVoice: () => done.push('discard'), keepVoice: () => done.push('keep') };
    const { app, button } = await composer(actions, { recording });
    const dialog = document.createElement('dialog');
    dialog.setAttribute('open', '');
    const field = document.createElement('input');
    document.body.append(dialog, field);
    expect(await pressEscape()).toBe(false);
    dialog.remove();
    field.focus();
    expect(await pressEscape()).toBe(false);
    field.remove();
    button('Discard the recording')?.focus();
    await act(async () => app.store.setState({ recording: { roomId: design, at: 'storing' } }));
    expect(await pressEscape()).toBe(false);
    expect(done).toEqual([]);
    await act(async () => app.store.setState({ recording }));
    expect(await pressEscape()).toBe(true);
    expect(done).toEqual(['keep']);
  });

  it('says that the others in the call hear it, and when it ends by itself', async () => {
    // The part of a call that is looked at.
    const call = { at: 'joined', microphone: 'live' } as AppState['call'];
    await composer({}, { recording: { ...recording, elapsedMs: 850_000 }, call });
    const hint = mounted.page.querySelector('[role=group] [role=status]')?.textContent;
    expect(hint).toContain('The others in the call hear you too.');
    expect(hint).toContain('It ends by itself at 15 minutes.');
  });

  it('says why it cannot, and offers what was not sent', async () => {
    const sent: string[] = [];
    const kept = createFakeApp('room-voices', 'light').store.getState().files;
    const { app, button } = await composer(
      {
        sendKeptVoice: async ({ state }) => {
          sent.push(state);
          return accept(null);
        },
      },
      {
        files: kept,
        recording: { roomId: design, at: 'refused', trouble: { code: 'microphone-denied', message: 'No, said you.' } },
      },
    );
    expect(mounted.page.querySelector('[role=alert]')?.textContent).toBe('No, said you.');
    await act(async () => button('Send the recording')?.click());
    expect(sent).toEqual(['recorded']);
    // While its message waits for the disk, discarding it would leave one that nobody can hear.
    const recorded = kept[design]?.filter(({ state }) => state === 'recorded').map(({ fileId }) => fileId);
    await act(async () => app.store.setState({ sendingVoices: recorded ?? [] }));
    expect(button('Send the recording')).toBeNull();
    await act(async () => app.store.setState({ sendingVoices: [] }));
    expect(button('Send the recording')).not.toBeNull();
  });
});

describe('the words of a voice message', () => {
  it('count in minutes and seconds', () => {
    expect([spokenDuration(1_000), spokenDuration(60_000), spokenDuration(121_400)]).toEqual([
      '1 second',
      '1 minute 0 seconds',
      '2 minutes 1 second',
    ]);
    expect(positionWords(12_900, 65_400)).toBe('12 of 65 seconds');
    expect([timeWords(null, 300), timeWords(null, 65_400)]).toEqual(['0:01', '1:05']);
  });

  it('say that an own one is not on this computer, and that one cannot be played', () => {
    const file = { mine: true, held: false, state: 'shared' } as FileNow;
    expect(loadWords(file, null)).toBe('Not on this computer any more');
    const failed = { fileId: file.fileId, at: 'failed', positionMs: 0 } as const;
    expect(loadWords({ ...file, held: true }, failed)).toBe('This recording cannot be played.');
  });
});
