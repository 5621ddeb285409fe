export function isElectron33(dist: string): boolean;
export const SWITCHES_33: readonly string[];
export function adaptTo33(options: { dist: string; folder: string; node: string }): void;
