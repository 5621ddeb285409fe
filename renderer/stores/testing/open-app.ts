import type { BridgeEvent } from '@parley/shared/bridge';
import {
  type BlockedPeer,
  profileFromName,
  type Room,
  type Server,
  type Settings,
  type SettingsChange,
  usualSettings,
} from '@parley/shared/model';
import { accept, type DeviceId, type MessageId, refuse } from '@parley/shared/protocol';
import type { RecordingContent } from '../../bridge/recording-content.ts';
import { noLogs } from '../../log.ts';
import { FakeEvener } from '../../media/listening/testing/fake-evener.ts';
import { FakeLive } from '../../media/live/testing/fake-live.ts';
import { FakeCapture } from '../../media/recording/testing/fake-capture.ts';
import { FakeMedia } from '../../media/testing/fake-media.ts';
import { FakeVoice } from '../../media/voice/testing/fake-voice.ts';
import { usualLinkPolicy } from '../../mesh/link-policy.ts';
import type { PathProbes } from '../../mesh/path-probes.ts';
import { fakeCertificate } from '../../mesh/testing/fake-peers.ts';
import { usualSessionPolicy } from '../../session/session-policy.ts';
import { FakeCore, type FakeRoom } from '../../session/testing/fake-room.ts';
import type { ServerChange } from '../../signaling/signaling-hub.ts';
import { foundCheck } from '../../testing/gallery/samples/servers.ts';
import { type App, createApp } from '../app.ts';
import { FakeBackground } from './fake-background.ts';

let seed = 100;

/** The app's surroundings at its start. */
type Given = {
  name?: string | null;
  rooms?: Room[];
  deepLink?: string;
  history?: number;
  damaged?: () => boolean;
  paths?: PathProbes;
  servers?: Server[];
};

/** An app over a fake core, in a room with a fake server. */
export async function openApp(room: FakeRoom, given: Given = {}) {
  const {
    name = 'ana',
    rooms = [room.room],
    deepLink = null,
    history = 0,
    damaged = () => false,
    paths = { findsWayOut: async () => false, openLoop: () => Promise.reject(new Error('no relay')) },
    servers = [],
  } = given;
  const core = await FakeCore.create(name ?? 'nobody');
  core.rules.room = room.keyring;
  const media = new FakeMedia();
  const capture = new FakeCapture();
  const background = new FakeBackground();
  const live = new FakeLive();
  const recordings: RecordingContent = {
    append: async () => refuse('recording-unknown'),
    keepPicture: async () => refuse('room-unknown'),
  };
  const listeners = new Map<BridgeEvent, (payload: never) => void>();
  const clipboard: string[] = [];
  let blocked: BlockedPeer[] = [];
  let settings: Settings = { ...usualSettings, profile: name === null ? null : profileFromName(name) };
  const answers: FakeCore['answers'] = core.answers;
  answers['app.info'] = () =>
    accept({
      version: '1.0.0',
      host: 'loopback',
      platform: 'linux',
      deviceId: core.dev,
      keysProtectedBy: 'file-permissions',
      notices: [],
    });
  answers['settings.get'] = () => accept(settings);
  answers['settings.change'] = ({ profile, devices, processing }: SettingsChange) => {
    settings = {
      ...{ ...settings, ...(profile ? { profile } : {}) },
      devices: { ...settings.devices, ...devices } as never,
      processing: { ...settings.processing, ...processing } as never,
    };
    if (profile) core.profile = profile;
    return accept(settings);
  };
  answers['rooms.list'] = () => (damaged() ? refuse('history-damaged') : accept({ items: rooms }));
  answers['rooms.keyring'] = () => accept(room.keyring);
  answers['rooms.draft'] = () => accept({});
  answers['server.state'] = () => accept({ at: 'off' });
  answers['servers.list'] = () => accept({ items: servers });
  answers['work.state'] = () => accept({ at: 'idle' });
  answers['computers.state'] = () =>
    accept({ device: core.dev, person: core.dev, list: null, devices: [core.dev], suggestedName: 'computer' });
  answers['peers.blocked'] = () => accept({ items: blocked });
  answers['peers.block'] = ({ deviceId }: { deviceId: DeviceId }) => {
    const block = { person: deviceId, name: 'somebody', devices: [deviceId], blockedAt: 0 };
    blocked = [block, ...blocked];
    return accept({ items: blocked });
  };
  answers['peers.unblock'] = ({ deviceId }: { deviceId: DeviceId }) => {
    blocked = blocked.filter(({ person }) => person !== deviceId);
    return accept({ items: blocked });
  };
  answers['servers.check'] = ({ text }: { text: string }) => accept({ host: text, check: foundCheck() });
  answers['app.take-deep-link'] = () => accept({ invite: deepLink });
  answers['rooms.read-invite'] = ({ invite }: { invite: string }) =>
    invite === room.keyring.invite
      ? accept({ host: room.keyring.host, needsPassphrase: false, roomId: null })
      : refuse('invite-invalid');
  answers['rooms.add'] = () => accept(room.room);
  answers['rooms.create'] = () => accept(room.room);
  for (let i = 1; i <= history; i++) {
    await core.bridge().call('history.compose', {
      id: `${i}` as MessageId,
      roomId: room.keyring.roomId,
      content: { kind: 'text', text: `old ${i}` },
    });
  }
  const { der, fp } = await fakeCertificate(seed++);
  const bridge = core.bridge();
  let tellServer: (change: ServerChange) => void = () => {};
  const app = createApp({
    fileUrls: { make: () => null, revoke: () => {} },
    voice: new FakeVoice().ports(),
    evenVoice: new FakeEvener().even,
    capture: capture.ports(),
    live: live.ports(),
    recordings,
    background: background.content,
    content: { write: async () => refuse('file-unknown'), read: async () => refuse('file-unknown') },
    bridge: {
      call: (call, input) => bridge.call(call, input),
      on: (event, listener) => {
        listeners.set(event, listener as (payload: never) => void);
        return () => listeners.delete(event);
      },
    },
    clock: room.clock,
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    roomLists: { page: async () => refuse('server-unreachable'), change: async () => refuse('server-unreachable') },
    signaling: {
      clientOf: () => ({ join: (_, owner) => room.server.takeSeat(room.keyring, owner) }),
      stateOf: () => ({ at: 'offline' }),
      onChange: (listener) => {
        tellServer = listener;
        return () => {};
      },
      networkChanged: () => {},
      close: () => {},
    },
    makePeer: room.net.maker({ der, fp }),
    pathProbes: paths,
    makeCertificate: async () => ({ certificate: null, fp }),
    media: media.ports(),
    saveText: () => undefined,
    ringTone: { start: () => () => {} },
    reload: () => undefined,
    writeClipboard: async (text) => void clipboard.push(text),
    sessionPolicy: usualSessionPolicy(usualLinkPolicy),
    log: noLogs,
  });
  await room.quiet();
  const say = (event: BridgeEvent, payload: unknown) => listeners.get(event)?.(payload as never);
  const state = () => app.store.getState();
  const serverBecomes: typeof tellServer = (change) => tellServer(change);
  return {
    app,
    core,
    media,
    capture,
    live,
    recordings,
    background,
    say,
    serverBecomes,
    clipboard,
    state,
    actions: app.actions,
    listeners,
  };
}

export const chatOf = (app: App, room: FakeRoom) => {
  const chat = app.store.getState().chats[room.keyring.roomId];
  if (!chat) throw new Error('no chat');
  return chat;
};
export const reachOf = (app: App, room: FakeRoom) => app.store.getState().reach[room.keyring.roomId];
