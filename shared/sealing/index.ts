export { type ComputerCode, computerRoomKeys, formatComputerCode, parseComputerCode } from './computer-code.ts';
export { type TransferBox, type TransferEnds, transferBox, transferKey } from './computer-transfer.ts';
export {
  askBytes,
  computersBytes,
  consentBytes,
  isConsent,
  isSignedLeave,
  isSignedList,
  leaveBytes,
  type Verify,
  welcomeBytes,
} from './computers.ts';
export { entryBodyBytes, entrySignatureBytes } from './entry.ts';
export { type FileFacts, fileIdOf, fileRootOf } from './file.ts';
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
export { createInvite, formatInvite, type Invite, parseInvite } from './invite.ts';
export { deriveRoomKeys, type RoomKeys, roomIdBytes, roomIdOf } from './key-schedule.ts';
export { type ListingFields, listingBytes, signListing, verifyListing } from './listing.ts';
export {
  hostHashOf,
  type MembershipProof,
  membershipBytes,
  type OwnerAct,
  type OwnershipProof,
  ownershipBytes,
  proveMembership,
  proveOwnership,
  verifyMembership,
  verifyOwnership,
} from './membership.ts';
export { openPairSession, type PairSession } from './pair-session.ts';
export { findParleyLink, type Pasted, readPasted, readServerAddress } from './pasted.ts';
export { ed25519FromSeed, hasLowOrder, sha256 } from './primitives.ts';
export { openRemovalNotice, sealRemovalNotice } from './removal-notice.ts';
export { rulesBytes, signRules, verifyRules } from './rules.ts';
export { deviceCode } from './safety-code.ts';
export type { SafetyExchange } from './safety-exchange.ts';
export { checkSdp, fingerprintOf } from './sdp-policy.ts';
export { formatServerInvite, parseServerInvite, type ServerInvite } from './server-invite.ts';
