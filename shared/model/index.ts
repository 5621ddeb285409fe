export * from './chat-message.ts';
export * from './host-state.ts';
export * from './private-host.ts';
export * from './profile.ts';
export * from './room.ts';
export * from './server.ts';
export * from './server-host.ts';
export * from './settings.ts';
