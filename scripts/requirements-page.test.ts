import { describe, expect, it } from 'vitest';
import { REQUIREMENTS, type RequirementId } from './requirements-page.prose.ts';
import { allProofs, pageOf, proofsIn } from './requirements-page.ts';

const every = Object.keys(REQUIREMENTS) as RequirementId[];
const rowOf = (page: string, id: string) => page.split('\n').find((line) => line.startsWith(`| ${id} |`));

describe('the page of requirements', () => {
  it('finds ids in the titles of tests and groups, by whatever form they are written', () => {
    const source = `
      describe('rooms (S1)', () => {
        it('are small', () => {});
        it.each([[1], [2]])('hold %i (S2, V7)', () => {});
        describe.skipIf(slow)(\`on \${system} (S3)\`, () => { it('too', () => {}); });
      });
      test('alone (R1)', { timeout: 5 }, () => {});
    `;
    expect(proofsIn('a.test.ts', source)).toEqual([
      { file: 'a.test.ts', title: 'rooms', ids: ['S1'] },
      { file: 'a.test.ts', title: 'rooms › hold %i', ids: ['S2', 'V7'] },
      { file: 'a.test.ts', title: 'rooms › on …', ids: ['S3'] },
      { file: 'a.test.ts', title: 'alone', ids: ['R1'] },
    ]);
  });

  it('takes no test that is not run, and nothing that only looks like one', () => {
    const source = `
      it.skip('later (S1)', () => {});
      describe.todo('much later (S2)');
      // it('once (S3)', () => {});
      const text = "it('quoted (S4)', () => {})";
      say('aloud (S5)');
      it('is said in the middle (S6) of it', () => {});
    `;
    expect(proofsIn('a.test.ts', source)).toEqual([]);
  });

  it('does not let a slip pass', () => {
    expect(() => proofsIn('a.test.ts', "it('x (S99)', () => {})")).toThrow('a.test.ts: nothing is known of S99');
    expect(() => proofsIn('a.test.ts', 'it(')).toThrow('a.test.ts');
  });

  it('names for each id every test, by file', () => {
    const proofs = [
      { file: 'a.test.ts', title: 'one', ids: every },
      { file: 'a.test.ts', title: 'two | three', ids: ['S1' as const] },
      { file: 'b/b.test.ts', title: 'four', ids: ['S1' as const] },
    ];
    const page = pageOf(proofs, []);
    expect(rowOf(page, 'S1')).toContain(
      '| [a.test.ts](../a.test.ts): “one”, “two \\| three”<br>[b/b.test.ts](../b/b.test.ts): “four” |',
    );
    expect(every.every((id) => rowOf(page, id)?.includes('one'))).toBe(true);
  });

  it('refuses an id without a test unless it is said to be open, and an open one with a test', () => {
    const allBut = (left: RequirementId) => [{ file: 'a.test.ts', title: 'x', ids: every.filter((id) => id !== left) }];
    expect(() => pageOf(allBut('R5'), [])).toThrow('no test names R5');
    expect(rowOf(pageOf(allBut('R5'), ['R5']), 'R5')).toMatch(/\| none yet \|$/);
    expect(() => pageOf(allBut('R5'), ['R5', 'R6'])).toThrow('R6 has a test and is still in OPEN');
  });

  it('reads the tests that are run, and no others', async () => {
    const foldersIn = async (config?: unknown) =>
      new Set((await allProofs(config)).map(({ file }) => file.split('/').slice(0, 2).join('/')));
    expect([...(await foldersIn())]).toEqual(
      expect.arrayContaining(['shared/model', 'signaling-server/src', 'tests/deploy', 'tests/e2e']),
    );
    const one = { test: { include: ['shared/{model,protocol}/*.test.ts'], exclude: ['shared/protocol/**'] } };
    expect([...(await foldersIn({ test: { projects: [one] } }))]).toEqual(['shared/model']);
  });
});
