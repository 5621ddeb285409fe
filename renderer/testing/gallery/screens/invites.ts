import { type GalleryScreen, inRoom } from '../base-state.ts';
import { design, longName } from '../samples/rooms.ts';
import { callScreens } from './call.ts';

const ownRoom: GalleryScreen = (base) => ({
  screen: inRoom(),
  rooms: base.rooms.map((room) => (room.roomId === design ? { ...room, host: '127.0.0.1:7420' } : room)),
});

export const inviteScreens = {
  invite: () => ({ screen: inRoom() }),
  'invite-here-only': ownRoom,
  'invite-network': (base, nowMs) => ({
    ...ownRoom(base, nowMs),
    settings: { ...base.settings, hosting: { lan: true } },
    server: { at: 'running', host: '127.0.0.1:7420', lanHosts: [{ host: '192.168.4.20:7420', network: 'Wi-Fi' }] },
  }),
  'invite-networks': (base, nowMs) => ({
    ...ownRoom(base, nowMs),
    settings: { ...base.settings, hosting: { lan: true } },
    server: {
      at: 'running',
      host: '127.0.0.1:7420',
      lanHosts: [
        { host: '192.168.4.20:7420', network: 'Wi-Fi' },
        { host: '10.0.0.5:7420', network: 'Ethernet' },
      ],
    },
  }),
  'invite-message': () => ({ screen: inRoom() }),
  'invite-long-names': (base) => ({
    screen: inRoom(),
    rooms: base.rooms.map((room) =>
      room.roomId === design
        ? { ...room, name: longName, needsPassphrase: true, host: `${'department-'.repeat(6)}1.example:18443` }
        : room,
    ),
  }),
  'invite-qr': () => ({ screen: inRoom() }),
  'pre-join-alone': () => ({ ...callScreens['pre-join'](), reach: {} }),
  scan: () => ({ screen: { at: 'lobby', invite: '', reading: { at: 'empty' } } }),
} satisfies Record<string, GalleryScreen>;

export const pressedForInvites: Partial<Record<keyof typeof inviteScreens, readonly string[]>> = {
  invite: ['Invite people'],
  'invite-here-only': ['Invite people'],
  'invite-network': ['Invite people'],
  'invite-networks': ['Invite people'],
  'invite-message': ['Invite people', 'Read the message first'],
  'invite-long-names': ['Invite people'],
  'invite-qr': ['Invite people', 'Show QR code'],
  scan: ['Scan a QR code'],
};
