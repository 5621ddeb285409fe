import { type Bytes, ParleyError } from '@parley/shared/protocol';
import { fingerprintOf } from '@parley/shared/sealing';

/** The WebRTC certificate of this run of the app, with its SHA-256. */
export type OwnCertificate = { certificate: RTCCertificate | null; fp: Bytes };

/**
 * Makes the certificate before anything is joined, so that its fingerprint can be signed into the first hello.
 * Rejects with `internal` where WebRTC is missing.
 */
export async function makeCertificate(connections: Pick<typeof RTCPeerConnection, 'generateCertificate'>) {
  // A union of names in the standard, an interface without `namedCurve` in the DOM's types.
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as EcKeyGenParams;
  const certificate = await connections.generateCertificate(algorithm);
  const sha256 = certificate.getFingerprints().find((each) => each.algorithm === 'sha-256')?.value;
  const fp = sha256 === undefined ? undefined : fingerprintOf(sha256);
  if (!fp) throw new ParleyError('internal');
  return { certificate, fp } satisfies OwnCertificate;
}
