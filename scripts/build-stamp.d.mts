/** The parts of the build: what each is made from, and a file that must be there afterwards. */
export const PARTS: {
  readonly [P in BuildPart]: { readonly sources: readonly string[]; readonly output: string };
};
export type BuildPart = 'renderer' | 'main' | 'preload' | 'signaling-server';
/** The hash of a part's sources. Take it before building. */
export function sourceHash(part: BuildPart, root?: string): string;
/** Whether a part has to be built. */
export function buildDue(part: BuildPart, root?: string): boolean;
/** Forgets that a part was built. */
export function forgetBuilt(part: BuildPart, root?: string): void;
/** Notes that a part was built from sources with this hash. */
export function noteBuilt(part: BuildPart, hash: string, root?: string): void;
export function hashOf(root: string, sources: readonly string[]): string;
