import type { Clock } from '@parley/shared/timing';
import type { LivePorts } from './live-ports.ts';

const SOUND_MAX_BPS = 96_000;
/** A STUN or TURN server that does not answer holds nothing up for longer. */
const GATHER_MS = 3_000;

/** The browser's own connections to receivers. */
export const browserLive = (window: Window & typeof globalThis, clock: Pick<Clock, 'after'>): LivePorts => ({
  connect({ tracks, iceServers, relayOnly, videoMaxBps, changed }) {
    const connection = new window.RTCPeerConnection({
      iceServers: [...iceServers],
      iceTransportPolicy: relayOnly ? 'relay' : 'all',
      bundlePolicy: 'max-bundle',
    });
    connection.addEventListener('connectionstatechange', () => changed(connection.connectionState));
    for (const track of tracks)
      connection.addTransceiver(track, {
        direction: 'sendonly',
        sendEncodings: [{ maxBitrate: track.kind === 'video' ? videoMaxBps : SOUND_MAX_BPS }],
      });
    return {
      async offer() {
        const gathered = Promise.withResolvers<void>();
        const look = () => {
          if (connection.iceGatheringState === 'complete') gathered.resolve();
        };
        connection.addEventListener('icegatheringstatechange', look);
        const undo = clock.after(GATHER_MS, gathered.resolve);
        try {
          await connection.setLocalDescription();
          look();
          await gathered.promise;
        } finally {
          undo();
          connection.removeEventListener('icegatheringstatechange', look);
        }
        return connection.localDescription?.sdp ?? '';
      },
      answer: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }),
      close: () => connection.close(),
    };
  },
});
