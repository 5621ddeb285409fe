import { accept, type LinkSignal, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { usualLinkPolicy } from '../mesh/link-policy.ts';
import { FakePeers, fakeCertificate } from '../mesh/testing/fake-peers.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { Admission } from './admission.ts';
import type { Conversation } from './conversation.ts';
import { OPEN_GATE } from './handshake-ports.ts';
import type { KnownPeer } from './known-peer.ts';
import type { LinkEventsPorts } from './link-events.ts';
import type { PeerNames } from './peer-names.ts';
import { Roster } from './roster.ts';
import type { SessionNotice } from './session-state.ts';
import { fakeDevice, fakePeer } from './testing/fake-participant.ts';

const BEN = { username: 'ben', displayName: null };

async function setUp(capacity = 2) {
  const clock = fakeClock();
  const net = new FakePeers();
  const certificate = await fakeCertificate(1);
  const log: string[] = [];
  const notices: SessionNotice[] = [];
  const core: { answer: Outcome<{ standing: string }>; isOver: boolean } = {
    answer: accept({ standing: 'new' }),
    isOver: false,
  };
  const names = {
    said: () => void log.push('said'),
    meet: (device: string) => {
      log.push(`meet ${device[0]}`);
      return Promise.resolve(core.answer);
    },
    take: () => Promise.resolve(),
    warnOf: () => void log.push('warned'),
  };
  const roster = new Roster(capacity, {
    clock,
    goneGraceMs: 1_000,
    removed: () => {},
    ended: () => {},
    crowded: () => {},
    changed: () => {},
  });
  const admission = new Admission({
    clock,
    roster,
    names: names as unknown as PeerNames,
    conversation: { handle: () => Promise.resolve(), linked: () => Promise.resolve() } as unknown as Conversation,
    links: { clock, makePeer: net.maker(certificate), policy: usualLinkPolicy, log: noLog, config: () => ({}) },
    events: {
      clock,
      typingShownMs: 1,
      stateChanged: () => {},
      signal: () => {},
      shown: () => {},
    } as unknown as LinkEventsPorts,
    isOver: () => core.isOver,
    notice: (notice) => void notices.push(notice),
    gate: OPEN_GATE,
    isBlocked: () => false,
    shown: () => void log.push('shown'),
  });
  const peer = (id: string): KnownPeer => {
    const made = fakePeer(id, { device: id, seat: id, session: { role: 'lo' } });
    Object.assign(made.hello, { fp: certificate.fp });
    return made;
  };
  const ids = () => roster.all.map(({ peerId }) => peerId);
  return { net, log, notices, core, roster, admission, peer, ids };
}

describe('the admission of a peer that proved who it is', () => {
  it('lists it and begins a link, after the core knows its device', async () => {
    const { net, log, admission, roster, peer } = await setUp();
    await admission.confirmed(peer('a'), BEN);
    await settled();
    expect(log).toEqual(['meet a', 'shown']);
    expect(roster.get('a')).toMatchObject({ deviceId: fakeDevice('a'), standing: 'new', name: 'ben' });
    expect(net.alive).toHaveLength(1);
  });

  it('takes the name of a peer that is listed already, and begins no other link', async () => {
    const { net, log, admission, peer, roster } = await setUp();
    const one = peer('a');
    await admission.confirmed(one, BEN);
    const participant = roster.get('a');
    if (participant) participant.gone = true;
    await admission.confirmed(one, BEN);
    expect(log).toEqual(['meet a', 'shown', 'said']);
    expect(participant?.gone).toBe(false);
    expect(net.alive).toHaveLength(1);
  });

  it('does not list more peers than the room has places, nor asks the core about them', async () => {
    const { log, admission, peer, ids } = await setUp(1);
    await admission.confirmed(peer('a'), BEN);
    await admission.confirmed(peer('b'), BEN);
    expect([ids(), log]).toEqual([['a'], ['meet a', 'shown']]);
  });

  it('lists nobody and tells the person when the core cannot keep the device', async () => {
    const { core, notices, admission, peer, ids } = await setUp();
    core.answer = refuse('disk-full');
    await admission.confirmed(peer('a'), BEN);
    expect([ids(), notices]).toEqual([[], [expect.objectContaining({ tone: 'trouble', code: 'disk-full' })]]);
  });

  it('lists nobody when the session or the peer is over by the time of the answer', async () => {
    const { core, admission, peer, ids } = await setUp();
    const ended = peer('a');
    const asked = admission.confirmed(ended, BEN);
    ended.at = 'ended';
    await asked;
    core.isOver = true;
    await admission.confirmed(peer('b'), BEN);
    expect(ids()).toEqual([]);
  });

  it('warns of a device that says a name that another device has', async () => {
    const { core, log, admission, peer, roster } = await setUp();
    core.answer = accept({ standing: 'changed' });
    await admission.confirmed(peer('a'), BEN);
    expect(log).toContain('warned');
    expect(roster.get('a')?.mayReceiveMedia).toBe(false);
  });

  it('keeps a signal until its peer is listed, and hands it to the link then', async () => {
    const { net, admission, peer } = await setUp();
    const one = peer('a');
    const signal = (candidate: string): LinkSignal => ({
      kind: 'peer',
      epoch: 1,
      signal: { type: 'candidate', candidate: { candidate } },
    });
    admission.signal(one, signal('a'));
    await admission.confirmed(one, BEN);
    await settled();
    admission.signal(one, signal('b'));
    expect(net.alive[0]?.taken).toHaveLength(2);
  });
});
