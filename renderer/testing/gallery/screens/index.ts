import type { GalleryScreen } from '../base-state.ts';
import { callScreens } from './call.ts';
import { homeScreens } from './home.ts';
import { lobbyScreens } from './lobby.ts';
import { roomScreens } from './room.ts';
import { startScreens } from './start.ts';

const all = { ...startScreens, ...homeScreens, ...lobbyScreens, ...roomScreens, ...callScreens };
export type ScreenName = keyof typeof all;

/** Every screen and state that can be looked at. */
export const galleryScreens: Record<ScreenName, GalleryScreen> = all;

export const screenNames = Object.keys(all) as ScreenName[];
