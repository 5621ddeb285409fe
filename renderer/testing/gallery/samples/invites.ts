const part = (letter: string) => letter.repeat(42);

export const inviteOn = (host: string): string => `parley://join/${host}#1.${part('q')}A.${part('w')}A`;
export const sampleInvite = inviteOn('parley.studio.example');
