export * from './bytes.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './outcome.ts';
export * from './read-json.ts';
export * from './version.ts';
