/** One instruction of a Dockerfile: continuation lines joined, comments left out. */
export type Instruction = { name: string; rest: string };

/** Reads as much of a Dockerfile's syntax as ours uses; anything beyond that throws. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`not understood: ${line}`);
    return { name, rest };
  });
}

/** The instructions of each stage, FROM first. */
export function stagesOf(instructions: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push([]);
    const stage = stages.at(-1);
    if (!stage) throw new Error('an instruction before FROM');
    stage.push(instruction);
  }
  return stages;
}

/** COPY's sources and destination, and the stage they come from. */
export function readCopy(rest: string): { from?: string; owner?: string; sources: string[]; to: string } {
  const words = rest.split(/\s+/);
  const option = (name: string): string | undefined =>
    words[0]?.startsWith(`--${name}=`) ? words.shift()?.slice(name.length + 3) : undefined;
  const [from, owner] = [option('from'), option('chown')];
  const to = words.pop();
  if (to === undefined || words.length === 0 || words.some((word) => word.startsWith('--')))
    throw new Error(`not understood: COPY ${rest}`);
  return { ...(from === undefined ? {} : { from }), ...(owner === undefined ? {} : { owner }), sources: words, to };
}

/** Name and value of each variable that an ENV sets; ours have no blanks in them. */
export const readEnv = (rest: string): Record<string, string> =>
  Object.fromEntries(
    rest.split(/\s+/).map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );

/** The program and arguments of a CMD, HEALTHCHECK or ENTRYPOINT in its exec form. */
export function readExec(rest: string): string[] {
  const command: unknown = JSON.parse(rest.slice(rest.indexOf('[')));
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string'))
    throw new Error(`not understood: ${rest}`);
  return command;
}

/** Whether a path of the build context gets past a .dockerignore of the simple kind ours is. */
export function passesIgnore(ignoreFile: string, path: string): boolean {
  let ignored = false;
  for (const line of ignoreFile.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const negated = line.startsWith('!');
    const pattern = (negated ? line.slice(1) : line)
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('**/', '(?:.*/)?')
      .replaceAll(/(?<![)\].])\*/g, '[^/]*');
    // A folder that is let through or held back takes what is in it along.
    if (new RegExp(`^${pattern}(?:/.*)?$`).test(path)) ignored = !negated;
  }
  return !ignored;
}
