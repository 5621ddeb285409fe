import type { BrowserWindow, Dialog, MessageBoxOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { confirmingShell } from './shell.ts';
import { strict } from './testing/fake-electron.ts';

/** A dialog that is answered with the button of that number, and remembers how it was asked. */
function fakeDialog(response: number, whileOpen: () => void = () => {}) {
  const asked: { window: unknown; options: MessageBoxOptions }[] = [];
  const dialog = strict('dialog', {
    async showMessageBox(...args: unknown[]) {
      const [window, options] = args.length === 2 ? args : [undefined, args[0]];
      asked.push({ window, options: options as MessageBoxOptions });
      whileOpen();
      return { response, checkboxChecked: false };
    },
  });
  return { asked, dialog: dialog as unknown as Dialog }; // the fake has what is used
}
const shellWith = (dialog: Dialog, window?: BrowserWindow) =>
  confirmingShell(dialog, strict('shell', {}) as never, () => window);

describe('the question about a new computer', () => {
  it('belongs to the window, without which macOS would not close it, and can be withdrawn', async () => {
    const { asked, dialog } = fakeDialog(1);
    const window = strict('window', {}) as unknown as BrowserWindow;
    const { signal } = new AbortController();
    expect(await shellWith(dialog, window).askComputer('Laptop', signal)).toBe(true);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.window).toBe(window);
    expect(asked[0]?.options.signal).toBe(signal);
  });

  it('is asked without a window too', async () => {
    const { asked, dialog } = fakeDialog(0);
    expect(await shellWith(dialog).askComputer('Laptop', new AbortController().signal)).toBe(false);
    expect(asked).toMatchObject([{ window: undefined, options: { cancelId: 0 } }]);
  });

  it('is a no once it is withdrawn, whatever is answered', async () => {
    const question = new AbortController();
    const { dialog } = fakeDialog(1, () => question.abort());
    expect(await shellWith(dialog).askComputer('Laptop', question.signal)).toBe(false);
  });
});
