export * from './clock.ts';
export * from './token-bucket.ts';
