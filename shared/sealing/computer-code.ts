import { DeviceId } from '../base/ids.ts';
import { accept, type Outcome, refuse } from '../base/outcome.ts';
import type { ServerHost } from '../model/server-host.ts';
import { type Bytes, concatBytes, fromBase64Url, toBase64Url } from './agreements.ts';
import { deriveRoomKeys, type RoomKeys } from './key-schedule.ts';
import { formatLink, parseLink } from './link-text.ts';
import { label, sha256 } from './primitives.ts';

/** Brings a new computer to the first one of its person: where both meet, and whom the new one has to find there. */
export type ComputerCode = {
  host: ServerHost;
  /** 32 random bytes, for this time only. */
  secret: Bytes;
  /** The key of the first computer. */
  person: DeviceId;
};

/** parley://computer/<host[:port]>#1.<secret>.<person> */
export const formatComputerCode = ({ host, secret, person }: ComputerCode): string =>
  formatLink('computer', host, [toBase64Url(secret), person]);

/** Reads a code as strictly as `parseInvite` reads an invite. Refuses with `computer-code-invalid`, or `invite-version` where a newer Parley made it. */
export function parseComputerCode(text: string): Outcome<ComputerCode> {
  const link = parseLink('computer', text);
  if (!link.ok) return refuse(link.code === 'invite-version' ? link.code : 'computer-code-invalid');
  const [secretText = '', personText, ...rest] = link.value.fields;
  const secret = fromBase64Url(secretText);
  const person = DeviceId.safeParse(personText);
  if (rest.length > 0 || secret?.length !== 32 || !person.success) return refuse('computer-code-invalid');
  return accept({ host: link.value.host, secret, person: person.data });
}

/** The keys of the room in which both computers meet. It has no owner: in place of that key stands "parley/1 computer-room" | secret, hashed. */
export const computerRoomKeys = async ({ secret }: Pick<ComputerCode, 'secret'>): Promise<RoomKeys> =>
  deriveRoomKeys(secret, null, await sha256(concatBytes(label('computer-room'), secret)));
