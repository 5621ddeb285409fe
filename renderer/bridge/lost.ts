import { refuse } from '@parley/shared/protocol';

/** The core does not answer, or not as agreed. */
export const LOST = refuse('internal', { message: 'Parley lost touch with its own background part. Restart Parley.' });
