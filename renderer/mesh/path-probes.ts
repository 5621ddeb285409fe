/** Two connections of this device with each other through the relay, and a channel that loses what the way loses. */
export interface TestLoop {
  /** Sends to the other end; what has at most `ECHO_MAX_BYTES` comes back. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Bytes that wait to be sent. */
  readonly bufferedBytes: number;
  /** Bytes that reached the other end. */
  readonly arrivedBytes: number;
  /** Hears what came back. */
  onEcho(listener: (data: Uint8Array) => void): void;
  /** How this device reaches the relay; null where the browser does not say. */
  relayProtocol(): Promise<string | null>;
  close(): void;
}

/** The browser as a test of the ways out of a network uses it; tests give their own. */
export type PathProbes = {
  /** Whether a STUN server answers by UDP. Resolves when that is known, or when the browser has tried everything. */
  findsWayOut(iceServers: readonly RTCIceServer[], signal: AbortSignal): Promise<boolean>;
  /** Resolves when the loop is open; rejects when it does not open until `signal` says so. */
  openLoop(iceServers: readonly RTCIceServer[], signal: AbortSignal): Promise<TestLoop>;
};

/** Larger packets only fill the way. */
export const ECHO_MAX_BYTES = 64;

type Connections = Pick<Window & typeof globalThis, 'RTCPeerConnection'>;

/** The probes of a browser. */
export function browserPathProbes({ RTCPeerConnection }: Connections): PathProbes {
  const connect = (iceServers: readonly RTCIceServer[], iceTransportPolicy: RTCIceTransportPolicy) =>
    new RTCPeerConnection({ iceServers: [...iceServers], iceTransportPolicy });
  return {
    async findsWayOut(iceServers, signal) {
      const connection = connect(iceServers, 'all');
      try {
        connection.createDataChannel('way out');
        return await new Promise<boolean>((resolve, reject) => {
          signal.addEventListener('abort', () => resolve(false), { once: true });
          connection.onicecandidate = ({ candidate }) => {
            if (candidate === null) resolve(false);
            else if (candidate.type === 'srflx' && candidate.protocol === 'udp') resolve(true);
          };
          connection.setLocalDescription().catch(reject);
        });
      } finally {
        connection.close();
      }
    },
    async openLoop(iceServers, signal) {
      const [near, far] = [connect(iceServers, 'relay'), connect(iceServers, 'relay')];
      const close = () => {
        near.close();
        far.close();
      };
      signal.addEventListener('abort', close, { once: true });
      try {
        return await joinLoop(near, far, close, signal);
      } catch (error) {
        close();
        throw error;
      }
    },
  };
}

async function joinLoop(
  near: RTCPeerConnection,
  far: RTCPeerConnection,
  close: () => void,
  signal: AbortSignal,
): Promise<TestLoop> {
  const open = (connection: RTCPeerConnection) => {
    const channel = connection.createDataChannel('test', {
      negotiated: true,
      id: 0,
      ordered: false,
      maxRetransmits: 0,
    });
    channel.binaryType = 'arraybuffer';
    return channel;
  };
  const [out, back] = [open(near), open(far)];
  const pass = (from: RTCPeerConnection, to: RTCPeerConnection) => {
    from.onicecandidate = ({ candidate }) => {
      // A server that cannot be used leaves the others.
      if (candidate) to.addIceCandidate(candidate).catch(() => undefined);
    };
  };
  let arrivedBytes = 0;
  let hear: (data: Uint8Array) => void = () => {};
  back.onmessage = ({ data }) => {
    if (!(data instanceof ArrayBuffer)) return;
    arrivedBytes += data.byteLength;
    if (data.byteLength <= ECHO_MAX_BYTES && back.readyState === 'open') back.send(data);
  };
  out.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) hear(new Uint8Array(data));
  };
  const isOpen = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the loop did not open')), { once: true });
    out.onopen = () => resolve();
  });
  // It may be aborted before anybody waits for it.
  isOpen.catch(() => undefined);
  // Candidates come as soon as there is a local description, and are taken only after the remote one.
  const offer = await near.createOffer();
  await far.setRemoteDescription(offer);
  const answer = await far.createAnswer();
  pass(near, far);
  await near.setLocalDescription(offer);
  await near.setRemoteDescription(answer);
  pass(far, near);
  await far.setLocalDescription(answer);
  await isOpen;
  return {
    send: (data) => {
      if (out.readyState === 'open') out.send(data);
    },
    get bufferedBytes() {
      return out.bufferedAmount;
    },
    get arrivedBytes() {
      return arrivedBytes;
    },
    onEcho: (listener) => {
      hear = listener;
    },
    relayProtocol: async () => {
      const entries = new Map<string, Record<string, unknown>>();
      (await near.getStats()).forEach((entry: Record<string, unknown> & { id: string }) => {
        entries.set(entry.id, entry);
      });
      const transport = [...entries.values()].find(({ type }) => type === 'transport');
      const pair = entries.get(String(transport?.selectedCandidatePairId));
      const protocol = entries.get(String(pair?.localCandidateId))?.relayProtocol;
      return typeof protocol === 'string' ? protocol : null;
    },
    close,
  };
}
