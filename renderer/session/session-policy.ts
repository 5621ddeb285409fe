import type { LinkPolicy } from '../mesh/link-policy.ts';

/** The numbers that a room session works with. Times are in milliseconds. */
export type SessionPolicy = {
  ringMs: number;
  /** How long a peer whose seat ended stays listed while no link to it is open. */
  goneGraceMs: number;
  receiptsEveryMs: number;
  typingShownMs: number;
  typingEveryMs: number;
  /** For the goodbye, by the links and by the server: leaving waits no longer for either. */
  byeMs: number;
  /** First wait before another try when the core refused to open the room. */
  reopenMs: number;
  /** How long after joining a call this device leaves it again if the call turns out to have been full. */
  comingInMs: number;
  link: LinkPolicy;
};

export const usualSessionPolicy = (link: LinkPolicy): SessionPolicy => ({
  ringMs: 45_000,
  goneGraceMs: 8_000,
  receiptsEveryMs: 100,
  typingShownMs: 5_000,
  typingEveryMs: 2_500,
  byeMs: 150,
  reopenMs: 5_000,
  comingInMs: 10_000,
  link,
});

/** How often a name that a member says is written to the disk. */
export const PROFILES_RATE = { burst: 3, perSecond: 0.5 };
/**
 * How often words about computers are taken from a device: some when a link opens, and one whenever somebody adds a computer. They are said
 * less often, so that none is lost.
 */
export const LISTS_RATE = { burst: 12, perSecond: 0.1 };
export const LISTS_SAID_RATE = { burst: 4, perSecond: 0.08 };
/** How often records of a room's rules are taken from a participant. */
export const RULES_RATE = { burst: 60, perSecond: 1 };
/** How often devices that were removed while they were away are told so, all together, and how often this one lets itself be told. */
export const NOTICES_RATE = { burst: 5, perSecond: 0.1 };
export const NOTICES_TAKEN_RATE = { burst: 4, perSecond: 0.1 };
/** How often the person is asked about somebody at the door of a locked room: five at once, then one in half a minute. */
export const KNOCKS_RATE = { burst: 5, perSecond: 1 / 30 };
/** How long the person is not asked again about somebody whom they did not let in. */
export const NOT_NOW_MS = 600_000;
/** How often this device says who it is linked with. */
export const AROUND_RATE = { burst: 4, perSecond: 0.2 };
/** How often this device asks where everybody is, because two of them seem to share a seat. */
export const CROWDED_RATE = { burst: 2, perSecond: 0.05 };
/** How often this device says what changed about it. */
export const PRESENCE_RATE = { burst: 20, perSecond: 10 };
/** How often the sizes are told at which others are shown. */
export const VIEWS_RATE = { burst: 4, perSecond: 4 };
/** Participants of a room, at most: as many as a server may name. */
export const PARTICIPANTS_MAX = 256;
/** Peers that were confirmed, are over or wait, at most; only an attack of many hours brings as many. */
export const PEERS_MAX = 65_536;
