import { HistoryItem, type MessageCall } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { newDeviceId, newMessageId, newRoomId } from '../testing/test-kit.ts';
import { roomHtml } from './room-html.ts';

const itemOf = (call: MessageCall, more: Partial<HistoryItem> = {}) =>
  HistoryItem.parse({
    id: newMessageId(),
    roomId: newRoomId(),
    author: newDeviceId(),
    authorName: 'Ana',
    name: '<Ana>',
    confirmed: true,
    mine: false,
    seq: 1,
    clock: 1,
    sentAt: 1_700_000_000_000,
    text: '',
    content: { kind: 'call', ...call },
    edited: false,
    deleted: false,
    quote: null,
    reactions: [],
    state: 'read',
    deliveredTo: 0,
    readBy: 0,
    ...more,
  });

describe('a call on the page of a room (H8)', () => {
  const taken = { missed: false, lengthMs: 725_000 };
  it.each<[string, HistoryItem, string]>([
    ['how long it took', itemOf(taken), 'Call, 12 minutes'],
    ['a short one as a minute', itemOf({ missed: false, lengthMs: 4_000 }), 'Call, 1 minute'],
    ['nothing of a length that nobody told', itemOf({ missed: false, lengthMs: null }), 'Call'],
    ['that it was missed', itemOf({ missed: true, lengthMs: 9_000 }), 'Missed call'],
    ['that it was deleted', itemOf(taken, { deleted: true }), 'Call deleted'],
  ])('says %s', (_, item, words) => {
    const html = roomHtml({ locale: 'en-GB', timeZone: 'UTC' }).message(item);
    expect(html).toContain(`<p class="soft">${words}</p>`);
    expect(html).toContain('<b><bdi>&lt;Ana&gt;</bdi></b>');
  });

  it('leaves out one that disappears', () => {
    const html = roomHtml({ locale: 'en-GB' }).message(itemOf(taken, { lifetimeMs: 60_000 }));
    expect(html).not.toContain('Call');
  });
});
