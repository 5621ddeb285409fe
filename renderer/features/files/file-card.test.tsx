// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { design } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { FileCard } from './file-card.tsx';
import { PreparingFiles } from './preparing-files.tsx';
import { useFileDrops } from './use-file-drops.ts';

const mounted = mountEach();

function appWith(actions: Partial<Actions> = {}) {
  const app = createFakeApp('room-files', 'light');
  return { ...app, actions: { ...app.actions, ...actions } };
}

async function cards(actions: Partial<Actions> = {}) {
  const app = appWith(actions);
  const files = app.store.getState().files[design] ?? [];
  await mounted.render(
    <AppProvider app={app}>
      {files.map((file) => (
        <FileCard key={file.fileId} roomId={design} file={file} />
      ))}
      <PreparingFiles roomId={design} />
    </AppProvider>,
  );
  const all = () => [...mounted.page.querySelectorAll('[role=group], article')];
  return { app, named: (name: string) => all().find((card) => card.textContent?.includes(name)) };
}

describe('the files of a room on the screen', () => {
  it('offer what can be done, with the name of the file for those who only hear the button', async () => {
    const done: string[] = [];
    const { named } = await cards({ fileAction: (action) => done.push(action) });
    const names = [...(named('setup.exe')?.querySelectorAll('button') ?? [])].map((button) =>
      button.getAttribute('aria-label'),
    );
    expect(names).toEqual(['Download: setup.exe', 'No, thanks: setup.exe']);
    await act(async () => named('Workshop')?.querySelector<HTMLElement>('button')?.click());
    await act(async () => named('صور')?.querySelector<HTMLElement>('button')?.click());
    expect(done).toEqual(['pause', 'accept']);
  });

  it('offer a folder as a whole, on the first of its files that waits', async () => {
    const taken: string[] = [];
    const { app, named } = await cards({ acceptFiles: (ids) => taken.push(...ids) });
    const label = 'Download all 3 files of the folder Tavira';
    const button = (name: string) => named(name)?.querySelector<HTMLElement>(`[aria-label="${label}"]`);
    expect([button('harbour.jpg'), button('setup.exe')]).toEqual([null, null]);
    await act(async () => button('beach.jpg')?.click());
    const inside = app.store.getState().files[design]?.filter(({ folders }) => folders[0] === 'Tavira');
    expect(taken).toEqual(inside?.map(({ fileId }) => fileId));
  });

  it('say who does not want an own file, and offer it again', async () => {
    const done: string[] = [];
    const { named } = await cards({ fileAction: (action) => done.push(action) });
    expect(named('old plan')?.textContent).toContain('Benedikt: does not want it');
    await act(async () =>
      named('old plan')?.querySelector<HTMLElement>('[aria-label="Offer again: old plan.txt"]')?.click(),
    );
    expect(done).toEqual(['offer-again']);
    expect(named('poster.png')?.querySelector('[aria-label^="Offer again"]')).toBeNull();
  });

  it('say how far a download is, and warn of what may harm', async () => {
    const { named } = await cards();
    expect(named('Workshop')?.querySelector('progress')?.getAttribute('value')).toBe('45');
    expect(named('setup.exe')?.textContent).toContain('Can harm your computer');
    expect(named('Agenda.pdf')?.textContent).not.toContain('harm');
  });

  it('say how much of a file was read before it is offered', async () => {
    const { named } = await cards();
    expect(named('Meeting notes')?.querySelector('progress')?.getAttribute('value')).toBe('33');
  });
});

function Field() {
  const { isOver, ...drops } = useFileDrops(design);
  return <div data-over={isOver} id="field" {...drops} />;
}

describe('dropping and pasting files', () => {
  async function field() {
    const offered: string[] = [];
    const refused: string[] = [];
    const app = appWith({
      offerFiles: (_roomId, chosen) => offered.push(...chosen.map(({ file }) => file.name)),
      refuseFiles: (message) => refused.push(message),
    });
    await mounted.render(
      <AppProvider app={app}>
        <Field />
      </AppProvider>,
    );
    const send = async (type: string, files: readonly { name: string; size: number }[], types = ['Files']) => {
      const items = files.map((file) => ({ kind: 'file', getAsFile: () => file, webkitGetAsEntry: () => null }));
      const transfer = { types, items, dropEffect: 'none' };
      const event = new Event(type, { bubbles: true, cancelable: true });
      Object.assign(event, { dataTransfer: transfer, clipboardData: transfer });
      await act(async () => {
        mounted.page.querySelector('#field')?.dispatchEvent(event);
      });
      return event.defaultPrevented;
    };
    return { offered, refused, send };
  }

  it('offers files, and leaves text to the field', async () => {
    const { offered, send } = await field();
    expect(await send('drop', [{ name: 'a.txt', size: 1 }])).toBe(true);
    expect(await send('paste', [{ name: 'b.png', size: 1 }])).toBe(true);
    expect(await send('drop', [], ['text/plain'])).toBe(false);
    // A program that copies text may put a picture of it beside it.
    expect(await send('paste', [{ name: 'c.png', size: 1 }], ['Files', 'text/plain'])).toBe(false);
    expect(offered).toEqual(['a.txt', 'b.png']);
  });

  it('says why a file is too large, and offers the others (V5)', async () => {
    const { offered, refused, send } = await field();
    await send('drop', [
      { name: 'big.iso', size: 500_000_001 },
      { name: 'largest.iso', size: 500_000_000 },
    ]);
    expect(offered).toEqual(['largest.iso']);
    expect(refused).toEqual(['A file can have at most 500 MB.']);
  });
});
