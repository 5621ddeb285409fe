import { FileId, refuse, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fetchedContent } from './file-content.ts';

const fileId = FileId.parse(toBase64Url(new Uint8Array(16)));
const block = new Uint8Array([1, 2, 3]);

describe('the content of files in the core', () => {
  it('leaves connections to calls: three requests at once, the others in order', async () => {
    const asked: string[] = [];
    const answers: ((response: Response) => void)[] = [];
    const content = fetchedContent((url) => {
      asked.push(url.slice(-1));
      return new Promise((resolve) => answers.push(resolve));
    }, noLog);
    const reads = [0, 1, 2, 3, 4].map((index) => content.read(fileId, index));
    await Promise.resolve();
    expect(asked).toEqual(['0', '1', '2']);
    answers[1]?.(new Response(block));
    expect(await reads[1]).toEqual({ ok: true, value: block });
    await Promise.resolve();
    expect(asked).toEqual(['0', '1', '2', '3']);
    for (let at = 0; at < 5; at++) {
      answers[at]?.(new Response(block));
      await reads[at === 1 ? 0 : at];
    }
    expect(asked).toEqual(['0', '1', '2', '3', '4']);
  });

  it('hands refusals of the core on, and is lost where nobody answers', async () => {
    const refusal = refuse('file-block-wrong');
    const refusing = fetchedContent(async () => Response.json(refusal, { status: 422 }), noLog);
    expect(await refusing.write(fileId, 0, block)).toMatchObject({ ok: false, code: 'file-block-wrong' });
    expect(await refusing.read(fileId, 0)).toMatchObject({ ok: false, code: 'file-block-wrong' });
    const lost = fetchedContent(() => Promise.reject(new TypeError('no network')), noLog);
    for (let again = 0; again < 5; again++) expect(await lost.read(fileId, 0)).toMatchObject({ code: 'internal' });
    const garbled = fetchedContent(async () => Response.json({ ok: true, value: {} }), noLog);
    expect(await garbled.write(fileId, 0, block)).toMatchObject({ code: 'internal' });
  });
});
