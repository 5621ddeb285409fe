import { allowedHosts } from '../bridge/allowed-hosts.ts';
import { createBridge } from '../bridge/create-bridge.ts';
import { systemClock } from '../clock.ts';
import { browserMedia } from '../media/ports.ts';
import { makeSimplePeer, usualLinkPolicy } from '../mesh/peer-link.ts';
import { makeCertificate } from '../session/certificate.ts';
import { usualSessionPolicy } from '../session/room-session.ts';
import { patient } from '../signaling/retry-policy.ts';
import { usualSignalingPolicy } from '../signaling/signaling-client.ts';
import { createSignalingHub } from '../signaling/signaling-hub.ts';
import { openSocketWire } from '../signaling/wire.ts';
import type { AppPorts } from './ports.ts';

const NOTE = 'parley.go-to';

/** The app's ports in a page: the browser's own media, connections, sockets and storage. */
export function browserPorts(window: Window & typeof globalThis): AppPorts {
  const randomBytes = (sizeBytes: number) => window.crypto.getRandomValues(new Uint8Array(sizeBytes));
  return {
    bridge: createBridge(window),
    clock: systemClock,
    randomBytes,
    signaling: createSignalingHub({
      openWire: openSocketWire,
      clock: systemClock,
      random: Math.random,
      randomBytes,
      policy: usualSignalingPolicy(patient),
    }),
    makePeer: makeSimplePeer,
    makeCertificate: () => makeCertificate(window.RTCPeerConnection),
    media: browserMedia(window),
    page: {
      allowedHosts: allowedHosts(window.document),
      reload: () => window.location.reload(),
      remember: (note) => window.sessionStorage.setItem(NOTE, note),
      recall: () => {
        const note = window.sessionStorage.getItem(NOTE);
        window.sessionStorage.removeItem(NOTE);
        return note;
      },
    },
    writeClipboard: (text) => window.navigator.clipboard.writeText(text),
    sessionPolicy: usualSessionPolicy(usualLinkPolicy),
  };
}
