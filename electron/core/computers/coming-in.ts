import { type ComputerAsk, type ComputerWelcome, type TransferItem, TransferItems } from '@parley/shared/model';
import { type DeviceId, ParleyError } from '@parley/shared/protocol';
import { isSignedList, type TransferBox, transferBox, transferKey, welcomeBytes } from '@parley/shared/sealing';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import { createVerifier } from '../identity/ed25519.ts';
import type { Clock } from '../ports.ts';
import { type SettleParts, settle } from './settle.ts';

export type ComingInParts = SettleParts & {
  identity: DeviceIdentity;
  clock: Clock;
  /** Opens the core anew, with what was taken over. */
  restart: () => void;
};

/** What this new computer gets. `box` is there once it was welcomed. */
type Getting = {
  ask: ComputerAsk;
  privateKey: Awaited<ReturnType<typeof transferKey>>['privateKey'];
  person: DeviceId;
  welcomed: { box: TransferBox; welcome: ComputerWelcome } | null;
  taken: TransferItem[];
  parts: number;
};

/** The new computer's side: it asks to be one of a person's, and stores what their first computer gives to it. */
export function createComingIn(parts: ComingInParts) {
  const { history, settings, identity, clock } = parts;
  const { verify } = createVerifier();
  let getting: Getting | null = null;
  let settling = false;

  const needWelcomed = () => {
    if (!getting?.welcomed) throw new ParleyError('computer-refused');
    return { getting, ...getting.welcomed };
  };

  return {
    /**
     * Asks to be a computer of that person. Throws `not-allowed` where this one is in use, and `computer-asked` where its key asked before:
     * then `stopGetting` brings a fresh one.
     */
    async ask(person: DeviceId, name: string): Promise<ComputerAsk> {
      if (settings.get().profile !== null || person === identity.deviceId) throw new ParleyError('not-allowed');
      // Settings that could not be read make no new computer: the key that asks is given up where nothing comes of it.
      if (await history.isKeyInUse()) throw new ParleyError('not-allowed');
      if (identity.isPromised) throw new ParleyError('computer-asked');
      const { publicKey, privateKey } = await transferKey();
      const ask = identity.signAsk(person, { name, askedAt: clock.now(), boxKey: publicKey });
      getting = { ask, privateKey, person, welcomed: null, taken: [], parts: 0 };
      return ask;
    },

    /** This computer was taken in. Throws `computer-refused` where that person did not sign it, or signed it for another. */
    async takeWelcome(welcome: ComputerWelcome): Promise<void> {
      const asked = getting;
      if (!asked || asked.welcomed) throw new ParleyError('computer-refused');
      const { ask, person, privateKey } = asked;
      const { list, eph, sig, parts: count } = welcome;
      const isHere = list.computers.some(({ device, consent }) => device === ask.device && consent === ask.consent);
      const isSigned =
        list.person === person &&
        isSignedList(list, verify) &&
        verify(person, sig, welcomeBytes(ask, { eph, parts: count }));
      const keys = { own: privateKey, other: eph, boxKey: ask.boxKey, eph, parts: count };
      const box = isHere && isSigned ? await transferBox(keys, { person, device: ask.device }) : undefined;
      if (!box || getting !== asked) throw new ParleyError('computer-refused');
      asked.welcomed = { box, welcome };
    },

    /** The next part, in its order. Throws `computer-refused` for anything else. */
    async takePart(index: number, part: string): Promise<void> {
      const { getting: asked, box } = needWelcomed();
      if (index !== asked.parts) throw new ParleyError('computer-refused');
      const opened = await box.open(index, part);
      const items = opened === undefined ? undefined : itemsOf(opened);
      if (!items || getting !== asked) throw new ParleyError('computer-refused');
      asked.taken.push(...items);
      asked.parts += 1;
    },

    /** Stores everything. Throws `computer-refused` where a part is missing, `not-allowed` where this computer came into use meanwhile. */
    async finish(): Promise<void> {
      const { getting: asked, welcome } = needWelcomed();
      if (asked.parts !== welcome.parts) throw new ParleyError('computer-refused');
      if (settings.get().profile !== null) throw new ParleyError('not-allowed');
      getting = null;
      settling = true;
      try {
        await settle(parts, welcome.list, asked.taken);
      } finally {
        settling = false;
      }
      identity.keep();
    },

    /** Opens everything anew, with what was stored. */
    begin(): void {
      parts.restart();
    },

    /**
     * Forgets what was asked for. A key that asked could be taken in at any later time, by a list that this computer has no say in: everything
     * is opened anew with a fresh key.
     */
    stopGetting(): void {
      getting = null;
      if (identity.isPromised && !settling) parts.restart();
    },
  };
}

/** The items of an opened part; undefined where it holds anything else. */
function itemsOf(text: string): TransferItem[] | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const items = TransferItems.safeParse(read);
  return items.success ? items.data : undefined;
}
