/** docs/requirements.md from the titles of the tests. scripts/documents.ts writes it. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';
import { z } from 'zod';
import vitestConfig from '../vitest.config.ts';
import { OPEN, REQUIREMENTS, type RequirementId } from './requirements-page.prose.ts';

/** One test, or a describe with all that is in it, and the ids in its title. */
export type Proof = { file: string; title: string; ids: RequirementId[] };

const ROOT = join(import.meta.dirname, '..');

const HEAD = `# What the signaling server, messages, history, files and people must do, and the tests that prove it

Made by \`scripts/documents.ts\` from the titles of the tests, which name in brackets the ids they serve. A title that stands
for a group of tests is that of the group.

| id | what | proved by |
| --- | --- | --- |
`;

const isRequirement = (id: string): id is RequirementId => Object.hasOwn(REQUIREMENTS, id);

/** The ids at the end of a title. Throws for one that nobody has written down: it would be a slip. */
function idsIn(title: string, file: string): RequirementId[] {
  const list = /\(((?:[SRVPHC]\d+)(?:, [SRVPHC]\d+)*)\)$/.exec(title)?.[1]?.split(', ') ?? [];
  return list.map((id) => {
    if (!isRequirement(id)) throw new Error(`${file}: nothing is known of ${id}: ${title}`);
    return id;
  });
}

/** The name of the function that is called at the root: `it` of `it.each(rows)(title, body)`. Skipped ones have none. */
function rootOf(callee: ESTree.Expression | ESTree.Super): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type === 'CallExpression') return rootOf(callee.callee);
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  return ['skip', 'todo', 'fails'].includes(callee.property.name) ? undefined : rootOf(callee.object);
}

function titleOf(argument: ESTree.Argument | undefined): string | undefined {
  if (argument?.type === 'Literal' && typeof argument.value === 'string') return argument.value;
  if (argument?.type !== 'TemplateLiteral') return undefined;
  return argument.quasis.map(({ value }) => value.cooked).join('…');
}

/** The ids that the tests of one file say that they prove. The tests are read, not run. */
export function proofsIn(file: string, source: string): Proof[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const proofs: Proof[] = [];
  const around: { call: ESTree.CallExpression; title: string }[] = [];
  new Visitor({
    CallExpression(call) {
      const root = rootOf(call.callee);
      const title = titleOf(call.arguments[0]);
      if (title === undefined || (root !== 'describe' && root !== 'it' && root !== 'test')) return;
      around.push({ call, title });
      const ids = idsIn(title, file);
      const path = around.map((each) => each.title.replace(/ \([^()]*\)$/, '')).join(' › ');
      if (ids.length > 0) proofs.push({ file, title: path, ids });
    },
    'CallExpression:exit'(call) {
      if (around.at(-1)?.call === call) around.pop();
    },
  }).visit(program);
  return proofs;
}

const Projects = z.object({
  test: z.object({
    projects: z.array(z.object({ test: z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }) })),
  }),
});

/** The ids that every test of the project says that it proves, in the order of the files. A skipped test proves nothing. */
export async function allProofs(config: unknown = vitestConfig): Promise<Proof[]> {
  const files: string[] = [];
  for (const { test } of Projects.parse(config).test.projects) {
    const found = glob(test.include, { cwd: ROOT, exclude: test.exclude });
    for await (const file of found) files.push(file.replaceAll('\\', '/'));
  }
  const read = async (file: string) => proofsIn(file, await readFile(join(ROOT, file), 'utf8'));
  return (await Promise.all(files.toSorted().map(read))).flat();
}

/** The page. Throws when an id has no test and is not said to be open, or is said to be and has one. */
export function pageOf(proofs: readonly Proof[], open: readonly RequirementId[] = OPEN): string {
  const rows = (Object.keys(REQUIREMENTS) as RequirementId[]).map((id) => {
    const own = proofs.filter(({ ids }) => ids.includes(id));
    if (own.length === 0 && !open.includes(id)) throw new Error(`no test names ${id}: title one with (${id})`);
    if (own.length > 0 && open.includes(id))
      throw new Error(`${id} has a test and is still in OPEN of requirements-page.prose.ts`);
    const files = [...new Set(own.map(({ file }) => file))].map((file) => {
      const titles = own.filter((proof) => proof.file === file).map(({ title }) => `“${title.replaceAll('|', '\\|')}”`);
      return `[${file}](../${file}): ${titles.join(', ')}`;
    });
    return `| ${id} | ${REQUIREMENTS[id]} | ${own.length === 0 ? 'none yet' : files.join('<br>')} |\n`;
  });
  return HEAD + rows.join('');
}

export const requirementsPage = async (): Promise<string> => pageOf(await allProofs());
