import { describe, expect, it } from 'vitest';
import { errorFields, type LogEntry, PageLog } from './log.ts';
import { fakeClock, settled } from './testing/fake-clock.ts';

function pageLog(keep?: number) {
  const clock = fakeClock();
  const batches: (readonly LogEntry[])[] = [];
  const forward = async (entries: readonly LogEntry[]) => {
    batches.push(entries);
    return true;
  };
  const log = new PageLog({ clock, forward, ...(keep === undefined ? {} : { keep }) });
  return { clock, batches, log };
}

describe('the page’s log', () => {
  it('forwards entries from info on in one batch, and keeps debug entries in memory alone', async () => {
    const { clock, batches, log } = pageLog();
    const mesh = log.area('mesh');
    mesh.debug('a detail');
    mesh.info('the link is open', { epoch: 2 });
    mesh.warn('the link closed');
    expect(batches).toEqual([]);
    clock.advance(1_000);
    await settled();
    expect(batches.map((batch) => batch.map(({ level, area, message }) => `${level} ${area} ${message}`))).toEqual([
      ['info mesh the link is open', 'warn mesh the link closed'],
    ]);
    expect(batches[0]?.[0]?.fields).toEqual({ epoch: 2 });
    expect(log.entries.map(({ level }) => level)).toEqual(['debug', 'info', 'warn']);
  });

  it('keeps only the newest entries', () => {
    const { log } = pageLog(3);
    for (let i = 0; i < 5; i++) log.area('test').info('entry', { i });
    expect(log.entries.map(({ fields }) => fields.i)).toEqual([2, 3, 4]);
  });

  it('sends many entries in several batches, and says how many were left out of very many', async () => {
    const { clock, batches, log } = pageLog();
    for (let i = 0; i < 600; i++) log.area('test').info('entry', { i });
    for (let i = 0; i < 10; i++) {
      clock.advance(1_000);
      await settled();
    }
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 100, 100, 100]);
    log.area('test').info('one more');
    await log.flush();
    expect(batches.at(-1)?.map(({ message, fields }) => [message, fields])).toEqual([
      ['entries were left out', { count: 100 }],
      ['one more', {}],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('says of an error its name, code and place, never its message', () => {
    const error = Object.assign(new TypeError('secret text'), { code: 'internal', stack: 'at f (app.js:12:34)' });
    expect(errorFields(error)).toEqual({ error: 'TypeError', code: 'internal', line: 12, column: 34 });
    expect(errorFields('secret text')).toEqual({ error: 'string' });
    const named = Object.assign(new Error('x'), { name: 'Ana at 192.0.2.1', stack: '' });
    expect(errorFields(named)).toEqual({ error: 'other' });
  });
});
