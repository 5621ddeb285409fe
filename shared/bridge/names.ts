import type { BridgeCall, BridgeEvent } from './contract.ts';

/**
 * The names alone, for the preload script, which must not carry a schema library into the sandbox.
 * The types make a missing or foreign name a compile error.
 */
const calls: Record<BridgeCall, true> = {
  'app.info': true,
  'app.open-external': true,
  'app.take-deep-link': true,
  'log.write': true,
  'settings.get': true,
  'settings.change': true,
  'identity.sign-hello': true,
  'identity.sign-confirm': true,
  'peers.meet': true,
  'peers.verify': true,
  'rooms.list': true,
  'rooms.create': true,
  'rooms.read-invite': true,
  'rooms.add': true,
  'rooms.keyring': true,
  'rooms.rename': true,
  'rooms.draft': true,
  'rooms.delete': true,
  'rooms.mark-listed': true,
  'rooms.sign-listing': true,
  'rooms.sign-ownership': true,
  'history.compose': true,
  'history.record': true,
  'history.page': true,
  'history.around': true,
  'history.search': true,
  'history.mark': true,
  'history.mark-heads': true,
  'history.mark-seen': true,
  'history.heads': true,
  'history.missing': true,
  'history.held-ids': true,
  'history.missing-among': true,
  'server.state': true,
  'server.allow-lan': true,
  'servers.list': true,
  'servers.read': true,
  'servers.check': true,
  'servers.add': true,
  'servers.rename': true,
  'servers.authorize': true,
  'servers.remove': true,
  'signaling.open': true,
  'signaling.call': true,
  'signaling.close': true,
};
const events: Record<BridgeEvent, true> = {
  'settings.changed': true,
  'rooms.changed': true,
  'peers.changed': true,
  'server.changed': true,
  'app.deep-link-arrived': true,
  'app.noticed': true,
  'servers.changed': true,
  'signaling.opened': true,
  'signaling.failed': true,
  'signaling.closed': true,
  'signaling.heard': true,
  'signaling.answered': true,
  'signaling.lost': true,
};

export const BRIDGE_CALL_NAMES: readonly string[] = Object.keys(calls);
export const BRIDGE_EVENT_NAMES: readonly string[] = Object.keys(events);

/** The one channel for calls and the one for events between preload and main. */
export const BRIDGE_CHANNEL = { call: 'parley:call', event: 'parley:event' } as const;
