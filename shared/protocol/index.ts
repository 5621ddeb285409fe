export * from '../base/index.ts';
export * from './access.ts';
export * from './hello-fields.ts';
export * from './ice-url.ts';
export * from './link.ts';
export * from './said-by-server.ts';
export * from './server-answers.ts';
export * from './signaling.ts';
