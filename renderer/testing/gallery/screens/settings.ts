import { refuse } from '@parley/shared/protocol';
import { type GalleryScreen, inRoom, withReach } from '../base-state.ts';
import { computerCode, computersOf } from '../samples/computers.ts';
import { deviceIdOf } from '../samples/ids.ts';
import { participant } from '../samples/people.ts';
import { reachOf } from '../samples/rooms.ts';

export const settingsScreens = {
  settings: () => ({ screen: { at: 'settings', section: 'general' } }),
  'settings-devices': () => ({ screen: { at: 'settings', section: 'devices' } }),
  'settings-devices-music': (base) => ({
    screen: { at: 'settings', section: 'devices' },
    settings: { ...base.settings, processing: { noise: 'strong', music: true, background: 'meadow', pictureAt: null } },
  }),
  'settings-devices-own-picture': (base) => ({
    screen: { at: 'settings', section: 'devices' },
    settings: { ...base.settings, processing: { ...base.settings.processing, background: 'own', pictureAt: 1 } },
  }),
  'settings-devices-fell-back': (base) => ({
    screen: { at: 'settings', section: 'devices' },
    settings: { ...base.settings, processing: { ...base.settings.processing, noise: 'strong' } },
    noiseFellBack: true,
  }),
  'settings-privacy': () => ({ screen: { at: 'settings', section: 'privacy' } }),
  'settings-blocked': (base, nowMs) => ({
    screen: { at: 'settings', section: 'privacy' },
    settings: {
      ...base.settings,
      ringing: { ...base.settings.ringing, quietHours: { ...base.settings.ringing.quietHours, on: true } },
    },
    blocked: [
      {
        person: deviceIdOf('Mallory'),
        name: 'Mallory',
        devices: [deviceIdOf('Mallory')],
        blockedAt: nowMs - 7_200_000,
      },
      {
        person: deviceIdOf('Farida'),
        name: 'Farida',
        devices: [deviceIdOf('Farida'), deviceIdOf('Farida’s laptop')],
        blockedAt: nowMs - 900_000_000,
      },
    ],
  }),
  'settings-storage': () => ({ screen: { at: 'settings', section: 'storage' } }),
  'settings-storage-exporting': () => ({
    screen: { at: 'settings', section: 'storage' },
    work: { at: 'running', kind: 'export', done: 21_300, total: 52_000 },
  }),
  'settings-storage-exported': () => ({
    screen: { at: 'settings', section: 'storage' },
    work: {
      at: 'done',
      result: {
        kind: 'export',
        folder: '/home/noor/Documents/Parley export 2026-11-29',
        rooms: 5,
        entries: 52_205,
        files: 213,
        filesMissing: 14,
      },
    },
  }),
  'settings-backup': () => ({ screen: { at: 'settings', section: 'backup' } }),
  'settings-backup-phrase': () => ({ screen: { at: 'settings', section: 'backup' } }),
  'settings-backup-on': (_, nowMs) => ({
    screen: { at: 'settings', section: 'backup' },
    backups: {
      at: 'on',
      folder: '/media/noor/Stick/Parley',
      every: 'day',
      last: { ok: true, at: nowMs - 11_000_000, name: 'Parley 2026-11-29.parley-backup', bytes: 104_200_000 },
    },
  }),
  'settings-computers': () => ({ screen: { at: 'settings', section: 'computers' } }),
  'settings-computers-several': (_, nowMs) => ({
    screen: { at: 'settings', section: 'computers' },
    computers: computersOf('You', nowMs),
  }),
  'settings-computers-further': (_, nowMs) => ({
    screen: { at: 'settings', section: 'computers' },
    computers: computersOf('Laptop', nowMs),
  }),
  'computers-remove': (_, nowMs) => ({
    screen: { at: 'settings', section: 'computers' },
    computers: computersOf('You', nowMs),
  }),
  'computers-leave': (_, nowMs) => ({
    screen: { at: 'settings', section: 'computers' },
    computers: computersOf('Laptop', nowMs),
  }),
  'computers-begin': () => ({ screen: { at: 'settings', section: 'computers' } }),
  'computers-code': (_, nowMs) => ({
    screen: { at: 'settings', section: 'computers' },
    takingIn: { code: computerCode, now: { at: 'waiting', endsAt: nowMs + 500_000, trouble: null } },
  }),
  'computers-compare': () => ({
    screen: { at: 'settings', section: 'computers' },
    takingIn: {
      code: computerCode,
      now: { at: 'comparing', name: 'Kitchen laptop', safetyCode: '4821 0937', said: false },
    },
  }),
  'computers-said': () => ({
    screen: { at: 'settings', section: 'computers' },
    takingIn: { code: computerCode, now: { at: 'comparing', name: null, safetyCode: '4821 0937', said: true } },
  }),
  'computers-asking': (base) => ({
    screen: { at: 'settings', section: 'computers' },
    info: base.info && { ...base.info, host: 'loopback' },
    takingIn: { code: computerCode, now: { at: 'asking', name: 'Kitchen laptop' } },
  }),
  'computers-giving': () => ({
    screen: { at: 'settings', section: 'computers' },
    takingIn: { code: computerCode, now: { at: 'giving', name: 'Kitchen laptop', done: 2, total: 5 } },
  }),
  'computers-done': () => ({
    screen: { at: 'settings', section: 'computers' },
    takingIn: { code: computerCode, now: { at: 'done', name: 'Kitchen laptop' } },
  }),
  'computers-crowded': () => ({
    screen: { at: 'settings', section: 'computers' },
    takingIn: { code: computerCode, now: { at: 'failed', refusal: refuse('computer-code-crowded') } },
  }),
  'welcome-come-in': () => ({ screen: { at: 'welcome' } }),
  'welcome-compare': () => ({ screen: { at: 'welcome' }, comingIn: { at: 'comparing', safetyCode: '4821 0937' } }),
  'welcome-said': () => ({ screen: { at: 'welcome' }, comingIn: { at: 'asking', safetyCode: '4821 0937' } }),
  'welcome-getting': () => ({ screen: { at: 'welcome' }, comingIn: { at: 'getting', done: 2, total: 5 } }),
  'welcome-failed': () => ({
    screen: { at: 'welcome' },
    comingIn: { at: 'failed', refusal: refuse('computer-cancelled'), asked: true },
  }),
  'people-computers': (base, nowMs) => ({
    screen: inRoom('people'),
    computers: computersOf('You', nowMs),
    chats: Object.fromEntries(
      Object.entries(base.chats).map(([roomId, chat]) => [
        roomId,
        { ...chat, items: chat.items.map((item) => (item.mine ? { ...item, elsewhere: true } : item)) },
      ]),
    ),
    reach: withReach(
      base,
      reachOf([
        participant('Ana Moreira', { standing: 'verified' }),
        participant('Ana Moreira', {
          sess: 'sess of her laptop',
          deviceId: deviceIdOf('Ana’s laptop'),
          person: deviceIdOf('Ana Moreira'),
          standing: 'verified',
        }),
        participant('You', { deviceId: deviceIdOf('Laptop'), person: deviceIdOf('You'), standing: 'verified' }),
      ]),
    ),
  }),
  'welcome-restore': () => ({ screen: { at: 'welcome' } }),
  'settings-about': () => ({ screen: { at: 'settings', section: 'about' } }),
} satisfies Record<string, GalleryScreen>;

export const pressedForSettings = {
  'settings-backup-phrase': ['Set up backups…'],
  'computers-remove': ['Remove…'],
  'computers-leave': ['Leave…'],
  'computers-begin': ['Use Parley on another computer…'],
  'computers-code': ['Use Parley on another computer…'],
  'computers-compare': ['Use Parley on another computer…'],
  'computers-said': ['Use Parley on another computer…'],
  'computers-asking': ['Use Parley on another computer…'],
  'computers-giving': ['Use Parley on another computer…'],
  'computers-done': ['Use Parley on another computer…'],
  'computers-crowded': ['Use Parley on another computer…'],
  'welcome-come-in': ['I use Parley on another computer'],
  'welcome-compare': ['I use Parley on another computer'],
  'welcome-said': ['I use Parley on another computer'],
  'welcome-getting': ['I use Parley on another computer'],
  'welcome-failed': ['I use Parley on another computer'],
  'welcome-restore': ['I have a backup'],
} satisfies Partial<Record<keyof typeof settingsScreens, readonly string[]>>;
