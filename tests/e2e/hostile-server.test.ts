import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerHost } from '@parley/shared/model';
import { DeviceId, ParticipantId, toBase64Url } from '@parley/shared/protocol';
import { createInvite, deriveRoomKeys, makeHello } from '@parley/shared/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from '#support/browser.ts';
import { ensureBuilt } from '#support/built.ts';
import { CLIP_SMALL, clipFor } from '#support/clips.ts';
import { HostileServer } from '#support/hostile-server.ts';
import { findLeaks, secretFingerprint, secretText } from '#support/leak-search.ts';
import { openInPageOf } from '#support/open-app.ts';
import { Participant } from '#support/participant.ts';
import { until } from '#support/wait.ts';

const ROOM = 'Garden plans';
const AWAY_MS = 20_000;
const ghost = () => ParticipantId.parse(toBase64Url(crypto.getRandomValues(new Uint8Array(16))));

/** Keeps what the page gave to its connections. */
const KEEP_CONFIGURATIONS = `{
  const Native = RTCPeerConnection;
  window.configurations = [];
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, newTarget) {
      window.configurations.push(JSON.stringify(args[0]?.iceServers ?? []));
      return Reflect.construct(target, args, newTarget);
    },
  });
  window.RTCPeerConnection.generateCertificate = Native.generateCertificate.bind(Native);
}`;
/** Keeps the candidates that the page finds and describes to others. */
const KEEP_CANDIDATES = `{
  const Native = RTCPeerConnection;
  window.candidates = [];
  window.descriptions = [];
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, newTarget) {
      const peer = Reflect.construct(target, args, newTarget);
      peer.addEventListener('icecandidate', ({ candidate }) => candidate && window.candidates.push(candidate.candidate));
      peer.addEventListener('icegatheringstatechange', () => window.descriptions.push(peer.localDescription?.sdp ?? ''));
      return peer;
    },
  });
  window.RTCPeerConnection.generateCertificate = Native.generateCertificate.bind(Native);
}`;
/** A browser that does not show the certificate of the far end. */
const HIDE_CERTIFICATES = 'delete RTCDtlsTransport.prototype.getRemoteCertificates;';

describe('a hostile signaling server', () => {
  let server: HostileServer;
  let browser: Browser;
  let folder: string;
  let invite: string;
  let ana: Participant;
  let ben: Participant;
  let cem: Participant;

  const open = async (name: string, beforeApp = KEEP_CONFIGURATIONS, relayOnly = false) =>
    Participant.open({
      name,
      folder: join(folder, name),
      clip: await clipFor(0, CLIP_SMALL),
      homeServer: server.host,
      relayOnly,
      openApp: openInPageOf(browser),
      beforeApp,
    });
  /** Frames of a camera that a page decoded, over all its connections. */
  const framesAt = async (one: Participant) =>
    (await one.snapshot()).peers
      .flatMap(({ inboundVideo }) => inboundVideo.map(({ framesDecoded }) => framesDecoded))
      .reduce((sum, frames) => sum + frames, 0);
  const connectionsOf = async (one: Participant) =>
    (await one.snapshot()).peers.filter(({ connectionState }) => connectionState === 'connected').length;

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'parley-hostile-'));
    server = await HostileServer.start();
    server.iceServers = [
      { urls: ['turn:192.0.2.7:3478'], username: 'u', credential: 'c' },
      { urls: ['stun:relay.evil.example:3478', 'turns:127.0.0.1.evil.example:443'], username: 'u', credential: 'c' },
    ];
    server.ghosts = [ghost(), ghost()];
    browser = await openBrowser({ clip: await clipFor(0, CLIP_SMALL), viewport: { width: 960, height: 640 } });
    ana = await open('Ana Ribeiro');
    await ana.createRoom(ROOM);
    await ana.enterCall();
    invite = await ana.copyInvite();
    cem = await open('Cem Yilmaz');
    await cem.joinRoom(invite);
    // From here on each box is given to everybody, twice, late ones first, under right and wrong names; honest ones among them.
    const kept: string[] = [];
    server.pass = (passing) => {
      kept.push(passing.box);
      for (const seat of server.seats) {
        for (const from of [passing.from, seat.participantId, ...server.ghosts.slice(0, 1)]) {
          const box = from === passing.from ? passing.box : (kept[Math.floor(kept.length / 2)] ?? passing.box);
          server.deliver({ from, to: seat, toAll: seat === passing.to ? passing.toAll : false, box });
        }
      }
      server.deliver(passing);
    };
    ben = await open('Ben Okafor');
    await ben.joinRoom(invite);
    await ben.joinCall();
    await ana.waitFrames(ben.name, 10, 90_000);
    await ben.waitFrames(ana.name, 10, 90_000);
  });
  afterAll(async () => {
    for (const one of [ben, cem, ana]) await one?.close();
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('cross-wires, replays and renames boxes: the third hears nothing of the call of the two (C9, P2)', async () => {
    expect(await framesAt(cem)).toBe(0);
    // A connection that a swapped box ended may just be being made anew.
    for (const one of [cem, ana, ben])
      await until('two connections of everybody', async () => (await connectionsOf(one)) === 2);
  });

  it('names people who are not there and says hello with a key of its own: nobody more is shown (C9, P2)', async () => {
    const { invite: foreign } = await createInvite(ServerHost.parse(server.host));
    const keys = await deriveRoomKeys(foreign.secret, null, foreign.ownerPub);
    const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    const dev = DeviceId.parse(toBase64Url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))));
    const { box } = await makeHello(keys, {
      fp: new Uint8Array(32),
      ts: Date.now(),
      sign: async () => ({ dev, sig: toBase64Url(new Uint8Array(64)) }),
    });
    for (const to of server.seats) {
      for (const from of server.ghosts) server.deliver({ from, to, toAll: true, box });
      server.say('participant:joined', { roomId: to.roomId, participantId: ghost() });
    }
    await ana.openPanel('People');
    const people = ana.page.getByRole('list', { name: 'People' }).getByRole('listitem');
    await ana.send('only the three of us');
    await ana.waitDelivered('only the three of us');
    await ana.openPanel('People');
    expect(await people.count()).toBe(3);
  });

  it('offers relays of its own: no connection is told of them (C9, P2)', async () => {
    for (const one of [ana, ben, cem]) {
      const given = await one.page.evaluate<string[]>('window.configurations');
      expect(given.length).toBeGreaterThan(0);
      expect(given.join()).not.toMatch(/192\.0\.2\.7|evil/);
    }
  });

  it('answers with what it likes, of any size: the call goes on (C9, P2)', async () => {
    const { roomId = '' } = server.seats[0] ?? {};
    for (const payload of [null, 7, {}, { roomId }, { roomId, from: 1, box: {} }, 'x'.repeat(100_000)]) {
      for (const event of ['signal:received', 'participant:left', 'seat:moved', 'server:drain', '__proto__']) {
        server.say(event, payload);
      }
    }
    await ana.waitFrames(ben.name, 20);
    await ben.waitFrames(ana.name, 20);
  });

  it('reads everything: neither names nor texts nor addresses nor keys are in it (C9, P1, P2)', async () => {
    const prints = (await ana.snapshot()).peers.flatMap(({ fingerprints }) => fingerprints);
    const secrets = [
      ...[ana, ben, cem].map(({ name }) => secretText('a name', name)),
      secretText('a message', 'only the three of us'),
      secretText('the name of the room', ROOM),
      secretText('a candidate', 'candidate:'),
      secretText('a session description', 'a=fingerprint'),
      secretText('the secret of the invite', invite.split('#')[1]?.split('.')[1] ?? ''),
      ...prints.flatMap(secretFingerprint),
    ];
    expect(server.heard.length).toBeGreaterThan(20);
    expect(prints.length).toBeGreaterThan(0);
    expect(findLeaks(server.heardBytes, secrets)).toEqual([]);
  });

  it('a link to an app that sees no certificate is refused, and the screen says so (C9, P2)', async () => {
    const dan = await open('Dan Novak', HIDE_CERTIFICATES);
    try {
      await dan.joinRoom(invite);
      await dan.page
        .getByText(/certificate could not be compared/)
        .first()
        .waitFor();
      expect(await framesAt(dan)).toBe(0);
      await dan.openPanel('People');
      // Each of the two others is listed until the link to them was refused as well.
      const listed = dan.page.getByRole('list', { name: 'People' }).getByRole('listitem');
      await until('nobody but Dan to be listed', async () => (await listed.count()) === 1);
    } finally {
      await dan.close();
    }
  });

  it('learns no address of somebody who hides it, nor does anybody else, also without a relay (C9)', async () => {
    const eda = await open('Eda Kaya', KEEP_CANDIDATES, true);
    try {
      await eda.joinRoom(invite);
      const found = () =>
        eda.page.evaluate<{ all: string; ends: number }>(
          '({ all: [...window.candidates, ...window.descriptions].join(), ends: window.descriptions.length })',
        );
      await until('the search for ways to begin and end', async () => (await found()).ends >= 2);
      expect((await found()).all).not.toMatch(/typ (host|srflx|prflx)/);
    } finally {
      await eda.close();
    }
  });

  it('refuses everything in the middle of a call: pictures and messages go on (C9, P8)', async () => {
    server.cutOff();
    const cutAt = performance.now();
    await until(
      'the pictures to go on without a server',
      async () => {
        await Promise.all([ana.waitFrames(ben.name, 10), ben.waitFrames(ana.name, 10)]);
        return performance.now() - cutAt >= AWAY_MS;
      },
      { timeoutMs: 90_000 },
    );
    await ben.send('still here');
    await ben.waitDelivered('still here');
  });
});
