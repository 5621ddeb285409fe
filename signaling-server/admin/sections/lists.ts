import type { ComponentType } from 'react';
import { Blocked } from './blocked.tsx';
import { ErrorCodes } from './error-codes.tsx';
import { RateLimits } from './rate-limits.tsx';
import { Rooms } from './rooms.tsx';

/**
 * The cards below the charts, in their order. A new one is a file beside these and a line here; what the overview does
 * not bring, it asks for itself with `useAdmin().ask` and `tell`.
 */
export const LISTS: readonly { id: string; List: ComponentType }[] = [
  { id: 'rooms', List: Rooms },
  { id: 'errors', List: ErrorCodes },
  { id: 'blocked', List: Blocked },
  { id: 'limits', List: RateLimits },
];
