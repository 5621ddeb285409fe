import { isolated } from '@parley/shared/model';

/** Says that a member handed on a message which its author did not sign. */
export const forgeryWords = (name: string | undefined): string =>
  `${name === undefined ? 'Someone' : isolated(name)} handed on a message that its author did not sign. It was not taken.`;
