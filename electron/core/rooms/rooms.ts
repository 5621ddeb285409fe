import { randomBytes } from 'node:crypto';
import type { BridgeParsed } from '@parley/shared/bridge';
import { type Profile, Room, RoomKeyring, RoomName, type ServerHost } from '@parley/shared/model';
import {
  fromBase64Url,
  MessageId,
  ParleyError,
  RoomId,
  type SignedListing,
  toBase64Url,
  unwrap,
} from '@parley/shared/protocol';
import {
  createInvite,
  deriveRoomKeys,
  ed25519FromSeed,
  formatInvite,
  parseInvite,
  proveOwnership,
  signListing,
} from '@parley/shared/sealing';
import type { HistoryClient } from '../history/history-client.ts';
import type { RoomRow } from '../history/room-rows.ts';
import type { Clock, SecretStore } from '../ports.ts';
import { unlock } from '../unlock.ts';

/** The addresses of this app's own server. */
export interface OwnServer {
  /** The host that this app connects to; null while it does not run. */
  host(): ServerHost | null;
  /** The host that an invite names: an address of the network where others may use it. */
  inviteHost(): ServerHost | null;
  /** Whether `host` names this app's own server. */
  isOwn(host: ServerHost): boolean;
}

/** Stands for the own server while that does not run: nothing answers there, and the page says so. */
const NOT_RUNNING: ServerHost = '127.0.0.1:9';

/** How far a date that is signed or stored may lie ahead of this computer's clock. */
const CLOCK_AHEAD_MAX_MS = 60_000;

/** Rooms, their secrets (wrapped on disk) and their invites. */
export function createRooms(options: {
  history: HistoryClient;
  secrets: SecretStore;
  clock: Clock;
  ownServer: OwnServer;
  servers: {
    /** A room's server becomes a known one with the room. */
    know(host: ServerHost): Promise<void>;
    /** Every name of a server: entries on its list are signed for them. */
    namesOf(host: ServerHost): Promise<ServerHost[]>;
  };
  homeServer: () => ServerHost | null;
  /** This person; null before they said who they are. */
  profile: () => Profile | null;
}) {
  const { history, secrets, clock, ownServer, servers, homeServer, profile } = options;
  const hostOf = (row: Pick<RoomRow, 'host'>): ServerHost => row.host ?? ownServer.host() ?? NOT_RUNNING;

  const list = async (): Promise<Room[]> =>
    (await history.rooms()).map((row) =>
      Room.parse({
        roomId: row.room_id,
        name: row.name,
        host: hostOf(row),
        mine: row.owner_seed !== null,
        needsPassphrase: row.needs_passphrase === 1,
        listed: row.listed === 1,
        wasListed: row.listed > 0,
        createdAt: row.created_at,
        lastActiveAt: row.last_active_at,
        unread: row.unread,
        mentions: row.mentions,
        lastMessage: row.lastMessage,
        ...(row.missedCall === null ? {} : { missedCall: row.missedCall }),
        ...(row.keep_ms === null ? {} : { keepMs: row.keep_ms }),
        ...(row.lifetimeMs === null ? {} : { lifetimeMs: row.lifetimeMs }),
        draft: row.draft,
      }),
    );

  const get = async (roomId: RoomId): Promise<Room> => {
    const room = (await list()).find((candidate) => candidate.roomId === roomId);
    if (!room) throw new ParleyError('room-unknown');
    return room;
  };

  const passphraseOf = async (row: Pick<RoomRow, 'passphrase'>): Promise<string | null> =>
    row.passphrase ? Buffer.from(await unlock(secrets, row.passphrase)).toString('utf8') : null;

  const ownedRoom = async (roomId: RoomId) => {
    const row = await history.room(roomId);
    if (!row) throw new ParleyError('room-unknown');
    if (row.owner_seed === null) throw new ParleyError('not-allowed');
    const { privateKey } = await ed25519FromSeed(await unlock(secrets, row.owner_seed));
    return { row, ownerKey: privateKey };
  };

  /**
   * Signs the names of rooms that were made here, where that was not done yet: those of an earlier version, and one
   * that the disk did not take. Members know only names that are signed.
   */
  const signNames = async (): Promise<void> => {
    const author = profile();
    if (!author) return;
    for (const { roomId, name } of await history.unsignedNames()) {
      const id = MessageId.parse(randomBytes(16).toString('base64url'));
      const content = { kind: 'name' as const, name: RoomName.parse(name), of: null };
      await history.compose({ id, roomId: RoomId.parse(roomId), content }, author);
    }
  };

  const wrapText = (text: string) => secrets.wrap(new Uint8Array(Buffer.from(text, 'utf8')));

  return {
    list,

    /** Makes a private room on `host`, else on the home server, else on the own server. */
    async create(name: string, host?: ServerHost, passphrase?: string): Promise<Room> {
      const used = passphrase === undefined || passphrase === '' ? null : passphrase;
      const wanted = host ?? homeServer();
      const own = wanted === null || ownServer.isOwn(wanted);
      const { invite, ownerSeed } = await createInvite(own ? (ownServer.host() ?? NOT_RUNNING) : wanted, used !== null);
      const { roomId } = await deriveRoomKeys(invite.secret, used, invite.ownerPub);
      if (!own) await servers.know(wanted);
      await history.addRoom({
        room_id: roomId,
        name,
        host: own ? null : wanted,
        secret: await secrets.wrap(invite.secret),
        owner_pub: toBase64Url(invite.ownerPub),
        owner_seed: await secrets.wrap(ownerSeed),
        passphrase: used === null ? null : await wrapText(used),
        needs_passphrase: Number(used !== null),
        listed: 0,
      });
      await signNames();
      return get(roomId);
    },

    /** Reads an invite and stores nothing. The room is only known when it needs no passphrase. */
    async readInvite(text: string) {
      const invite = unwrap(parseInvite(text));
      let roomId: RoomId | null = null;
      if (!invite.needsPassphrase) {
        const keys = await deriveRoomKeys(invite.secret, null, invite.ownerPub);
        const known = await history.room(keys.roomId);
        roomId = known && known.secret.length > 0 ? keys.roomId : null;
      }
      return { host: invite.host, needsPassphrase: invite.needsPassphrase, roomId };
    },

    /** Stores the room of an invite, with a name that counts until an entry says one; a room that is there already stays. Throws `invite-passphrase` when one is missing. */
    async add(text: string, passphrase?: string, name: string | null = null): Promise<Room> {
      const invite = unwrap(parseInvite(text));
      if (invite.needsPassphrase && (passphrase === undefined || passphrase === '')) {
        throw new ParleyError('invite-passphrase');
      }
      const used = invite.needsPassphrase ? (passphrase ?? null) : null;
      const { roomId } = await deriveRoomKeys(invite.secret, used, invite.ownerPub);
      if (!ownServer.isOwn(invite.host)) await servers.know(invite.host);
      await history.addRoom({
        room_id: roomId,
        name,
        host: ownServer.isOwn(invite.host) ? null : invite.host,
        secret: await secrets.wrap(invite.secret),
        owner_pub: toBase64Url(invite.ownerPub),
        owner_seed: null,
        passphrase: used === null ? null : await wrapText(used),
        needs_passphrase: invite.needsPassphrase ? 1 : 0,
        listed: 0,
      });
      return get(roomId);
    },

    async keyring(roomId: RoomId): Promise<RoomKeyring & { inviteHost: ServerHost }> {
      const row = await history.room(roomId);
      if (!row) throw new ParleyError('room-unknown');
      if (row.secret.length === 0) throw new ParleyError('room-key-lost');
      const secret = await unlock(secrets, row.secret);
      const passphrase = await passphraseOf(row);
      const ownerPub = fromBase64Url(row.owner_pub) ?? new Uint8Array(32);
      const needsPassphrase = row.needs_passphrase === 1;
      const inviteHost = row.host ?? ownServer.inviteHost() ?? NOT_RUNNING;
      const keyring = RoomKeyring.parse({
        roomId,
        host: hostOf(row),
        secret: toBase64Url(secret),
        ownerPub: row.owner_pub,
        passphrase,
        invite: formatInvite({ host: inviteHost, secret, ownerPub, needsPassphrase }),
      });
      return { ...keyring, inviteHost };
    },

    async markListed(roomId: RoomId, listed: boolean): Promise<Room> {
      await history.setListed(roomId, listed);
      return get(roomId);
    },

    /**
     * The entry for its server's list, signed by the owner's key for that server alone. Throws `not-allowed` for a room
     * that was made elsewhere, and what asking the server for its names is refused with.
     */
    async signListing(roomId: RoomId, name: string, issuedAt: number): Promise<SignedListing> {
      const { row, ownerKey } = await ownedRoom(roomId);
      const secret = await unlock(secrets, row.secret);
      const keys = await deriveRoomKeys(
        secret,
        await passphraseOf(row),
        fromBase64Url(row.owner_pub) ?? new Uint8Array(),
      );
      const fields = {
        roomId,
        name,
        secret: toBase64Url(secret),
        authPub: toBase64Url(keys.authPub),
        ownerPub: row.owner_pub,
        needsPassphrase: row.needs_passphrase === 1,
        // A date from a clock that runs ahead must not stay the newest for ever.
        issuedAt: Math.min(issuedAt, clock.now() + CLOCK_AHEAD_MAX_MS),
      };
      return signListing(ownerKey, fields, await servers.namesOf(hostOf(row)));
    },

    /** Proves to a room's own server that this device made the room. Throws `not-allowed` for any other. */
    async signOwnership({
      roomId,
      act,
      host,
      challenge,
      name,
    }: BridgeParsed<'rooms.sign-ownership'>): Promise<{ sig: string }> {
      const { row, ownerKey } = await ownedRoom(roomId);
      const isItsServer = row.host === null ? ownServer.isOwn(host) : row.host === host;
      if (!isItsServer) throw new ParleyError('not-allowed');
      const proof = { host, challenge: fromBase64Url(challenge) ?? new Uint8Array(), roomId, name };
      return { sig: toBase64Url(await proveOwnership(ownerKey, act, proof)) };
    },

    /** Sets how long a room's messages are kept on this computer, in ms; null: for ever. */
    async keep(roomId: RoomId, keepMs: number | null): Promise<Room> {
      await history.setKeep(roomId, keepMs);
      return get(roomId);
    },

    signNames,
  };
}

export type Rooms = ReturnType<typeof createRooms>;
