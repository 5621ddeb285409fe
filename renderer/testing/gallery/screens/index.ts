import type { GalleryScreen } from '../base-state.ts';
import { callScreens, pressedForCalls } from './call.ts';
import { homeScreens } from './home.ts';
import { inviteScreens, pressedForInvites } from './invites.ts';
import { lobbyScreens } from './lobby.ts';
import { peopleScreens, pressedForPeople } from './people.ts';
import { roomScreens } from './room.ts';
import { pressedForServers, serverScreens } from './servers.ts';
import { pressedForSettings, settingsScreens } from './settings.ts';
import { startScreens } from './start.ts';

const all = {
  ...startScreens,
  ...homeScreens,
  ...lobbyScreens,
  ...roomScreens,
  ...peopleScreens,
  ...inviteScreens,
  ...serverScreens,
  ...settingsScreens,
  ...callScreens,
};
export type ScreenName = keyof typeof all;

/** Every screen and state that can be looked at. */
export const galleryScreens: Record<ScreenName, GalleryScreen> = all;

export const screenNames = Object.keys(all) as ScreenName[];

/** Buttons that are pressed, one after the other, before a screen is as it should be looked at. */
export const pressed: Partial<Record<ScreenName, readonly string[]>> = {
  ...pressedForCalls,
  ...pressedForInvites,
  ...pressedForPeople,
  ...pressedForServers,
  ...pressedForSettings,
  'room-info': ['Info'],
  'room-call-timeline': ['How it went'],
  'room-remove': ['Remove Ana Moreira…'],
  'call-devices': ['Choose devices'],
  'do-not-disturb': ['Do not disturb. Calls ring.'],
};
