export * from './clock.ts';
export * from './elapsed.ts';
export * from './token-bucket.ts';
