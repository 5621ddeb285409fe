/** This server's version; a constant, so that a bundled server knows it too. A test keeps it equal to the package's. */
export const SERVER_VERSION = '0.1.0';
