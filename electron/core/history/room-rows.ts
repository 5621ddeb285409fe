import type { MessageCall } from '@parley/shared/model';

/** A room as stored: secrets wrapped, the host null where it is this app's own server. */
export type RoomRow = {
  room_id: string;
  name: string | null;
  host: string | null;
  secret: Uint8Array;
  owner_pub: string;
  owner_seed: Uint8Array | null;
  passphrase: Uint8Array | null;
  needs_passphrase: number;
  /** 0: never on its server's list as far as is known; 1: on it; 2: taken off again. */
  listed: number;
  created_at: number;
  last_active_at: number;
  unread: number;
  /** How long its messages are kept on this device, in ms; null: for ever. */
  keep_ms: number | null;
  draft: string;
  /** Everything up to this clock was read on another computer of this person, before the room came here. */
  read_clock: number;
};
export type LastMessage = {
  name: string;
  confirmed: boolean;
  text: string;
  sentAt: number;
  mine: boolean;
  call?: MessageCall & { callId: string };
};
export type MissedCall = { callId: string; name: string; confirmed: boolean; count: number };
