// First, so that simple-peer's streams find what they expect of Node.
import '../shim.ts';

import SimplePeer from 'simple-peer';
import { errorFields } from '../log.ts';
import { takeStereo } from './opus-stereo.ts';
import type { MakePeer, RawPeerListener, StatsEntry } from './raw-peer.ts';
import { TrackPlaces } from './track-places.ts';

type WithConnection = SimplePeer.Instance & {
  _pc: RTCPeerConnection | null;
  negotiate(): void;
};

/**
 * The files channel. Both sides open it under this id without a word about it: simple-peer would take a channel that the far end
 * announces in place of its own.
 */
const FILES_CHANNEL = { label: 'files', id: 100 } as const;
/** With less than this in the channel its owner is told that there is room. */
const FILES_LOW_BYTES = 65_536;

function openFilesChannel(connection: RTCPeerConnection, listener: RawPeerListener): RTCDataChannel {
  const { label, id } = FILES_CHANNEL;
  const channel = connection.createDataChannel(label, { negotiated: true, id });
  channel.binaryType = 'arraybuffer';
  channel.bufferedAmountLowThreshold = FILES_LOW_BYTES;
  channel.onopen = () => listener.fileRoom();
  channel.onbufferedamountlow = () => listener.fileRoom();
  channel.onmessage = ({ data }) => listener.fileData(data);
  return channel;
}

/** Makes connections with simple-peer. The only file that knows it. */
export const makeSimplePeer: MakePeer = ({ initiator, config, log, listener }) => {
  const peer = new SimplePeer({
    initiator,
    trickle: true,
    objectMode: true,
    sdpTransform: (sdp: string) => takeStereo(sdp),
    // `iceServers` is always given: simple-peer would ask public STUN servers otherwise.
    config: { iceServers: [], bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', ...config },
  }) as WithConnection; // these exist since 9.0 and are missing from its types
  // Before the first description, which says that there are data channels.
  const files = peer._pc ? openFilesChannel(peer._pc, listener) : null;
  // simple-peer throws after its end; 'close' tells the end itself.
  const alive = (act: (connection: RTCPeerConnection) => void) => {
    if (peer._pc && !peer.destroyed) act(peer._pc);
  };
  /** From a restart of ICE to the answer of the far end. */
  let isRestarting = false;
  const places = new TrackPlaces(log);
  // Its first offer is made in a later task.
  if (initiator) alive((connection) => places.offer(connection));
  peer.on('signal', (data: unknown) => listener.signal(data));
  peer.on('connect', () => {
    const transport = peer._pc?.sctp?.transport.iceTransport;
    if (transport) transport.onselectedcandidatepairchange = () => listener.wayChanged();
    listener.connected();
  });
  peer.on('data', (data: unknown) => listener.data(data));
  peer.on('track', (track, stream) =>
    alive((connection) => {
      const slot = places.slotOf(track, connection);
      if (slot) listener.track(slot, stream);
    }),
  );
  peer.on('iceStateChange', (state: RTCIceConnectionState) => listener.iceState(state));
  peer.on('close', () => listener.ended());
  // 'close' follows every error, and the link acts on that.
  peer.on('error', (error: unknown) => log.info('the connection failed', errorFields(error)));
  peer.on('signalingStateChange', (state: RTCSignalingState) => {
    if (state === 'have-remote-offer') alive((connection) => places.answer(connection));
    if (state === 'stable') isRestarting = false;
  });
  return {
    // Parsed by PeerSignal; RTCIceCandidate in simple-peer's types is the init form of it.
    signal: (signal) => alive(() => peer.signal(signal as unknown as SimplePeer.SignalData)),
    send: (text) => peer.send(text),
    get bufferedBytes() {
      return peer.bufferSize;
    },
    sendFile: (data) => {
      if (files?.readyState !== 'open') return false;
      if (typeof data === 'string') files.send(data);
      else files.send(data);
      return true;
    },
    get fileBufferedBytes() {
      return files?.bufferedAmount ?? 0;
    },
    setTrack: (slot, track) => alive(() => places.set(slot, track)),
    limitVideo: (slot, limits) => places.limit(slot, limits),
    refreshVideo: () => places.refresh(),
    restartIce: () =>
      alive((connection) => {
        // An offer without an answer: one of them may have got lost, and until it is there no other one can be made.
        if (connection.signalingState === 'have-local-offer') listener.signal(connection.localDescription?.toJSON());
        if (isRestarting) return;
        isRestarting = true;
        connection.restartIce();
        peer.negotiate();
      }),
    remoteCertificates: () => {
      // A browser without the call shows no certificate, and the link is refused for it.
      const transport: Partial<RTCDtlsTransport> | undefined = peer._pc?.sctp?.transport;
      return (transport?.getRemoteCertificates?.() ?? []).slice(0, 1).map((der) => new Uint8Array(der));
    },
    stats: async () => {
      const entries: StatsEntry[] = [];
      (await peer._pc?.getStats())?.forEach((entry: StatsEntry) => {
        entries.push(entry);
      });
      return entries;
    },
    playedAt: () => {
      const sources = (peer._pc?.getReceivers() ?? []).flatMap((receiver) => receiver.getSynchronizationSources());
      return sources.length === 0 ? null : Math.max(...sources.map(({ timestamp }) => timestamp));
    },
    audioLevel: () => {
      const receivers = peer._pc?.getReceivers() ?? [];
      const levels = receivers
        .filter(({ track }) => track.kind === 'audio')
        .flatMap((receiver) => receiver.getSynchronizationSources().map((source) => source.audioLevel ?? 0));
      return Math.max(0, ...levels);
    },
    destroy: () => {
      peer.destroy();
    },
  };
};
