/** The state that the probe in a page reports; `at` are milliseconds of the page's own clock. */
export type ProbeSnapshot = {
  /** When the page's clock began, in milliseconds since 1970: makes times of several pages comparable. */
  epoch: number;
  now: number;
  /** When a button was last pressed, by its accessible name. */
  pressedAt: Record<string, number>;
  /** When the first frame of any other participant was decoded since a call was entered; null while none was. */
  firstFrameAt: number | null;
  peers: PeerStats[];
  tiles: TileStats[];
};
export type PeerStats = {
  connectionState: string;
  /** "host ↔ host (udp)"; null while no pair is chosen. */
  candidatePair: string | null;
  /** How this side reaches its relay, where the chosen pair begins at one. */
  relayProtocol: string | null;
  inboundVideo: { trackId: string; framesDecoded: number; width: number; height: number }[];
  inboundAudio: {
    trackId: string;
    packets: number;
    /** The played samples that nothing had come for. */
    samples: number;
    concealed: number;
  }[];
  outboundVideo: { framesCaptured: number; framesEncoded: number; targetBitrate: number | null }[];
  fingerprints: string[];
};
export type TileStats = {
  label: string;
  kind: string;
  trackIds: string[];
  currentTime: number;
  width: number;
  height: number;
  /** Brightness of the counter's blocks in the picture as it is now; null without a picture. */
  cells: number[] | null;
};

/** Chromium's own; not in the standard library's types. */
declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack });
  readonly readable: ReadableStream<{ close(): void }>;
}

/**
 * Runs inside the page before the app does: keeps every RTCPeerConnection, notes when buttons are pressed and when
 * the first frame is decoded. The app knows nothing of it. Self-contained, because only its source reaches the page.
 */
export function installProbe(cellCount: number): void {
  let peers: RTCPeerConnection[] = [];
  const pressedAt: Record<string, number> = {};
  let firstFrameAt: number | null = null;

  /** Frames decoded of a track by the source that sends it: a track that is used again may get a new source. */
  const framesOf = async (peer: RTCPeerConnection, trackId: string): Promise<Map<number, number>> => {
    const frames = new Map<number, number>();
    for (const entry of (await peer.getStats()).values()) {
      if (entry.type === 'inbound-rtp' && entry.trackIdentifier === trackId)
        frames.set(entry.ssrc, entry.framesDecoded ?? 0);
    }
    return frames;
  };
  // The track gives the time, the statistics the proof: a track can show a picture although nothing ever came.
  const watchFirstFrame = async (peer: RTCPeerConnection, track: MediaStreamTrack, asked: AbortSignal) => {
    const before = await framesOf(peer, track.id);
    const copy = track.clone();
    const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
    asked.addEventListener('abort', () => void reader.cancel(), { once: true });
    const first = await reader.read();
    const at = performance.now();
    first.value?.close();
    await reader.cancel();
    copy.stop();
    while (!asked.aborted && peer.connectionState !== 'closed') {
      const now = await framesOf(peer, track.id);
      if ([...now].some(([source, frames]) => frames > (before.get(source) ?? 0))) {
        firstFrameAt ??= at;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  /** A person who enters a call looks for a first frame anew, on the tracks that are there and on those that come. */
  let looking = new AbortController();
  const lookAnew = () => {
    looking.abort();
    looking = new AbortController();
    firstFrameAt = null;
    for (const peer of peers) {
      for (const { track } of peer.connectionState === 'closed' ? [] : peer.getReceivers()) {
        if (track.kind === 'video') void watchFirstFrame(peer, track, looking.signal);
      }
    }
  };

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, newTarget) {
      const peer = Reflect.construct(target, args, newTarget) as RTCPeerConnection;
      // Closed ones are let go: whether the app does so can be seen then.
      peers = [...peers.filter((each) => each.connectionState !== 'closed'), peer];
      if (isAway) setTimeout(() => peer.close());
      peer.addEventListener('track', ({ track }) => {
        if (track.kind === 'video') void watchFirstFrame(peer, track, looking.signal);
      });
      return peer;
    },
  });

  // A camera that plays a file is named after the file's path on this computer, which belongs into no picture.
  const label = Object.getOwnPropertyDescriptor(MediaDeviceInfo.prototype, 'label');
  Object.defineProperty(MediaDeviceInfo.prototype, 'label', {
    get(this: MediaDeviceInfo) {
      const own: unknown = label?.get?.call(this);
      return typeof own === 'string' && own.includes('/') ? 'Front camera' : own;
    },
  });

  window.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element ? event.target.closest('button, [role=button]') : null;
      const name = button?.getAttribute('aria-label') ?? button?.textContent?.trim();
      if (name === undefined) return;
      pressedAt[name] = performance.now();
      if (name === 'Start call' || name === 'Join call') lookAnew();
    },
    { capture: true },
  );

  const canvas = new OffscreenCanvas(cellCount * 4, 4);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const cellsIn = (video: HTMLVideoElement): number[] | null => {
    if (!context || video.videoWidth === 0 || video.readyState < 2) return null;
    // The middle of the row alone: an encoder smears its edge.
    const rowHeight = Math.round(video.videoHeight / 11);
    context.drawImage(video, 0, rowHeight / 4, video.videoWidth, rowHeight / 2, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: cellCount }, (_, cell) => {
      let sum = 0;
      for (const y of [1, 2]) for (const x of [1, 2]) sum += data[(y * canvas.width + cell * 4 + x) * 4 + 1] ?? 0;
      return sum / 4;
    });
  };

  const statsOf = async (peer: RTCPeerConnection) => {
    const stats = await peer.getStats();
    const entries = [...stats.values()];
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const transport = entries.find((entry) => entry.type === 'transport');
    const pair = byId.get(transport?.selectedCandidatePairId);
    const local = byId.get(pair?.localCandidateId);
    const remote = byId.get(pair?.remoteCandidateId);
    const inbound = entries.filter((entry) => entry.type === 'inbound-rtp');
    return {
      connectionState: peer.connectionState,
      candidatePair: local && remote ? `${local.candidateType} ↔ ${remote.candidateType} (${local.protocol})` : null,
      relayProtocol: local?.relayProtocol ?? null,
      inboundVideo: inbound
        .filter((entry) => entry.kind === 'video')
        .map((entry) => ({
          trackId: entry.trackIdentifier,
          framesDecoded: entry.framesDecoded ?? 0,
          width: entry.frameWidth ?? 0,
          height: entry.frameHeight ?? 0,
        })),
      inboundAudio: inbound
        .filter((entry) => entry.kind === 'audio')
        .map((entry) => ({
          trackId: entry.trackIdentifier,
          packets: entry.packetsReceived ?? 0,
          samples: entry.totalSamplesReceived ?? 0,
          // Silence that is made up where silence was sent is none that anybody misses.
          concealed: (entry.concealedSamples ?? 0) - (entry.silentConcealedSamples ?? 0),
        })),
      outboundVideo: entries
        .filter((entry) => entry.type === 'outbound-rtp' && entry.kind === 'video')
        .map((entry) => ({
          framesCaptured: byId.get(entry.mediaSourceId)?.frames ?? 0,
          framesEncoded: entry.framesEncoded ?? 0,
          targetBitrate: entry.targetBitrate ?? null,
        })),
      fingerprints: entries.filter((entry) => entry.type === 'certificate').map((entry) => entry.fingerprint),
    };
  };

  const snapshot = async () => ({
    epoch: performance.timeOrigin,
    now: performance.now(),
    pressedAt,
    firstFrameAt,
    peers: await Promise.all(peers.filter((peer) => peer.connectionState !== 'closed').map(statsOf)),
    tiles: [...document.querySelectorAll<HTMLElement>('[role=group][data-sess]')].map((tile) => {
      const video = tile.querySelector('video');
      const stream = video?.srcObject instanceof MediaStream ? video.srcObject : null;
      return {
        label: tile.getAttribute('aria-label') ?? '',
        kind: tile.dataset.kind ?? '',
        trackIds: stream ? stream.getTracks().map((track) => track.id) : [],
        currentTime: video?.currentTime ?? 0,
        width: video?.videoWidth ?? 0,
        height: video?.videoHeight ?? 0,
        cells: video ? cellsIn(video) : null,
      };
    }),
  });
  /** Bytes of blocks that came on the files channels of this page, and of those that went. */
  const fileBytes = { received: 0, sent: 0 };
  /** Bytes of files that move until the next cut, and so on. */
  let cuts: number[] = [];
  let staysAway = false;
  let isAway = false;
  /** Ends every connection at once, as a network that is gone does in the end. */
  const cut = () => {
    for (const peer of peers) peer.close();
  };
  const moved = (way: keyof typeof fileBytes, data: unknown) => {
    // Each frame begins with 24 bytes that say of which block it is.
    if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) return;
    const bytes = data.byteLength - 24;
    fileBytes[way] += bytes;
    const [next] = cuts;
    if (next === undefined) return;
    cuts[0] = next - bytes;
    if (next > bytes) return;
    cuts.shift();
    isAway = staysAway && cuts.length === 0;
    cut();
  };
  const open = Native.prototype.createDataChannel;
  Native.prototype.createDataChannel = function (label, options) {
    const channel = open.call(this, label, options);
    if (label !== 'files') return channel;
    channel.addEventListener('message', ({ data }) => moved('received', data));
    const send = channel.send as (data: unknown) => void;
    channel.send = (data: unknown) => {
      send.call(channel, data);
      // The connection must not end inside the call that sends.
      queueMicrotask(() => moved('sent', data));
    };
    return channel;
  };
  const planCuts = (plan: number[], stays: boolean) => {
    cuts = [...plan];
    staysAway = stays;
  };
  const setAway = (away: boolean) => {
    isAway = away;
    if (away) cut();
  };
  const value = {
    ...{ snapshot, planCuts, setAway },
    cutsLeft: () => cuts.length,
    fileBytesReceived: () => fileBytes.received,
  };
  Object.defineProperty(window, Symbol.for('parley.probe'), { value });
}

/**
 * Source that plans cuts: each ends every connection of the page once so many more bytes of files came or went. With `stays` no connection
 * comes after the last one.
 */
export const planCuts = (plan: readonly number[], { stays = false } = {}): string =>
  `globalThis[Symbol.for('parley.probe')].planCuts(${JSON.stringify(plan)}, ${stays})`;

/** Source that counts the planned cuts that did not happen yet. */
export const ASK_CUTS_LEFT = `globalThis[Symbol.for('parley.probe')].cutsLeft()`;

/** Source that takes the page off the network of peers, or brings it back. */
export const setAway = (away: boolean): string => `globalThis[Symbol.for('parley.probe')].setAway(${away})`;

/** Source that counts the bytes of blocks of files that came to the page. */
export const ASK_FILE_BYTES = `globalThis[Symbol.for('parley.probe')].fileBytesReceived()`;

/** Source that asks the probe; its value is a promise of a ProbeSnapshot. */
export const ASK_PROBE = `globalThis[Symbol.for('parley.probe')].snapshot()`;

/** Runs inside the page before the app does: a computer with a camera and no microphone. */
export function hideMicrophones(): void {
  const devices = navigator.mediaDevices;
  const enumerate = devices.enumerateDevices.bind(devices);
  const open = devices.getUserMedia.bind(devices);
  devices.enumerateDevices = async () => (await enumerate()).filter((device) => device.kind !== 'audioinput');
  devices.getUserMedia = (constraints) =>
    constraints?.audio
      ? Promise.reject(new DOMException('Requested device not found', 'NotFoundError'))
      : open(constraints);
}
