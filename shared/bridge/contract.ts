import { z } from 'zod';
import type { Outcome } from '../base/outcome.ts';
import { AppInfo, BlockedPeer, EmbeddedServerState, PeerStanding, Preparing, Room, Settings } from '../model/index.ts';
import { appCalls } from './app-calls.ts';
import { backupCalls, backupEvents } from './backup-calls.ts';
import { computerCalls, computerEvents } from './computer-calls.ts';
import { fileCalls, fileEvents } from './file-calls.ts';
import { historyCalls, historyEvents } from './history-calls.ts';
import { identityCalls } from './identity-calls.ts';
import { liveCalls } from './live-calls.ts';
import { logCalls } from './log-calls.ts';
import { recordingCalls } from './recording-calls.ts';
import { roomCalls } from './room-calls.ts';
import { ownServerCalls, serverCalls, serverEvents } from './server-calls.ts';
import { signalingCalls, signalingEvents } from './signaling-calls.ts';
import { storageCalls } from './storage-calls.ts';
import { workCalls, workEvents } from './work-calls.ts';

export { PageLogEntry } from './log-calls.ts';
export { KeptOfCall, WrittenPart } from './recording-calls.ts';

/**
 * Everything a page can ask of the core: a row is the whole definition of a call. Answers are Outcomes.
 */
export const bridgeCalls = {
  ...appCalls,
  ...logCalls,
  ...identityCalls,
  ...roomCalls,
  ...historyCalls,
  ...fileCalls,
  ...recordingCalls,
  ...liveCalls,
  ...ownServerCalls,
  ...serverCalls,
  ...signalingCalls,
  ...storageCalls,
  ...workCalls,
  ...backupCalls,
  ...computerCalls,
} as const;

export type BridgeCall = keyof typeof bridgeCalls;
/** The input of a call as the caller passes it: fields with a default may be left out. */
export type BridgeInput<N extends BridgeCall> = z.input<(typeof bridgeCalls)[N]['input']>;
/** The input of a call as the handler gets it, parsed. */
export type BridgeParsed<N extends BridgeCall> = z.output<(typeof bridgeCalls)[N]['input']>;
export type BridgeOutput<N extends BridgeCall> = z.output<(typeof bridgeCalls)[N]['output']>;

/** The ways in which the network changes under an app. */
export const NetworkChange = z.enum(['lost', 'found', 'woke']);
export type NetworkChange = z.infer<typeof NetworkChange>;

/** The events of the core; the signaling events only to the page that opened the wire. */
export const bridgeEvents = {
  'settings.changed': Settings,
  'rooms.changed': z.object({ items: z.array(Room) }),
  /** A device is known by another name from now on, or its name is confirmed or no longer so. */
  'peers.changed': PeerStanding,
  /** Somebody was blocked or is no longer: everybody who is now. */
  'peers.blocks-changed': z.object({ items: z.array(BlockedPeer) }),
  'server.changed': EmbeddedServerState,
  /** Parley was opened again with a link. */
  'app.deep-link-arrived': z.object({ invite: z.string().max(2_048) }),
  /** The profile is brought to the shape of this version, and every call waits for that. */
  'app.preparing': Preparing,
  /**
   * Addresses of this computer are gone (`lost`) or came (`found`), or it slept or stood still for some seconds (`woke`): connections may be
   * dead without knowing it.
   */
  'network.changed': z.object({ how: NetworkChange }),
  /** Something a person should read, such as a full disk. */
  'app.noticed': AppInfo.shape.notices.element,
  ...historyEvents,
  ...fileEvents,
  ...serverEvents,
  ...signalingEvents,
  ...workEvents,
  ...backupEvents,
  ...computerEvents,
} as const;
export type BridgeEvent = keyof typeof bridgeEvents;
export type BridgePayload<E extends BridgeEvent> = z.output<(typeof bridgeEvents)[E]>;

/** How a page reaches the core, whatever carries it. Never throws and never rejects. */
export interface Bridge {
  call<N extends BridgeCall>(name: N, input: BridgeInput<N>): Promise<Outcome<BridgeOutput<N>>>;
  /** Returns the undo. */
  on<E extends BridgeEvent>(name: E, listener: (payload: BridgePayload<E>) => void): () => void;
}

/** The bridge that Electron's preload puts on `window.desktop`: names and plain JSON, nothing live. */
export interface RawBridge {
  call(name: string, input: unknown): Promise<unknown>;
  on(name: string, listener: (payload: unknown) => void): () => void;
}
