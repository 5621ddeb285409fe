import type { LinkMessage, LinkSignal, PeerSignal } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { usualLinkPolicy } from './link-policy.ts';
import type { LinkState } from './link-types.ts';
import { PeerLink } from './peer-link.ts';
import {
  type FakeCertificate,
  type FakePeer,
  FakePeers,
  fakeCertificate,
  fakeStream,
  fakeTrack,
} from './testing/fake-peers.ts';
import { NO_TRACKS } from './track-slots.ts';

const typing: LinkMessage = { type: 'typing' };

/** Two links whose signals queue in each direction until the test delivers them. */
async function linkedPair(promised: { lo?: FakeCertificate; hi?: FakeCertificate } = {}) {
  const clock = fakeClock();
  const net = new FakePeers();
  const [loCertificate, hiCertificate] = [await fakeCertificate(1), await fakeCertificate(2)];
  const make = (initiator: boolean, own: FakeCertificate, far: FakeCertificate) => {
    const link = new PeerLink({
      initiator,
      fp: far.fp,
      config: () => ({}),
      makePeer: net.maker(own),
      clock,
      policy: usualLinkPolicy,
      log: noLog,
    });
    const states: LinkState[] = [];
    const heard: LinkMessage[] = [];
    const out: LinkSignal[] = [];
    link.on('state', (state) => states.push(state));
    link.on('message', (message) => heard.push(message));
    link.on('signal', (signal) => out.push(signal));
    return { link, states, heard, out };
  };
  const lo = make(true, loCertificate, promised.hi ?? hiCertificate);
  const hi = make(false, hiCertificate, promised.lo ?? loCertificate);
  /** Delivers until nobody has anything to say. */
  const deliver = async () => {
    for (let quiet = 0; quiet < 2; quiet++) {
      await settled(2);
      for (const signal of lo.out.splice(0)) {
        hi.link.handleSignal(signal);
        quiet = 0;
      }
      for (const signal of hi.out.splice(0)) {
        lo.link.handleSignal(signal);
        quiet = 0;
      }
    }
  };
  const open = async () => {
    lo.link.start();
    hi.link.start();
    await deliver();
  };
  const latest = (initiator: boolean): FakePeer => {
    const peer = net.all.findLast((each) => each.initiator === initiator);
    if (!peer) throw new Error('no connection yet');
    return peer;
  };
  return { clock, net, lo, hi, deliver, open, latest };
}

describe('peer link', () => {
  it('opens and carries messages both ways', async () => {
    const { lo, hi, open } = await linkedPair();
    await open();
    expect([lo.link.state, hi.link.state]).toEqual([
      { at: 'open', epoch: 1 },
      { at: 'open', epoch: 1 },
    ]);
    expect(lo.link.send(typing)).toBe(true);
    expect(hi.link.send(typing)).toBe(true);
    await settled();
    expect([lo.heard, hi.heard]).toEqual([[typing], [typing]]);
  });

  it('refuses to send before it is open', async () => {
    const { lo } = await linkedPair();
    lo.link.start();
    expect(lo.link.send(typing)).toBe(false);
  });

  it('closes at an answer with another fingerprint, before anything connects (C9)', async () => {
    const { lo, hi, open, net } = await linkedPair({ hi: await fakeCertificate(9) });
    await open();
    expect(lo.link.state).toEqual({ at: 'closed', why: 'fingerprint-mismatch' });
    expect(hi.heard).toEqual([]);
    expect(net.all.filter((peer) => peer.far)).toEqual([]);
  });

  it('closes at an SDP with two fingerprints, even if one of them is right (C9)', async () => {
    const { lo, hi, deliver } = await linkedPair();
    hi.link.start();
    lo.link.start();
    await settled();
    const offer = lo.out[0];
    if (offer?.kind !== 'peer' || offer.signal.type !== 'offer') throw new Error('no offer');
    const foreign = 'AB:'.repeat(31);
    const sdp = `${offer.signal.sdp}a=fingerprint:sha-256 ${foreign}AB\r\n`;
    hi.link.handleSignal({ ...offer, signal: { type: 'offer', sdp } });
    lo.out.length = 0;
    await deliver();
    expect(hi.link.state).toEqual({ at: 'closed', why: 'fingerprint-mismatch' });
  });

  it('closes when DTLS saw another certificate than the descriptions promised, and passes nothing on (C9)', async () => {
    const { lo, hi, open, latest, net } = await linkedPair();
    net.connects = false;
    await open();
    const [loPeer, hiPeer] = [latest(true), latest(false)];
    const evil = new FakePeers().maker(await fakeCertificate(9));
    const noListener = {
      signal() {},
      connected() {},
      data() {},
      fileData() {},
      fileRoom() {},
      track() {},
      iceState() {},
      wayChanged() {},
      ended() {},
    };
    loPeer.far = evil({ initiator: false, config: {}, log: noLog, listener: noListener }) as FakePeer; // made by FakePeers
    const answer = hiPeer.far;
    expect(answer).toBeUndefined();
    loPeer.hear(JSON.stringify(typing));
    net.connects = true;
    loPeer.connect();
    await settled();
    expect(lo.link.state).toEqual({ at: 'closed', why: 'fingerprint-mismatch' });
    expect(lo.heard).toEqual([]);
    expect(hi.heard).toEqual([]);
  });

  it('never opens when DTLS showed no certificate, and passes nothing on (C9)', async () => {
    const { lo, open, latest, net } = await linkedPair();
    net.connects = false;
    await open();
    const peer = latest(true);
    expect(peer.remoteCertificates()).toEqual([]);
    peer.hear(JSON.stringify(typing));
    peer.connect();
    await settled();
    expect(lo.states.map(({ at }) => at)).not.toContain('open');
    expect(lo.link.state).toEqual({ at: 'closed', why: 'certificate-missing' });
    expect(lo.link.send(typing)).toBe(false);
    expect(lo.heard).toEqual([]);
  });

  it('holds streams back until the certificate was compared', async () => {
    const { lo, open, latest, net } = await linkedPair();
    net.connects = false;
    await open();
    const peer = latest(true);
    peer.far = latest(false);
    latest(false).far = peer;
    peer.track('camera', fakeStream());
    await settled();
    expect([...lo.link.streams.keys()]).toEqual([]);
    peer.connect();
    await settled();
    expect([lo.link.state.at, [...lo.link.streams.keys()]]).toEqual(['open', ['camera']]);
  });

  it('asks for an ICE restart while interrupted, and is open again when ICE is', async () => {
    const { clock, lo, hi, open, deliver, latest } = await linkedPair();
    await open();
    latest(false).ice('disconnected');
    expect(hi.link.state).toEqual({ at: 'interrupted', epoch: 1, graceEndsAt: clock.now() + usualLinkPolicy.graceMs });
    await deliver();
    expect(latest(true).restarts).toBe(1);
    latest(false).ice('connected');
    expect(hi.link.state).toEqual({ at: 'open', epoch: 1 });
    clock.advance(usualLinkPolicy.graceMs);
    expect(hi.link.state).toEqual({ at: 'open', epoch: 1 });
    expect(lo.link.state).toEqual({ at: 'open', epoch: 1 });
  });

  it('makes a fresh connection with the next epoch when the interruption lasts', async () => {
    const { clock, lo, hi, open, deliver, latest } = await linkedPair();
    await open();
    latest(false).ice('disconnected');
    clock.advance(usualLinkPolicy.graceMs);
    expect(hi.link.state).toEqual({ at: 'opening', epoch: 2 });
    await deliver();
    expect([lo.link.state, hi.link.state]).toEqual([
      { at: 'open', epoch: 2 },
      { at: 'open', epoch: 2 },
    ]);
  });

  it('tries again with the next epoch when nothing connects', async () => {
    const { clock, net, lo, hi, open, deliver } = await linkedPair();
    net.connects = false;
    await open();
    net.connects = true;
    clock.advance(usualLinkPolicy.openTimeoutMs);
    expect(lo.link.state).toEqual({ at: 'opening', epoch: 2 });
    await deliver();
    expect([lo.link.state, hi.link.state]).toEqual([
      { at: 'open', epoch: 2 },
      { at: 'open', epoch: 2 },
    ]);
  });

  it('tries again sooner while nothing is heard of the far end, and gives a slow one its time', async () => {
    const { clock, net, lo, hi, open } = await linkedPair();
    net.connects = false;
    lo.link.start();
    clock.advance(usualLinkPolicy.unheardTimeoutMs);
    expect(lo.link.state).toEqual({ at: 'opening', epoch: 2 });
    clock.advance(usualLinkPolicy.openTimeoutMs - 1);
    expect(lo.link.state).toEqual({ at: 'opening', epoch: 2 });
    clock.advance(1);
    expect(lo.link.state).toEqual({ at: 'opening', epoch: 3 });
    await open();
    clock.advance(usualLinkPolicy.openTimeoutMs - 1);
    expect([lo.link.state, hi.link.state]).toEqual([
      { at: 'opening', epoch: 3 },
      { at: 'opening', epoch: 3 },
    ]);
  });

  it('gives each connection an epoch of its own, also when signals of the last one come after its end', async () => {
    for (const late of ['restart', 'candidate'] as const) {
      const { clock, lo, hi, open, deliver, latest } = await linkedPair();
      await open();
      latest(true).destroy();
      await settled();
      expect([lo.link.state, hi.link.state]).toEqual([
        { at: 'opening', epoch: 1 },
        { at: 'opening', epoch: 1 },
      ]);
      const signal = { type: 'candidate', candidate: { candidate: '' } } as const;
      lo.link.handleSignal(late === 'restart' ? { kind: late, epoch: 1 } : { kind: 'peer', epoch: 1, signal });
      await deliver();
      clock.advance(usualLinkPolicy.unheardTimeoutMs);
      await deliver();
      for (const { states } of [lo, hi]) {
        const opened = states.filter(({ at }) => at === 'open').map((state) => 'epoch' in state && state.epoch);
        expect([late, opened]).toEqual([late, [1, 2]]);
      }
    }
  });

  it('drops late signals of an epoch that was given up', async () => {
    const { lo, hi, open, deliver } = await linkedPair();
    lo.link.start();
    hi.link.start();
    await settled();
    const late = lo.out.splice(0);
    lo.link.reopen();
    await deliver();
    expect(hi.link.state).toEqual({ at: 'open', epoch: 2 });
    for (const signal of late) hi.link.handleSignal(signal);
    await deliver();
    expect(hi.link.state).toEqual({ at: 'open', epoch: 2 });
    expect(hi.link.dropped.late).toBe(1);
    await open();
  });

  it('makes a fresh connection when the last one ended by itself', async () => {
    const { clock, lo, hi, open, deliver, latest } = await linkedPair();
    await open();
    latest(true).destroy();
    await settled();
    expect(lo.link.state.at).toBe('opening');
    clock.advance(usualLinkPolicy.reopenDelayMs);
    await deliver();
    expect([lo.link.state, hi.link.state]).toEqual([
      { at: 'open', epoch: 2 },
      { at: 'open', epoch: 2 },
    ]);
  });

  it('drops and counts garbage without harm', async () => {
    const { lo, open, latest } = await linkedPair();
    await open();
    latest(true).hear('not json');
    latest(true).hear('{"type":"made-up"}');
    latest(true).hear(new ArrayBuffer(8));
    latest(true).hear(`"${'x'.repeat(70_000)}"`);
    latest(true).hear(JSON.stringify(typing));
    expect(lo.heard).toEqual([typing]);
    expect(lo.link.dropped).toEqual({ late: 0, malformed: 3, oversize: 1, candidates: 0, flood: 0 });
    expect(lo.link.state.at).toBe('open');
  });

  it('takes no more candidates than a peer can need', async () => {
    const { lo, open, latest } = await linkedPair();
    await open();
    for (let i = 0; i < 300; i++) {
      const candidate = `candidate:${i} 1 udp 2122260223 192.0.2.1 ${i} typ host`;
      lo.link.handleSignal({ kind: 'peer', epoch: 1, signal: { type: 'candidate', candidate: { candidate } } });
    }
    expect(latest(true).taken.filter((signal) => signal.type === 'candidate')).toHaveLength(256);
    expect(lo.link.dropped.candidates).toBe(44);
  });

  it('waits while the far end does not read, in order', async () => {
    const { clock, lo, hi, open, latest } = await linkedPair();
    await open();
    latest(true).bufferedBytes = usualLinkPolicy.bufferedMaxBytes;
    lo.link.send(typing);
    const have: LinkMessage = { type: 'have', question: 1, heads: [], above: null, upTo: null, after: null };
    lo.link.send(have);
    await settled();
    expect(hi.heard).toEqual([]);
    latest(true).bufferedBytes = 0;
    clock.advance(50);
    await settled();
    expect(hi.heard).toEqual([typing, have]);
  });

  it('sets a track once, and again only when another one takes its place', async () => {
    const { lo, open, latest } = await linkedPair();
    await open();
    const [voice, other] = [fakeTrack('audio'), fakeTrack('audio')];
    lo.link.setTracks(NO_TRACKS);
    expect(latest(true).tracksSet).toBe(0);
    lo.link.setTracks({ ...NO_TRACKS, voice });
    lo.link.setTracks({ ...NO_TRACKS, voice });
    lo.link.setTracks({ ...NO_TRACKS, voice: other });
    expect([latest(true).tracks.get('voice'), latest(true).tracksSet]).toEqual([other, 2]);
    lo.link.setTracks(NO_TRACKS);
    expect([latest(true).tracks.get('voice'), latest(true).tracksSet]).toEqual([null, 3]);
  });

  it('brings its tracks into a fresh connection', async () => {
    const { lo, open, deliver, latest } = await linkedPair();
    const voice = fakeTrack('audio');
    lo.link.setTracks({ ...NO_TRACKS, voice });
    await open();
    lo.link.reopen();
    await deliver();
    expect([...latest(true).tracks]).toEqual([['voice', voice]]);
  });

  it('measures while it is open', async () => {
    const { clock, lo, open, latest } = await linkedPair();
    await open();
    const readings: string[] = [];
    lo.link.on('reading', ({ received, relayed }) => readings.push(`${received.lossRatio} ${relayed}`));
    const stats = (received: number, lost: number) => [
      { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
      { id: 'p', type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r', currentRoundTripTime: 0.02 },
      { id: 'l', type: 'local-candidate', candidateType: 'host' },
      { id: 'r', type: 'remote-candidate', candidateType: 'relay' },
      { id: 'i', type: 'inbound-rtp', packetsReceived: received, packetsLost: lost },
    ];
    for (const [received, lost] of [
      [100, 0],
      [200, 0],
      [295, 5],
      [385, 15],
    ] as const) {
      latest(true).entries = stats(received, lost);
      clock.advance(usualLinkPolicy.statsEveryMs);
      await settled();
    }
    expect(readings).toEqual(['null true', '0 true', '0.05 true', '0.1 true']);
  });

  describe('whose way is doubted', () => {
    it('looks for another way at once and stays open, once in a while', async () => {
      const { clock, lo, hi, open, latest } = await linkedPair();
      await open();
      for (const { link } of [lo, hi]) {
        link.doubt();
        link.doubt();
      }
      expect(latest(true).restarts).toBe(1);
      expect(hi.out.splice(0)).toEqual([{ kind: 'restart', epoch: 1 }]);
      expect([lo.link.isDoubted, lo.link.state.at, hi.link.state.at]).toEqual([true, 'open', 'open']);
      clock.advance(usualLinkPolicy.doubtEveryMs);
      expect(lo.link.isDoubted).toBe(false);
      lo.link.doubt();
      expect(latest(true).restarts).toBe(2);
    });

    it('answers an offer again that comes again, with the same answer', async () => {
      const { lo, hi, open } = await linkedPair();
      lo.link.start();
      hi.link.start();
      await settled();
      const [offer] = lo.out.splice(0);
      if (!offer) throw new Error('no offer');
      hi.link.handleSignal(offer);
      await settled();
      const [answer] = hi.out.splice(0);
      hi.link.handleSignal(offer);
      expect(hi.out.splice(0)).toEqual([answer]);
      await open();
    });

    it('says what it signals by both ways as well where the far end does', async () => {
      const { clock, lo, open } = await linkedPair();
      await open();
      lo.link.handleSignal({ kind: 'restart', epoch: 1 }, true);
      expect(lo.link.isDoubted).toBe(true);
      clock.advance(usualLinkPolicy.doubtEveryMs);
      expect(lo.link.isDoubted).toBe(false);
      lo.link.handleSignal({ kind: 'restart', epoch: 1 });
      expect(lo.link.isDoubted).toBe(false);
    });

    it('restarts once when it is asked to by two ways', async () => {
      const { lo, open, latest } = await linkedPair();
      await open();
      lo.link.handleSignal({ kind: 'restart', epoch: 1 });
      lo.link.handleSignal({ kind: 'restart', epoch: 1 }, true);
      expect(latest(true).restarts).toBe(1);
    });

    it('restarts once when both ends notice it', async () => {
      const { lo, hi, open, deliver, latest } = await linkedPair();
      await open();
      lo.link.doubt();
      hi.link.doubt();
      await deliver();
      expect(latest(true).restarts).toBe(1);
    });

    it('is left alone while it is not open yet', async () => {
      const { lo, hi, latest } = await linkedPair();
      for (const { link } of [lo, hi]) {
        link.start();
        link.doubt();
      }
      await settled();
      expect([latest(true).restarts, hi.out.filter(({ kind }) => kind === 'restart')]).toEqual([0, []]);
    });
  });

  it('tells once that sound and picture stopped, and again after they came back', async () => {
    const { clock, lo, open, latest } = await linkedPair();
    await open();
    let stalls = 0;
    lo.link.on('stalled', () => {
      stalls += 1;
    });
    lo.link.listen(true);
    const { voiceEveryMs, stalledMs } = usualLinkPolicy;
    const forMs = async (ms: number, plays: boolean) => {
      for (let passed = 0; passed < ms; passed += voiceEveryMs) {
        if (plays) latest(true).played = (latest(true).played ?? 0) + voiceEveryMs;
        clock.advance(voiceEveryMs);
        await settled(1);
      }
    };
    await forMs(2 * stalledMs, false);
    expect(stalls).toBe(0);
    await forMs(3_000, true);
    expect(stalls).toBe(0);
    await forMs(stalledMs + 3 * voiceEveryMs, false);
    await forMs(30_000, false);
    expect(stalls).toBe(1);
    expect(latest(true).refreshes).toBe(0);
    await forMs(600, true);
    expect(latest(true).refreshes).toBe(1);
    await forMs(stalledMs + 3 * voiceEveryMs, false);
    expect(stalls).toBe(2);

    // Nothing is played for reasons of this computer, and packets come: the way is there.
    await forMs(600, true);
    let packets = 0;
    Object.defineProperty(latest(true), 'entries', {
      get: () => [{ id: 'i', type: 'inbound-rtp', packetsReceived: packets++ }],
    });
    await forMs(2 * stalledMs, false);
    expect(stalls).toBe(2);
  });

  it('sends whole pictures when another way is used, and when a broken one works again', async () => {
    const { open, latest } = await linkedPair();
    await open();
    expect(latest(true).refreshes).toBe(0);
    latest(true).changeWay();
    expect(latest(true).refreshes).toBe(1);
    latest(true).ice('completed');
    latest(true).ice('connected');
    expect(latest(true).refreshes).toBe(1);
    latest(true).ice('disconnected');
    latest(true).ice('connected');
    expect(latest(true).refreshes).toBe(2);
    expect(latest(false).refreshes).toBe(0);
  });

  it('leaves no timer and no listener when it is closed', async () => {
    const { clock, lo, hi, open } = await linkedPair();
    await open();
    lo.link.close('left');
    hi.link.close('left');
    await settled();
    expect([lo.link.openResources, hi.link.openResources, clock.pending]).toEqual([
      { timers: 0, listeners: 0 },
      { timers: 0, listeners: 0 },
      0,
    ]);
    expect(lo.link.state).toEqual({ at: 'closed', why: 'left' });
  });

  describe('with a far end that does too much', () => {
    const far = async () => {
      const pair = await linkedPair();
      await pair.open();
      const say = (...signals: LinkSignal[]) => {
        for (const signal of signals) pair.lo.link.handleSignal(signal);
      };
      return { ...pair, say };
    };
    const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
    const peerSignal = (signal: PeerSignal): LinkSignal => ({ kind: 'peer', epoch: 1, signal });
    const answerOf = (hi: { fp: Uint8Array }, more: string): LinkSignal => {
      const hex = [...hi.fp].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
      return peerSignal({ type: 'answer', sdp: `v=0\r\na=fingerprint:sha-256 ${hex}\r\n${more}` });
    };
    const candidate = (i: number) => `candidate:${i} 1 udp 2122260223 192.0.2.1 ${40_000 + i} typ host`;
    const sdpOf = (peer: FakePeer) => {
      const last = peer.taken.at(-1);
      return last?.type === 'answer' ? last.sdp : '';
    };
    const lines = (sdp: string) => sdp.match(/^a=candidate:.*$/gm)?.length ?? 0;

    it('drops messages beyond its allowance, and closes when they go on', async () => {
      const { lo, latest, clock } = await far();
      const peer = latest(true);
      for (const text of times(700, () => JSON.stringify(typing))) peer.hear(text);
      expect([lo.heard.length, lo.link.dropped.flood, lo.link.state.at]).toEqual([600, 100, 'open']);
      clock.advance(1_000);
      peer.hear(JSON.stringify(typing));
      expect(lo.heard).toHaveLength(601);
      for (const text of times(700, () => 'not even json')) peer.hear(text);
      expect(lo.link.state).toEqual({ at: 'closed', why: 'flood' });
      expect(peer.destroyed).toBe(true);
    });

    it('does not mind fifty messages a second', async () => {
      const { lo, latest, clock } = await far();
      for (let i = 0; i < 3_000; i++) {
        latest(true).hear(JSON.stringify(typing));
        clock.advance(20);
      }
      expect([lo.heard.length, lo.link.dropped.flood]).toEqual([3_000, 0]);
    });

    it('negotiates at a pace', async () => {
      const { say, latest, clock, lo } = await far();
      // The answer that opened the link was the first.
      const answered = () => latest(true).taken.filter(({ type }) => type === 'answer').length;
      let version = 0;
      const answer = () => answerOf(latest(false).certificate, `o=- 1 ${version++} IN IP4 127.0.0.1\r\n`);
      say(...times(200, answer));
      expect([answered(), lo.link.dropped.flood]).toEqual([60, 141]);
      clock.advance(1_000);
      say(answer(), answer());
      expect(answered()).toBe(61);
      say(...times(600, answer));
      expect(lo.link.state).toEqual({ at: 'closed', why: 'flood' });
    });

    it('makes fresh connections at a pace', async () => {
      const { say, net } = await far();
      const before = net.all.length;
      say(...times(40, (i) => ({ kind: 'reopen', epoch: 2 + i }) as const));
      expect(net.all.length - before).toBe(8);
    });

    it('takes no more candidates inside a description than trickled ones', async () => {
      const { say, latest, lo } = await far();
      const hi = latest(false).certificate;
      const many = times(300, (i) => `a=${candidate(i)}\r\n`).join('');
      say(answerOf(hi, many));
      expect([lines(sdpOf(latest(true))), lo.link.dropped.candidates]).toEqual([256, 44]);
      expect(sdpOf(latest(true))).toContain('a=fingerprint');
    });

    it('counts a candidate once that comes again in later descriptions', async () => {
      const { say, latest, lo } = await far();
      const hi = latest(false).certificate;
      const trickled = times(200, (i) => `${candidate(i)} generation 0 ufrag abcd network-cost 50`);
      say(...trickled.map((text) => peerSignal({ type: 'candidate', candidate: { candidate: text } })));
      const again = times(200, (i) => `a=${candidate(i)} generation 0\r\n`).join('');
      for (let i = 0; i < 3; i++) say(answerOf(hi, `o=- 1 ${i} IN IP4 127.0.0.1\r\na=ice-ufrag:abcd\r\n${again}`));
      expect([lines(sdpOf(latest(true))), lo.link.dropped.candidates]).toEqual([200, 0]);
    });

    it('closes at a description with more sections than an app has', async () => {
      const { say, latest, lo } = await far();
      const sections = (count: number) => 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\n'.repeat(count);
      say(answerOf(latest(false).certificate, sections(5)));
      expect(lo.link.state.at).toBe('open');
      say(answerOf(latest(false).certificate, sections(6)));
      expect(lo.link.state).toEqual({ at: 'closed', why: 'flood' });
    });

    it('gives one that does not read a fresh connection', async () => {
      const { lo, latest, deliver } = await far();
      latest(true).bufferedBytes = usualLinkPolicy.bufferedMaxBytes;
      const full = times(usualLinkPolicy.waitingMaxChars / 16 + 1, () => lo.link.send(typing));
      expect(full.filter((sent) => !sent)).toHaveLength(full.length - full.indexOf(false));
      expect(lo.link.state).toEqual({ at: 'opening', epoch: 2 });
      await deliver();
      expect(lo.link.send(typing)).toBe(true);
    });

    it('waits longer each time when connections end before they open', async () => {
      const { lo, net, clock, latest } = await far();
      net.connects = false;
      const waits: number[] = [];
      for (let i = 0; i < 8; i++) {
        latest(true).destroy();
        await settled(2);
        const [before, from] = [latest(true), clock.now()];
        while (latest(true) === before) clock.advance(100);
        waits.push(clock.now() - from);
      }
      expect(waits).toEqual([400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
      expect(lo.link.state.at).toBe('opening');
    });
  });
});
