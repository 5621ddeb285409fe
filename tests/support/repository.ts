import { fileURLToPath } from 'node:url';

/** The folder of the whole checkout. */
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
/** The Node that runs this; children of the tests run under the same. */
export const NODE = process.execPath;
