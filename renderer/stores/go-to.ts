import type { ServerHost } from '@parley/shared/model';
import { RoomId } from '@parley/shared/protocol';
import type { PagePort } from './ports.ts';

/** Where to go on after the page was loaded anew for a server that its old policy did not know. */
export type GoTo = { at: 'room' | 'pre-join'; roomId: RoomId };

/** Whether this load of the page may connect to `host`. */
export const mayConnect = (page: PagePort, host: ServerHost): boolean =>
  page.allowedHosts === null || page.allowedHosts.includes(host);

export function rememberGoTo(page: PagePort, goTo: GoTo): void {
  page.remember(JSON.stringify(goTo));
}

/** What the last load remembered; null for nothing and for anything that cannot be read. */
export function recallGoTo(page: PagePort): GoTo | null {
  const note = page.recall();
  if (note === null) return null;
  try {
    const read: unknown = JSON.parse(note);
    if (typeof read !== 'object' || read === null || !('at' in read) || !('roomId' in read)) return null;
    const roomId = RoomId.safeParse(read.roomId);
    if (!roomId.success || (read.at !== 'room' && read.at !== 'pre-join')) return null;
    return { at: read.at, roomId: roomId.data };
  } catch {
    return null;
  }
}
