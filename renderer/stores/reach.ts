import type { Room } from '@parley/shared/model';
import type { DeviceId, RoomId } from '@parley/shared/protocol';
import type { OwnCertificate } from '../session/certificate.ts';
import type { LocalFiles } from '../session/files/local-files.ts';
import { RoomSession } from '../session/room-session.ts';
import type { ParticipantNow, SessionEvents, SessionNow } from '../session/session-state.ts';
import { type AppStore, UNREACHED } from './app-store.ts';
import type { Chats } from './chats.ts';
import { type ForOneself, KeptForOneself } from './for-oneself.ts';
import type { Gaps } from './gaps.ts';
import { InviteRates, takeInvitation } from './invitations.ts';
import { createKeptFiles } from './kept-files.ts';
import { withReading } from './link-records.ts';
import { tellOfMentions } from './mentions.ts';
import type { Notices } from './notices.ts';
import { isBlockedIn, ownDevices } from './people.ts';
import type { AppPorts } from './ports.ts';
import type { RoomChanges } from './room-changes.ts';
import type { ParticipantView } from './state.ts';

/** One session per room: this device is reachable in all its rooms while the app runs. */
export interface Reach {
  /** Opens what is missing and leaves what is gone. Resolves when the first page of each room was read. */
  sync(): Promise<void>;
  get(roomId: RoomId): RoomSession | undefined;
  all(): readonly RoomSession[];
  /** This person's name or rooms changed: their other computers hear of it, on one link. */
  tellOwnComputers(): void;
  /** Does not ask any longer to be let into a locked room. */
  stopAsking(roomId: RoomId): Promise<void>;
  /** Goes to the door again, also where the person was removed: somebody may have let them back in. */
  askAgain(roomId: RoomId): Promise<void>;
  /** Changes how this person hears and sees somebody. */
  changeForOneself(deviceId: DeviceId, change: Partial<ForOneself>): void;
  /** Called with each change of a room, after the store has it. */
  onChange(listener: (roomId: RoomId, now: SessionNow) => void): void;
  close(): Promise<void>;
}

/** Links to another computer of this person open in all rooms within some seconds; one of them tells it the name and the rooms. */
const TELL_OWN_EVERY_MS = 10_000;

export function createReach(options: {
  store: AppStore;
  ports: AppPorts;
  certificate: OwnCertificate;
  chats: Chats;
  gaps: Gaps;
  roomChanges: RoomChanges;
  notices: Notices;
  localFiles: LocalFiles;
}): Reach {
  const { store, ports, certificate, chats, gaps, roomChanges, notices, localFiles } = options;
  const sessions = new Map<RoomId, RoomSession>();
  const keptFiles = createKeptFiles(store, ports.bridge);
  const opening = new Map<RoomId, Promise<void>>();
  const forOneself = new KeptForOneself();
  const views = new Map<string, ParticipantView>();
  /** Rooms whose door this device left alone: removed from there, or asked no longer. */
  const left = new Set<RoomId>();
  /** Rooms at whose door the person tries again although they were removed. */
  const triedAgain = new Set<RoomId>();
  const toldOwnAt = new Map<DeviceId, number>();
  const inviteRates = new InviteRates(ports.clock);
  let tell: (roomId: RoomId, now: SessionNow) => void = () => {};
  let closed = false;
  /** Whether the person was told that a room has no key here. */
  let keyless = false;

  const roomOf = (roomId: RoomId): Room | undefined => store.getState().rooms.find((room) => room.roomId === roomId);
  const isStillWanted = (roomId: RoomId) => !closed && roomOf(roomId) !== undefined;

  const show = (roomId: RoomId, now: SessionNow) => {
    // A stay that is over never comes back: others would make this grow by coming and going.
    const here = new Set(now.participants.map(({ sess }) => sess));
    for (const { sess } of store.getState().reach[roomId]?.participants ?? []) if (!here.has(sess)) views.delete(sess);
    const reach = {
      connection: now.connection,
      participants: now.participants.map((participant) => viewOf(participant)),
      call: now.call,
      ringing: now.ringing,
      troubles: now.troubles,
      rules: now.rules,
      knocks: now.knocks,
      door: now.door,
      apart: now.apart,
    };
    store.setState((state) => ({ reach: { ...state.reach, [roomId]: reach } }));
  };

  /** The same object for the same facts, so that only the tiles that changed are drawn again. */
  const viewOf = (participant: ParticipantNow): ParticipantView => {
    const next = toView(participant, forOneself.of(participant.deviceId));
    const before = views.get(next.sess);
    const same = before && (Object.keys(next) as (keyof ParticipantView)[]).every((key) => next[key] === before[key]);
    if (before && same) return before;
    views.set(next.sess, next);
    return next;
  };

  const mayTellOwn = (deviceId: DeviceId): boolean => {
    const now = ports.clock.monotonicMs();
    if (now - (toldOwnAt.get(deviceId) ?? Number.NEGATIVE_INFINITY) < TELL_OWN_EVERY_MS) return false;
    toldOwnAt.set(deviceId, now);
    return true;
  };

  /** Shows that this person was removed from a room, where they were. What they have of it stays. */
  async function showRemoved(roomId: RoomId): Promise<boolean> {
    const rules = await ports.bridge.call('rooms.rules', { roomId });
    if (!rules.ok || rules.value.self !== 'removed') return false;
    left.add(roomId);
    store.setState(({ reach }) => ({
      reach: { ...reach, [roomId]: { ...UNREACHED, rules: rules.value, door: { at: 'removed' } } },
    }));
    await keptFiles.open(roomId);
    return true;
  }

  /** The rules shut this device out: of the room for good, or to its door, at which it knocks with a fresh hello. */
  async function shutOut(roomId: RoomId, why: SessionEvents['shut']): Promise<void> {
    const session = sessions.get(roomId);
    if (!session) return;
    triedAgain.delete(roomId);
    session.leaveCall();
    tell(roomId, session.now);
    await leave(roomId);
    if (why === 'out' || !(await showRemoved(roomId))) await sync();
  }

  async function open(room: Room): Promise<void> {
    const { roomId } = room;
    // The rooms on this disk come before anything that the network could say.
    await Promise.all([chats.loadFirst(roomId), gaps.load(roomId), roomChanges.load(roomId)]);
    const keyring = await ports.bridge.call('rooms.keyring', { roomId });
    if (!isStillWanted(roomId)) return;
    if (!keyring.ok) {
      // A room that was imported has no key until its invite is opened: to say that once is enough.
      if (keyring.code !== 'room-key-lost' || !keyless) notices.refused(keyring);
      keyless ||= keyring.code === 'room-key-lost';
      if (keyring.code === 'room-key-lost') await keptFiles.open(roomId);
      return;
    }
    if (!triedAgain.has(roomId) && (await showRemoved(roomId))) return;
    if (!isStillWanted(roomId)) return;
    const session = new RoomSession(keyring.value, {
      bridge: ports.bridge,
      content: ports.content,
      localFiles,
      takeSeat: ({ host }, owner) => ports.signaling.clientOf(host).join(roomId, owner),
      makePeer: ports.makePeer,
      certificate,
      clock: ports.clock,
      randomBytes: ports.randomBytes,
      profile: () => store.getState().settings.profile ?? { username: 'someone', displayName: null },
      computers: () => store.getState().computers?.list ?? null,
      isBlocked: (deviceId) => isBlockedIn(store.getState(), deviceId),
      isOwn: (deviceId) => ownDevices(store.getState()).includes(deviceId),
      isBusy: () => {
        const { call } = store.getState();
        return call.at === 'joined' && call.roomId !== roomId;
      },
      mayTellOwn,
      privacy: () => store.getState().settings.privacy,
      policy: ports.sessionPolicy,
      log: ports.log.area('session'),
    });
    sessions.set(roomId, session);
    keptFiles.leave(roomId);
    session.on('changed', (now) => {
      show(roomId, now);
      tell(roomId, now);
    });
    session.on('recorded', (items) => {
      if (items.length > 0) chats.add(roomId, items);
      gaps.touched(roomId);
      roomChanges.touched(roomId);
      tellOfMentions(store, notices, roomId, items);
    });
    session.on('delivery', (items) => chats.update(roomId, items));
    session.on('files', (files) => store.setState((state) => ({ files: { ...state.files, [roomId]: files } })));
    session.on('reading', ({ sess, reading }) => {
      const here = store.getState().reach[roomId]?.participants ?? [];
      const present = new Set(here.filter(({ inCall }) => inCall).map((each) => each.sess));
      const added = { atMs: ports.clock.monotonicMs(), reading };
      store.setState(({ linkRecords }) => ({ linkRecords: withReading(linkRecords, sess, added, present) }));
    });
    session.on('shut', (why) => void shutOut(roomId, why));
    session.on('invited', (invitation) => {
      if (inviteRates.take(invitation.person)) takeInvitation(store, invitation);
    });
    session.on('notice', ({ tone, text, code }) => notices.say(tone, text, code));
    show(roomId, session.now);
    // Opening goes on by itself; waiting for the network would hold up whoever opens the room.
    void session.open();
  }

  async function leave(roomId: RoomId): Promise<void> {
    const session = sessions.get(roomId);
    sessions.delete(roomId);
    await session?.leave();
    store.setState(({ reach }) => ({ reach: { ...reach, [roomId]: UNREACHED } }));
  }

  async function sync(): Promise<void> {
    const { rooms, settings } = store.getState();
    if (closed || !settings.profile) return;
    const outdated = [...sessions].filter(([roomId, session]) => {
      const room = roomOf(roomId);
      // The app's own server may come back on another port; a room whose call runs moves afterwards.
      const isOutdated = room?.host !== session.keyring.host || session.isOutdated;
      return !room || (isOutdated && session.now.own === null);
    });
    for (const roomId of left) if (!roomOf(roomId)) left.delete(roomId);
    await Promise.all(outdated.map(([roomId]) => leave(roomId)));
    await Promise.all(
      rooms.flatMap((room) => {
        const { roomId } = room;
        if (sessions.has(roomId) || left.has(roomId)) return [];
        const under = opening.get(roomId);
        if (under) return [under];
        const mine = open(room).finally(() => opening.delete(roomId));
        opening.set(roomId, mine);
        return [mine];
      }),
    );
  }

  return {
    sync,
    get: (roomId) => sessions.get(roomId),
    tellOwnComputers: () => void [...sessions.values()].some((session) => session.tellOwnComputers()),
    all: () => [...sessions.values()],
    async stopAsking(roomId) {
      left.add(roomId);
      await leave(roomId);
      store.setState(({ reach }) => ({ reach: { ...reach, [roomId]: { ...UNREACHED, door: { at: 'stopped' } } } }));
      await keptFiles.open(roomId);
    },
    async askAgain(roomId) {
      left.delete(roomId);
      triedAgain.add(roomId);
      await leave(roomId);
      await sync();
    },
    changeForOneself(deviceId, change) {
      forOneself.change(deviceId, change);
      for (const [roomId, session] of sessions) show(roomId, session.now);
    },
    onChange(listener) {
      tell = listener;
    },
    async close() {
      closed = true;
      keptFiles.close();
      await Promise.all([...sessions.values()].map((session) => session.leave()));
      sessions.clear();
    },
  };
}

function toView(participant: ParticipantNow, forOneself: ForOneself): ParticipantView {
  const { call } = participant;
  return {
    sess: participant.sess,
    deviceId: participant.deviceId,
    ...(participant.person ? { person: participant.person } : {}),
    name: participant.name,
    standing: participant.standing,
    link: participant.link,
    relayed: participant.relayed,
    inCall: call !== null,
    microphone: call?.microphone ?? 'off',
    camera: call?.camera ?? false,
    screen: call?.screen ?? false,
    hand: call?.hand ?? false,
    handTurn: call?.hand ? (call.handTurn ?? null) : null,
    recording: call?.recording ?? false,
    music: call?.music ?? false,
    live: call?.live ?? false,
    reaction: participant.reaction,
    speaking: participant.speaking,
    typing: participant.typing,
    busy: participant.busy,
    declined: participant.declined,
    quality: participant.quality,
    ...forOneself,
    cameraStream: participant.cameraStream,
    screenStream: participant.screenStream,
    safetyCode: participant.safetyCode,
  };
}
