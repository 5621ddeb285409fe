import type {
  Computer,
  ComputerAsk,
  ComputerList,
  ComputersState,
  ComputerWelcome,
  OwnThings,
} from '@parley/shared/model';
import { type DeviceId, LIMITS, ParleyError, type RoomId, refusalOf } from '@parley/shared/protocol';
import { askBytes, isConsent, type TransferBox, transferBox, transferKey } from '@parley/shared/sealing';
import type { HeardComputers, LearnedComputers } from '../history/computers-store.ts';
import { createVerifier } from '../identity/ed25519.ts';
import type { Shell } from '../ports.ts';
import { type ComingInParts, createComingIn } from './coming-in.ts';
import { type GatherParts, gather } from './gather.ts';
import { createOwnThings, type OwnThingsParts } from './own-things.ts';
import { partsOf } from './transfer-parts.ts';

export type ComputersParts = GatherParts &
  ComingInParts &
  OwnThingsParts & {
    shell: Pick<Shell, 'askComputer'>;
    /** The name of this computer in its system. */
    suggestedName: string;
  };

/** A question that was not answered for so long is a no: nobody may be there to answer it. */
const ANSWER_MAX_MS = 120_000;

/** Tells pages apart; null for a caller that is no page and never ends. */
type Asker = object | null;
/** A new computer that is being taken in, from the question to the person until it is on the list. */
type Welcoming = { page: Asker; withdrawn: AbortController; done: Promise<void> };
/** What the first computer gives to a new one, sealed part by part as it is asked for. */
type Giving = { page: Asker; device: DeviceId; box: TransferBox; parts: readonly string[] };

/** The several computers of a person: the signed list of them, and how a new one gets what the first one has. */
export function createComputers(parts: ComputersParts) {
  const { history, identity, clock, shell, emit, watch, log } = parts;
  const { verify } = createVerifier();
  const things = createOwnThings(parts, () => clock.now());
  const openedAtMs = clock.monotonicMs();
  let giving: Giving | null = null;
  const welcomings = new Set<Welcoming>();
  /** Whether a question to the person is open outside the page. */
  let isAsking = false;

  const state = async (): Promise<ComputersState> => {
    const { person, list, devices } = await history.ownComputers();
    return {
      device: identity.deviceId,
      person,
      list,
      devices,
      suggestedName: parts.suggestedName,
    };
  };
  /** Says whose computers are others than before. */
  const tell = async ({ persons, devices, looksOther }: LearnedComputers): Promise<void> => {
    if (persons.length + devices.length === 0) return;
    emit('computers.changed', { ...(await state()), changed: { persons, devices } });
    for (const peer of looksOther) emit('peers.changed', peer);
    if (looksOther.length > 0) watch.changed();
  };

  /** Whether an older list may be here than others have, as after a restore: one that was signed by it would put computers off the list again. */
  const isInDoubt = async (): Promise<boolean> => {
    if (!(await history.areComputersInDoubt())) return false;
    if (clock.monotonicMs() - openedAtMs < LIMITS.computersAskMs) return true;
    await history.trustComputers();
    return false;
  };

  let issued: Promise<unknown> = Promise.resolve();
  /**
   * Signs and keeps a new list, one after the other: each goes on from the one before. Throws `computer-not-first` on any but the first
   * computer, `computers-in-doubt`.
   */
  const issue = (change: (computers: readonly Computer[]) => Computer[]): Promise<ComputerList> => {
    const mine = issued.then(() => issueNow(change));
    issued = mine.catch(() => undefined);
    return mine;
  };
  const issueNow = async (change: (computers: readonly Computer[]) => Computer[]): Promise<ComputerList> => {
    const { person, list, devices } = await history.ownComputers();
    if (person !== identity.deviceId) throw new ParleyError('computer-not-first');
    if (await isInDoubt()) throw new ParleyError('computers-in-doubt');
    // Without those that left.
    const computers = change(list?.computers.filter(({ device }) => devices.includes(device)) ?? []);
    // Newer than the last one, whatever the clock says.
    const issuedAt = Math.max(clock.now(), (list?.issuedAt ?? 0) + 1);
    const next = identity.signComputers({ person, issuedAt, computers });
    // A device that is somebody else's, or a first one itself, is not taken in.
    await tell(await history.issueComputers(next));
    return next;
  };
  const signLeave = async (leftAt: number): Promise<void> =>
    tell(await history.leaveComputers(identity.signLeave(leftAt)));

  /** The list is this computer's to sign now, and has room for that device: else nobody is asked for nothing. */
  const checkRoomFor = async (device: DeviceId): Promise<void> => {
    const { person, devices } = await history.ownComputers();
    if (person !== identity.deviceId) throw new ParleyError('computer-not-first');
    if (await isInDoubt()) throw new ParleyError('computers-in-doubt');
    const others = devices.filter((each) => each !== device && each !== person);
    if (others.length >= LIMITS.computersMax) throw new ParleyError('computers-full');
  };

  const askOutside = async (name: string, signal: AbortSignal): Promise<boolean> => {
    // One question at a time, also where the host cannot take one back: a page cannot hide one behind another.
    if (isAsking) throw new ParleyError('computer-unanswered');
    isAsking = true;
    try {
      return await shell.askComputer(name, signal);
    } finally {
      isAsking = false;
    }
  };
  /**
   * Asks the person outside the page, which may be in the wrong hands: with their yes the keys of all rooms go out. Once it is withdrawn, or
   * was open for too long, any answer is a no.
   */
  const needConsentOfPerson = async (name: string, withdrawn: AbortController): Promise<void> => {
    const { signal } = withdrawn;
    needWanted(signal);
    const withdrawal = Promise.withResolvers<false>();
    signal.addEventListener('abort', () => withdrawal.resolve(false), { once: true });
    const undo = clock.after(ANSWER_MAX_MS, () => withdrawn.abort());
    try {
      const isAgreed = await Promise.race([askOutside(name, signal), withdrawal.promise]);
      if (!isAgreed) throw new ParleyError('cancelled');
      needWanted(signal);
    } finally {
      undo();
    }
  };

  const takeOff = (device: DeviceId) => issue((known) => known.filter((each) => each.device !== device));

  const welcomeNow = async (
    ask: ComputerAsk,
    { page, withdrawn }: Pick<Welcoming, 'page' | 'withdrawn'>,
  ): Promise<ComputerWelcome> => {
    const { device, boxKey } = ask;
    const person = identity.deviceId;
    await checkRoomFor(device);
    await needConsentOfPerson(ask.name, withdrawn);
    const texts = partsOf(await gather(parts));
    const { publicKey: eph, privateKey } = await transferKey();
    const keys = { own: privateKey, other: boxKey, boxKey, eph, parts: texts.length };
    const box = await transferBox(keys, { person, device });
    if (!box || texts.length > LIMITS.transferPartsMax) throw new ParleyError('computer-refused');
    const list = await issue((known) => {
      needWanted(withdrawn.signal);
      const others = known.filter((each) => each.device !== device);
      if (others.length >= LIMITS.computersMax) throw new ParleyError('computers-full');
      return [...others, { device, name: ask.name, askedAt: ask.askedAt, consent: ask.consent }];
    });
    if (withdrawn.signal.aborted) {
      await takeOff(device);
      throw new ParleyError('cancelled');
    }
    giving = { page, device, box, parts: texts };
    return { list, eph, sig: identity.signWelcome(ask, { eph, parts: texts.length }), parts: texts.length };
  };

  /** Nothing more is given. A computer that did not come to its end is taken off the list again. */
  const endGiving = async (failed: boolean): Promise<void> => {
    const device = giving?.device;
    giving = null;
    if (failed && device) await takeOff(device);
  };
  /** The same where nobody is left to hear of a failure. */
  const giveUp = (): Promise<void> =>
    endGiving(true).catch((thrown: unknown) =>
      log.warn('a computer that did not come in could not be taken off the list', { code: refusalOf(thrown).code }),
    );

  return {
    state,
    ...createComingIn(parts),

    /**
     * Takes a new computer in, once the person agreed outside the page, and gets ready to give it everything, for as long as the page that asks
     * is there. Throws `computer-refused` where it did not sign what it asks, `computer-not-first`, `computers-in-doubt`, `computers-full`,
     * `cancelled` where the person did not agree in time or it was stopped, and `computer-unanswered` where another such question is open.
     */
    async welcome(ask: ComputerAsk, page: Asker = null): Promise<ComputerWelcome> {
      const { device } = ask;
      const person = identity.deviceId;
      if (device === person || !isConsent(person, ask, verify) || !verify(device, ask.sig, askBytes(person, ask)))
        throw new ParleyError('computer-refused');
      const done = Promise.withResolvers<void>();
      const welcoming = { page, withdrawn: new AbortController(), done: done.promise };
      welcomings.add(welcoming);
      try {
        return await welcomeNow(ask, welcoming);
      } finally {
        welcomings.delete(welcoming);
        done.resolve();
      }
    },

    /** A part of what the last computer that was welcomed gets. */
    async part(index: number): Promise<string> {
      const text = giving?.parts[index];
      if (!giving || text === undefined) throw new ParleyError('computer-refused');
      return giving.box.seal(index, text);
    },

    /** Nothing more is given or asked. A computer that did not come to its end is taken off the list again. */
    async stopGiving(failed: boolean): Promise<ComputersState> {
      for (const { withdrawn } of welcomings) withdrawn.abort();
      await endGiving(failed);
      return state();
    },

    /** A page is over, and so is what it asked the person for and gave. */
    endPage(page: object): void {
      for (const welcoming of welcomings) if (welcoming.page === page) welcoming.withdrawn.abort();
      if (giving?.page === page) void giveUp();
    },

    /** Ends all questions and what is given, while the history is still open. */
    async close(): Promise<void> {
      const open = [...welcomings];
      for (const { withdrawn } of open) withdrawn.abort();
      await Promise.all(open.map(({ done }) => done));
      if (giving) await giveUp();
      await issued;
    },

    /** Takes a computer off the list. It keeps what it has, also the keys of rooms. */
    async remove(device: DeviceId): Promise<ComputersState> {
      await takeOff(device);
      return state();
    },

    /**
     * This computer is nobody's further one any more, by its own word. It keeps what it has. Throws `not-allowed` on the first computer,
     * which the others would have to leave.
     */
    async leave(): Promise<ComputersState> {
      const { person, askedAt } = await history.ownComputers();
      if (person === identity.deviceId) throw new ParleyError('not-allowed');
      await signLeave(Math.max(clock.now(), askedAt));
      return state();
    },

    /** The name and the rooms of this person, for their other computers; and what those say of them. None is known for sure in doubt. */
    own: async (): Promise<OwnThings[]> => ((await isInDoubt()) ? [] : things.all()),
    async takeOwn(by: DeviceId, said: OwnThings): Promise<void> {
      if (await isInDoubt()) throw new ParleyError('not-allowed');
      await things.take(by, said);
    },

    /** The lists that members of a room should know, and who left one. */
    inRoom: (roomId: RoomId, only?: readonly DeviceId[]) => history.computersIn(roomId, only),

    /** Takes what a device handed on in a room about computers. */
    async learn(heard: HeardComputers): Promise<void> {
      const learned = await history.learnComputers(heard);
      await tell(learned);
      // Somebody goes by a consent that was cancelled, or that is over: nobody is to take it for one.
      if (learned.unwantedAt !== null) await signLeave(learned.unwantedAt);
      const { person, list, devices } = await history.ownComputers();
      const hasLeft = list?.computers.some(({ device }) => !devices.includes(device));
      if (hasLeft && person === identity.deviceId && !(await isInDoubt())) await issue((known) => [...known]);
    },
  };
}

export type ComputersPort = ReturnType<typeof createComputers>;

function needWanted({ aborted }: AbortSignal): void {
  if (aborted) throw new ParleyError('cancelled');
}
