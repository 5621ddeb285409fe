import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { describe, expect, it } from 'vitest';
import { becomeSingle, deepLinkIn } from './single-instance.ts';

describe('links among arguments', () => {
  it('are the last parley: link, of a length that an invite can have', () => {
    expect(deepLinkIn(['app', '--x', 'parley://a', 'PARLEY://b'])).toBe('PARLEY://b');
    expect(deepLinkIn(['app', 'https://parley://', '--url=parley://a'])).toBeNull();
    expect(deepLinkIn([`parley://${'a'.repeat(2_048)}`])).toBeNull();
  });
});

describe('links that macOS brings', () => {
  it('are taken over by an event, and a link that is no invite is none', () => {
    const events = new EventEmitter();
    const app = Object.assign(events, { requestSingleInstanceLock: () => true });
    const heard: (string | null)[] = [];
    becomeSingle(app as unknown as Pick<App, 'requestSingleInstanceLock' | 'on'>, (link) => heard.push(link)); // what is used
    let prevented = 0;
    const event = { preventDefault: () => prevented++ };
    events.emit('open-url', event, 'parley://join/x');
    events.emit('open-url', event, 'https://example.org');
    expect([heard, prevented]).toEqual([['parley://join/x', null], 2]);
  });
});
