export function productionPackages(root?: string): Map<string, string>;
export function stageApp(options: { root?: string; dist: string; folder: string }): readonly string[];
export function stageOnce(options: {
  root?: string;
  dist: string;
  parent: string;
  pid?: number;
  isRunning?: (pid: number) => boolean;
}): { folder: string; switches: readonly string[] };
