import about from '../package.json' with { type: 'json' };

/** This server's version, as its package states it. */
export const SERVER_VERSION: string = about.version;
