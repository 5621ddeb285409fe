import { describe, expect, it } from 'vitest';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import type { OwnMedia } from './call-membership.ts';
import { type FakeMember, FakeRoom } from './testing/fake-room.ts';

const media = (): OwnMedia => ({
  microphone: 'live',
  camera: false,
  screen: false,
  tracks: NO_TRACKS,
});
async function twoInARoom() {
  const room = await FakeRoom.create();
  const ana = await room.member('ana');
  const ben = await room.member('ben');
  const call = async (member: FakeMember, quiet = false) => {
    member.session.joinCall(media(), quiet);
    await room.quiet();
  };
  return { room, ana, ben, call };
}
const about = (member: FakeMember, name: string) => member.seen().participants.find((each) => each.name === name);

describe('a call that is started without ringing (C11)', () => {
  it('shows in the room of the others and does not ring there', async () => {
    const { ana, ben, call } = await twoInARoom();
    await call(ana, true);
    expect(ben.seen()).toMatchObject({ call: { callId: ana.seen().own?.callId }, ringing: null });
    expect(ana.seen().own?.ring).toBe('quiet');
  });

  it('does not begin to ring when somebody comes in, nor with those who meet only them', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    await call(ana, true);
    await call(ben);
    await ana.session.leave();
    const cleo = await room.member('cleo');
    expect(cleo.seen()).toMatchObject({ call: { callId: ben.seen().own?.callId }, ringing: null });
  });

  it('is what the first in the call says: nobody else can keep it from ringing', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    const cleo = await room.member('cleo');
    await call(ana);
    await call(ben, true);
    expect(cleo.seen().ringing).toMatchObject({ from: 'ana' });
  });

  it('is what those in it say: a member in another call has no word, and does not seem to call', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    const cleo = await room.member('cleo');
    await call(ben);
    const other = { callId: `${'Q'.repeat(21)}A`, startedAt: 9_000_000_000_000, ranMs: 0, turn: 1, quiet: true };
    const media = { microphone: 'off', camera: false, screen: false, hand: false };
    const profile = { username: 'aaa', displayName: null };
    // Ana, whom Cleo met first, has a changed app: it claims the first turn of a call of its own.
    for (const peer of room.net.alive.filter(({ certificate }) => certificate === ana.certificate)) {
      peer.send(JSON.stringify({ type: 'presence', profile, call: { ...other, ...media } }));
    }
    await room.quiet();
    expect(cleo.seen().ringing).toMatchObject({ from: 'ben' });
  });
});

describe('the caller (C11)', () => {
  it('knows for how long it rings, and that nobody answered', async () => {
    const { room, ana, call } = await twoInARoom();
    await call(ana);
    expect(ana.seen().own?.ring).toBe('ringing');
    let told = 0;
    ana.session.on('changed', () => told++);
    await room.later(room.policy.ringMs);
    expect([ana.seen().own?.ring, told > 0]).toEqual(['over', true]);
  });

  it('knows that somebody came, also after everybody left', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    await call(ana);
    await call(ben);
    expect(ana.seen().own?.ring).toBe('answered');
    ben.session.leaveCall();
    await room.quiet();
    expect(ana.seen().own?.ring).toBe('answered');
  });

  it('calls afresh after leaving', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    await call(ana);
    await call(ben);
    for (const each of [ana, ben]) each.session.leaveCall();
    await room.quiet();
    await call(ana);
    expect(ana.seen().own?.ring).toBe('ringing');
  });

  it('is told who declined that call, and of the next one no more', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    await call(ana);
    ben.session.declineCall();
    await room.quiet();
    expect(about(ana, 'ben')?.declined).toBe(true);
    ana.session.leaveCall();
    await room.quiet();
    await call(ana);
    expect(about(ana, 'ben')?.declined).toBe(false);
  });

  it('is told who is in another call, and when that is over', async () => {
    const { room, ana, ben } = await twoInARoom();
    ben.core.busy = true;
    ben.session.refreshPresence();
    await room.quiet();
    expect(about(ana, 'ben')?.busy).toBe(true);
    ben.core.busy = false;
    ben.session.refreshPresence();
    await room.quiet();
    expect(about(ana, 'ben')?.busy).toBe(false);
  });
});

describe('the one who is called (C11)', () => {
  it('reads the name of the one who came first, and whether their code was compared', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    const cleo = await room.member('cleo');
    await call(ben);
    await call(ana);
    expect(cleo.seen().ringing).toMatchObject({ from: 'ben', verified: false });
    cleo.session.setStanding(ben.core.dev, 'verified');
    await room.quiet();
    expect(cleo.seen().ringing).toMatchObject({ from: 'ben', verified: true });
  });
});
describe('a call that was declined', () => {
  /** A call of a changed app, under an id of its own. */
  const claimed = (fill: string, turn = 1) => ({
    ...{ callId: `${fill.repeat(21)}A`, startedAt: 0, ranMs: 0, turn },
    ...{ microphone: 'off', camera: false, screen: false, hand: false },
  });
  const say = (room: FakeRoom, member: FakeMember, call: unknown) => {
    const profile = { username: 'ana', displayName: null };
    for (const peer of room.net.alive.filter(({ certificate }) => certificate === member.certificate))
      peer.send(JSON.stringify({ type: 'presence', profile, call }));
    return room.quiet();
  };

  it('rings no second time under another id, until those in it left', async () => {
    const { room, ana, ben } = await twoInARoom();
    await say(room, ana, claimed('a'));
    expect(ben.seen().ringing).toMatchObject({ from: 'ana' });
    ben.session.declineCall();
    await say(room, ana, claimed('b'));
    expect(ben.seen().ringing).toBeNull();
    await say(room, ana, null);
    await say(room, ana, claimed('c'));
    expect(ben.seen().ringing).toMatchObject({ from: 'ana' });
  });

  it('rings under the name of somebody else who comes into a later one', async () => {
    const { room, ana, ben, call } = await twoInARoom();
    const cleo = await room.member('cleo');
    await say(room, ana, claimed('a'));
    ben.session.declineCall();
    await say(room, ana, claimed('b'));
    await call(cleo);
    expect(ben.seen().ringing).toMatchObject({ from: 'cleo' });
  });
});
