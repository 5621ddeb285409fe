import type { ErrorCode } from '@parley/shared/protocol';

/** A track that is made of another one, which `close` leaves alone. */
export type ProcessedTrack = { track: MediaStreamTrack; close(): void };

/** The track as the device gives it. */
export const unprocessed = (track: MediaStreamTrack): ProcessedTrack => ({ track, close: () => {} });

/** A device whose track may not be sent as it is, and that could not be processed. */
export class ProcessingFailed extends Error {
  override readonly name = 'ProcessingFailed';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, cause: unknown) {
    super(code, { cause });
    this.code = code;
  }
}
