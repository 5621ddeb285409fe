import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import type { ComputerAsk, ComputerLeave, ComputerList, RoomRules } from '@parley/shared/model';
import {
  type Bytes,
  DeviceId,
  fromBase64Url,
  type HelloFields,
  type PairRole,
  ParleyError,
} from '@parley/shared/protocol';
import {
  askBytes,
  computersBytes,
  confirmSignatureBytes,
  consentBytes,
  helloSignatureBytes,
  leaveBytes,
  rulesBytes,
  welcomeBytes,
} from '@parley/shared/sealing';
import { writeFileAtomically } from '../atomic-file.ts';
import { asFileError } from '../file-errors.ts';
import type { SecretStore } from '../ports.ts';
import { unlock } from '../unlock.ts';
import { signingKeyOf } from './ed25519.ts';

/** This installation's identity. Only typed fields are ever signed; the bytes are built here. */
export interface DeviceIdentity {
  readonly deviceId: DeviceId;
  /** For the history's worker, which signs messages. Never leaves the core's process. */
  readonly seed: Bytes;
  signHello(fields: HelloFields): { dev: DeviceId; sig: string };
  signConfirm(role: PairRole, transcriptHash: string): { sig: string };
  /**
   * Asks to be a further computer of that person. That signature never ends, so from then on the key is only kept where the person was
   * taken over: `keep`, or a profile that is in use at the next start.
   */
  signAsk(person: DeviceId, fields: Pick<ComputerAsk, 'name' | 'askedAt' | 'boxKey'>): ComputerAsk;
  /** Whether this key asked, and was not kept since. */
  readonly isPromised: boolean;
  /** Keeps the key: this computer is that person's. */
  keep(): void;
  /** The list of this person's computers, as their first one signs it. */
  signComputers(list: Omit<ComputerList, 'sig'>): ComputerList;
  /** Takes back everything by which this device agreed to be somebody's computer, up to that time. */
  signLeave(leftAt: number): ComputerLeave;
  /** A moderator's record of the rules of a room: always this device's own. */
  signRules(rules: Omit<RoomRules, 'sig' | 'by'>): RoomRules;
  signWelcome(ask: Pick<ComputerAsk, 'device' | 'boxKey'>, fields: { eph: string; parts: number }): string;
}

/**
 * Reads the device's key, or makes it at the first start. A key that this store did not wrap is `secrets-locked`
 * and is never replaced: with it the device would lose its name among its peers. Only one that asked to be somebody's computer and did
 * not become it is: a profile that is not `inUse` begins with another key.
 */
export async function openIdentity(file: string, secrets: SecretStore, inUse: boolean): Promise<DeviceIdentity> {
  const promise = `${file}.promised`;
  if (existsSync(promise)) {
    // The key is set aside first: broken off in between, it is missing, and a fresh one is made all the same.
    if (!inUse) setAside(file);
    removeFile(promise);
  }
  let seed: Bytes;
  if (existsSync(file)) {
    seed = await unlock(secrets, readFileSync(file));
    if (seed.length !== 32) throw new ParleyError('secrets-locked');
  } else {
    seed = new Uint8Array(randomBytes(32));
    writeFileAtomically(file, await secrets.wrap(seed));
  }
  const key = signingKeyOf(seed);
  const deviceId = DeviceId.parse(key.publicKey);
  let isPromised = false;
  const publicKey = fromBase64Url(key.publicKey) ?? new Uint8Array();
  return {
    deviceId,
    seed,
    signHello: (fields) => ({ dev: deviceId, sig: key.sign(helloSignatureBytes(fields, publicKey)) }),
    signConfirm: (role, transcriptHash) => ({
      sig: key.sign(confirmSignatureBytes(role, fromBase64Url(transcriptHash) ?? new Uint8Array())),
    }),
    signAsk(person, { name, askedAt, boxKey }) {
      // Noted before the signature exists: whatever ends this process, the key is not used for anybody else.
      writeFileAtomically(promise, '');
      isPromised = true;
      const computer = { device: deviceId, name, askedAt };
      return {
        ...computer,
        boxKey,
        consent: key.sign(consentBytes(person, computer)),
        sig: key.sign(askBytes(person, { device: deviceId, boxKey })),
      };
    },
    get isPromised() {
      return isPromised;
    },
    keep() {
      isPromised = false;
      try {
        removeFile(promise);
      } catch {
        // The next start removes it: then the profile is in use.
      }
    },
    signComputers: (list) => ({ ...list, sig: key.sign(computersBytes(list)) }),
    signLeave: (leftAt) => ({ device: deviceId, leftAt, sig: key.sign(leaveBytes({ device: deviceId, leftAt })) }),
    signRules: (rules) => {
      const own = { ...rules, by: deviceId };
      return { ...own, sig: key.sign(rulesBytes(own)) };
    },
    signWelcome: (ask, fields) => key.sign(welcomeBytes(ask, fields)),
  };
}

/** Keeps a key that is not used any more, in case it stood for something after all. */
function setAside(file: string): void {
  try {
    if (existsSync(file)) renameSync(file, `${file}.unused`);
  } catch (error) {
    throw asFileError(error);
  }
}

function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    throw asFileError(error);
  }
}
