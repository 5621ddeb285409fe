import { findParleyLink } from '@parley/shared/sealing';

/** Reads the link that Parley was opened with, to a room or to a server. A link only fills in the lobby; it never joins. */
export const readDeepLink = findParleyLink;
