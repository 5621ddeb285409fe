import type { ComponentType } from 'react';
import { Blocked } from './blocked.tsx';
import { ErrorCodes } from './error-codes.tsx';
import { ListedRooms } from './listed-rooms.tsx';
import { RateLimits } from './rate-limits.tsx';
import { Rights } from './rights.tsx';
import { Rooms } from './rooms.tsx';

/**
 * The cards below the charts, in the columns where they stand when there is room for three. A new one is a file beside these and a line here; what the overview does
 * not bring, it asks for itself with `useAdmin().ask` and `tell`.
 */
export const LISTS: Record<'people' | 'errors' | 'limits', readonly { id: string; List: ComponentType }[]> = {
  people: [
    { id: 'rooms', List: Rooms },
    { id: 'listed-rooms', List: ListedRooms },
    { id: 'rights', List: Rights },
  ],
  errors: [{ id: 'error-codes', List: ErrorCodes }],
  limits: [
    { id: 'blocked', List: Blocked },
    { id: 'rate-limits', List: RateLimits },
  ],
};
