export function productionPackages(root?: string): Map<string, string>;
export function stageApp(options: { root?: string; dist: string; folder: string }): readonly string[];
