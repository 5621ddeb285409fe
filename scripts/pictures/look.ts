import type { Participant } from '#support/participant.ts';

/** Saves what is on somebody's screen now, under a title. */
export type Look = (title: string, one: Participant) => Promise<void>;
