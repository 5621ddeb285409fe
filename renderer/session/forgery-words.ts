import { isolated } from '@parley/shared/model';

/** Says that a member handed on a message which its author did not sign. */
export const forgeryWords = (name: string | undefined): string =>
  `${name === undefined ? 'Someone' : isolated(name)} handed on a message that its author did not sign. It was not taken.`;

/** The words for rules that a member handed on and that are not signed by whom they name. */
export const forgedRulesWords = (name: string): string =>
  `${isolated(name)} sent rules for this room that its owner did not sign. They were ignored.`;
