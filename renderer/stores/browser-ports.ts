import type { Bridge } from '@parley/shared/bridge';
import { systemClock } from '@parley/shared/timing';
import { fetchedBackground } from '../bridge/background-content.ts';
import { createBridge } from '../bridge/create-bridge.ts';
import { fetchedContent } from '../bridge/file-content.ts';
import { fetchedRecordings } from '../bridge/recording-content.ts';
import { browserSaveText } from '../bridge/save-text.ts';
import { PageLog } from '../log.ts';
import { browserEvener } from '../media/listening/browser-evener.ts';
import { browserLive } from '../media/live/browser-live.ts';
import { browserMedia } from '../media/ports.ts';
import { browserCapture } from '../media/recording/browser-capture.ts';
import { browserRingTone } from '../media/ring-tone.ts';
import { browserVoice } from '../media/voice/voice-ports.ts';
import { usualLinkPolicy } from '../mesh/link-policy.ts';
import { browserPathProbes } from '../mesh/path-probes.ts';
import { makeSimplePeer } from '../mesh/simple-peer-adapter.ts';
import { makeCertificate } from '../session/certificate.ts';
import { usualSessionPolicy } from '../session/session-policy.ts';
import { patient } from '../signaling/retry-policy.ts';
import { createRoomLists } from '../signaling/room-lists.ts';
import { createSignalingHub } from '../signaling/signaling-hub.ts';
import { usualSignalingPolicy } from '../signaling/signaling-policy.ts';
import { bridgeWires } from '../signaling/wire.ts';
import type { AppPorts } from './ports.ts';

/** The app's ports in a page: the browser's own media and connections. */
export function browserPorts(window: Window & typeof globalThis): AppPorts {
  const randomBytes = (sizeBytes: number) => window.crypto.getRandomValues(new Uint8Array(sizeBytes));
  const log: PageLog = new PageLog({
    clock: systemClock,
    forward: (entries) => bridge.call('log.write', { entries }),
  });
  const bridge: Bridge = createBridge(window, log.area('bridge'));
  const signaling = createSignalingHub({
    openWire: bridgeWires(bridge, randomBytes),
    clock: systemClock,
    random: Math.random,
    randomBytes,
    policy: usualSignalingPolicy(patient),
    log: log.area('signaling'),
  });
  bridge.on('servers.changed', ({ items }) => {
    for (const { host, right } of items) if (right.at === 'held') signaling.rightChanged(host);
  });
  const background = fetchedBackground((url, init) => window.fetch(url, init), log.area('bridge'));
  return {
    bridge,
    content: fetchedContent((url, init) => window.fetch(url, init), log.area('bridge')),
    recordings: fetchedRecordings((url, init) => window.fetch(url, init), log.area('bridge')),
    fileUrls: {
      make: (file) => (file instanceof File ? window.URL.createObjectURL(file) : null),
      revoke: (address) => window.URL.revokeObjectURL(address),
    },
    clock: systemClock,
    randomBytes,
    signaling,
    roomLists: createRoomLists((host) => signaling.clientOf(host), systemClock),
    makePeer: makeSimplePeer,
    pathProbes: browserPathProbes(window),
    makeCertificate: () => makeCertificate(window.RTCPeerConnection),
    media: browserMedia(window, background.read),
    background,
    evenVoice: browserEvener(),
    voice: browserVoice(window),
    capture: browserCapture(window),
    live: browserLive(window, systemClock),
    ringTone: browserRingTone(window),
    reload: () => window.location.reload(),
    writeClipboard: (text) => window.navigator.clipboard.writeText(text),
    saveText: browserSaveText(window, systemClock),
    log,
    sessionPolicy: usualSessionPolicy(usualLinkPolicy),
  };
}
