import type { Bridge } from '@parley/shared/bridge';
import { accept, type ErrorCode, refuse } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { firstAnswer } from './first-answer.ts';

/** A core that answers so one after the other, and then well. */
function answering(...codes: ErrorCode[]) {
  let asked = 0;
  const call = async () => {
    const code = codes[asked++];
    return code ? refuse(code) : accept({ version: '1.0.0' });
  };
  return { bridge: { call } as unknown as Pick<Bridge, 'call'>, asked: () => asked };
}

it('asks again as long as the core is preparing the history', async () => {
  const slow = answering('timed-out', 'timed-out');
  expect(await firstAnswer(slow.bridge, () => true)).toMatchObject({ ok: true });
  expect(slow.asked()).toBe(3);
});

it('takes any other refusal, and one that nothing explains', async () => {
  expect(await firstAnswer(answering('timed-out').bridge, () => false)).toMatchObject({ code: 'timed-out' });
  expect(await firstAnswer(answering('disk-full').bridge, () => true)).toMatchObject({ code: 'disk-full' });
});
