/**
 * The requirements of the signaling server, by id. A test says in its title which ids it serves, in brackets at the end:
 * it('refuses whoever comes too late (S1, V7)', …). All tests inside a describe that says so serve them too.
 */
export const REQUIREMENTS = {
  S1: 'Rooms: joined by proof, left, listed where wanted, limited in size, forgotten when empty',
  S2: 'Participants: who is there, what is live, a seat that outlives a dropped socket, seats in several rooms',
  S3: 'Sealed signals go to members of the same room only, and everything is validated',
  S4: 'Dead connections are found and removed; nobody stays as a ghost',
  S5: '`/health`, `/health/live`, `/health/ready`, with checks and thresholds',
  S6: '`/metrics` as Prometheus text and as JSON, rooms as keyed hashes only',
  S7: '`/_debug`, for the admin or while developing',
  S8: 'The admin page and what stands behind it',
  S9: 'Logs that tell enough, an audit log, and neither secrets nor addresses in them',
  S10: 'Configuration by environment, checked at the start, every problem named at once',
  S11: 'Origins, headers, size limits, HTTPS in production, access control with revocation',
  S12: 'Time-limited TURN credentials, for members only',
  S13: 'All cores of one machine, and several machines through Redis, as one server',
  S14: 'An orderly stop: clients are told, no room is lost in a rolling restart',
  S15: 'Compression over 1,000 bytes, timing headers, cached static files',
  S16: 'Everything to deploy it: image, compose file, manifests, units, guide',
  S17: 'HTTP and wire protocol described by documents made from the schemas',
  S18: 'A probe that makes a real call through a server and says how it went',
  S19: 'A test of its own relay by the server, every few minutes',
  R1: 'HTTP requests by address, with headers that say what is left',
  R2: 'New and open sockets by address',
  R3: 'Joins by address',
  R4: 'Starts of a stream by seat and kind',
  R5: 'Boxes relayed from one participant to another, over time',
  R6: 'Signals at once: joining a full room passes, a flood does not',
  R7: 'An address that keeps tripping is blocked for a growing time, and the admin can lift it',
  V1: 'Usernames',
  V2: 'Display names',
  V3: 'Room names',
  V7: 'A refusal has a stable code, a sentence and the field, and nothing from inside',
  P1: 'The server never sees names, messages, files, addresses inside signals or secrets',
  P3: 'Malformed input changes nothing for anybody else',
  P4: 'Slow, silent and half-open sockets cannot grow the server',
  P5: 'Limits tell the true time to wait',
  P6: 'Killed nodes, restarts and a Redis that is away end with everybody back, once',
  P7: 'SIGTERM ends it with 0 in time, and no acknowledged signal is lost or doubled',
  P13: 'The relay serves members only, within quotas, never into private networks',
} as const;
export type RequirementId = keyof typeof REQUIREMENTS;

/** Ids of rules that this page does not list: they are the app’s (a message’s text, a file’s name and size, spam). */
export const ELSEWHERE: readonly string[] = ['V4', 'V5', 'V6', 'P9', 'P10'];

/** Ids that have no test yet. As soon as an id has a test it must go from this list. */
export const OPEN: readonly RequirementId[] = [];
