/** What the probe in a page knows; `at` are milliseconds of the page's own clock. */
export type ProbeSnapshot = {
  /** When the page's clock began, in milliseconds since 1970: makes times of several pages comparable. */
  epoch: number;
  now: number;
  /** When a button was last pressed, by its accessible name. */
  pressedAt: Record<string, number>;
  /** When the first video frame of any other participant was decoded; null while none was. */
  firstFrameAt: number | null;
  peers: PeerStats[];
  tiles: TileStats[];
};
export type PeerStats = {
  connectionState: string;
  /** "host ↔ host (udp)"; null while no pair is chosen. */
  candidatePair: string | null;
  inboundVideo: { trackId: string; framesDecoded: number; width: number; height: number }[];
  inboundAudio: { trackId: string; totalAudioEnergy: number }[];
  outboundVideo: { framesEncoded: number }[];
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

/**
 * Runs inside the page before the app does: keeps every RTCPeerConnection, notes when buttons are pressed and when
 * the first frame is decoded. The app knows nothing of it. Self-contained, because only its source reaches the page.
 */
export function installProbe(cellCount: number): void {
  const peers: RTCPeerConnection[] = [];
  const pressedAt: Record<string, number> = {};
  let firstFrameAt: number | null = null;

  const watchFirstFrame = (peer: RTCPeerConnection) => {
    const look = async () => {
      if (firstFrameAt !== null || peer.connectionState === 'closed') return;
      const stats = await peer.getStats();
      for (const entry of stats.values()) {
        if (entry.type === 'inbound-rtp' && entry.kind === 'video' && entry.framesDecoded > 0) {
          firstFrameAt ??= performance.now();
          return;
        }
      }
      setTimeout(() => void look(), 10);
    };
    peer.addEventListener('track', (event) => {
      if (event.track.kind === 'video') void look();
    });
  };

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, newTarget) {
      const peer = Reflect.construct(target, args, newTarget) as RTCPeerConnection;
      peers.push(peer);
      watchFirstFrame(peer);
      return peer;
    },
  });

  window.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element ? event.target.closest('button, [role=button]') : null;
      if (button) pressedAt[button.getAttribute('aria-label') ?? button.textContent?.trim() ?? ''] = performance.now();
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
        .map((entry) => ({ trackId: entry.trackIdentifier, totalAudioEnergy: entry.totalAudioEnergy ?? 0 })),
      outboundVideo: entries
        .filter((entry) => entry.type === 'outbound-rtp' && entry.kind === 'video')
        .map((entry) => ({ framesEncoded: entry.framesEncoded ?? 0 })),
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
        kind: tile.dataset['kind'] ?? '',
        trackIds: stream ? stream.getTracks().map((track) => track.id) : [],
        currentTime: video?.currentTime ?? 0,
        width: video?.videoWidth ?? 0,
        height: video?.videoHeight ?? 0,
        cells: video ? cellsIn(video) : null,
      };
    }),
  });
  Object.defineProperty(window, Symbol.for('parley.probe'), { value: { snapshot } });
}

/** Source that asks the probe; its value is a promise of a ProbeSnapshot. */
export const ASK_PROBE = `globalThis[Symbol.for('parley.probe')].snapshot()`;
