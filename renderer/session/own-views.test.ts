import { beforeEach, describe, expect, it } from 'vitest';
import type { View } from '../mesh/video-limits.ts';
import { type FakeClock, fakeClock } from '../testing/fake-clock.ts';
import { OwnViews, type OwnViewsPorts } from './own-views.ts';

const view = (height: number): View => ({ camera: { width: 2 * height, height }, screen: { width: 0, height: 0 } });
type Peer = ReturnType<OwnViewsPorts['participants']>[number];

describe('the sizes at which others are shown', () => {
  let clock: FakeClock;
  let told: string[];
  let peers: Peer[];
  let views: OwnViews;
  let inCall: boolean;
  const peer = (peerId: string, isInCall = true): Peer => ({
    peerId,
    call: isInCall ? ({} as NonNullable<Peer['call']>) : null, // only whether there is one
    send: (message) => {
      told.push(`${peerId} ${'camera' in message ? message.camera.height : ''}`);
      return true;
    },
  });
  beforeEach(() => {
    clock = fakeClock();
    told = [];
    peers = [peer('ana'), peer('ben'), peer('cleo', false)];
    inCall = true;
    views = new OwnViews({ clock, participants: () => peers, isInCall: () => inCall });
  });

  it('are told to those in the call, nothing to those who are not shown but that', () => {
    views.show(new Map([['ana', view(180)]]));
    clock.advance(1_000);
    expect(told).toEqual(['ana 180', 'ben 0']);
  });

  it('leave the whole picture to somebody who comes in, until the stage has made room for them', () => {
    views.show(new Map([['ana', view(180)]]));
    clock.advance(5_000);
    peers = [peer('ana'), peer('dora')];
    views.changed();
    clock.advance(900);
    views.show(
      new Map([
        ['ana', view(90)],
        ['dora', view(90)],
      ]),
    );
    clock.advance(5_000);
    expect(told.slice(2)).toEqual(['ana 90', 'dora 90']);
  });

  it('are forgotten with the call: a stage that goes with it tells nobody to send nothing', () => {
    views.show(new Map([['ana', view(180)]]));
    inCall = false;
    views.changed();
    views.show(new Map());
    inCall = true;
    views.changed();
    clock.advance(5_000);
    expect(told).toEqual(['ana 180']);
    views.show(new Map([['ana', view(180)]]));
    expect(told).toEqual(['ana 180', 'ana 180']);
  });

  it('are told again only where they changed, and on a fresh connection', () => {
    views.show(new Map([['ana', view(180)]]));
    views.show(new Map([['ana', view(180)]]));
    views.changed();
    clock.advance(1_000);
    expect(told).toHaveLength(2);
    views.opened('ana');
    clock.advance(1_000);
    expect(told.slice(2)).toEqual(['ana 180']);
  });

  it('are told to somebody who comes into the call, also for the second time', () => {
    views.show(new Map([['ben', view(90)]]));
    clock.advance(1_000);
    peers = [peer('ben', false)];
    views.changed();
    peers = [peer('ben'), peer('cleo')];
    views.changed();
    clock.advance(2_000);
    expect(told.slice(2)).toEqual(['ben 90', 'cleo 0']);
  });

  it('are told at a pace while a window is being dragged larger, and the last of them in the end', () => {
    for (let height = 100; height < 200; height++) views.show(new Map([['ana', view(height)]]));
    expect(told.filter((each) => each.startsWith('ana'))).toHaveLength(4);
    clock.advance(1_000);
    expect(told.filter((each) => each.startsWith('ana')).at(-1)).toBe('ana 199');
  });

  it('say nothing before a screen said what it shows', () => {
    views.changed();
    views.opened('ana');
    expect(told).toEqual([]);
  });
});
