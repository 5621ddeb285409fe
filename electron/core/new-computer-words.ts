import { isolated } from '@parley/shared/model';

/** The words of `Shell.askComputer`, the same in every host. */
export const newComputerWords = {
  question: (name: string): string => `Make ${isolated(name)} one of your computers?`,
  about:
    'It gets all your rooms with their keys, and can read and write everything as you. Agree only if you are setting that computer up yourself right now, and both computers show the same number.',
};
