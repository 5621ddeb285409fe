export { chatSignatureBytes } from './chat.ts';
export {
  boxKindOf,
  confirmSignatureBytes,
  type HelloSigner,
  helloSignatureBytes,
  makeHello,
  type OwnHello,
  openHello,
  type PeerHello,
  tagOf,
} from './hello.ts';
export { createInvite, formatInvite, INVITE_SCHEME, type Invite, parseInvite } from './invite.ts';
export { deriveRoomKeys, type RoomKeys, roomIdOf } from './key-schedule.ts';
export {
  membershipBytes,
  type OwnerAct,
  ownershipBytes,
  proveMembership,
  proveOwnership,
  verifyMembership,
} from './membership.ts';
export { openPairSession, type PairSession, type SafetyExchange } from './pair-session.ts';
export { hasLowOrder, sha256 } from './primitives.ts';
export { deviceCode } from './safety-code.ts';
export { checkSdp, fingerprintOf } from './sdp-policy.ts';
