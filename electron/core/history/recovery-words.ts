import { type ErrorCode, sentenceOf } from '@parley/shared/protocol';
import type { Recovery } from './repair.ts';

/** The sentences in which a person is told how their damaged history was brought back. */
export function recoveryWords(recovery: Recovery): { code: ErrorCode; message: string } {
  switch (recovery.how) {
    case 'index':
      return { code: 'history-repaired', message: sentenceOf('history-repaired') };
    case 'copied': {
      const keys = lostKeys(recovery.roomsWithoutKey);
      if (recovery.complete) {
        const message = `The message store was damaged. Everything in it could be read and stands in a new one.${keys}`;
        return { code: 'history-repaired', message };
      }
      const rest = recovery.fromBackup ? ', with what the newest backup had of the rest' : '';
      return {
        code: 'history-damaged',
        message: `The message store was damaged. What could be read stands in a new one${rest}.${COMES_BACK}${keys}${kept(recovery.setAsideAs)}`,
      };
    }
    case 'backup':
      return {
        code: 'history-damaged',
        message: `The message store could not be read. The newest backup took its place.${COMES_BACK}${kept(recovery.setAsideAs)}`,
      };
    case 'empty':
      return {
        code: 'history-damaged',
        message: `The message store could not be read and there was no backup. A new one was started.${kept(recovery.setAsideAs)}`,
      };
  }
}

const COMES_BACK = ' What others still have of the rest comes back when you meet them.';
const kept = (name: string) =>
  ` The damaged file is kept as ${name} until you delete a room, or for a day where messages go by themselves.`;
const lostKeys = (count: number) =>
  count === 0
    ? ''
    : ` ${count === 1 ? 'The key of one room is' : `The keys of ${count} rooms are`} lost: open the invite again to meet its people.`;
