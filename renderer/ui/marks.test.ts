import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Block, type Inline, readMarks, withoutMarks } from './marks.ts';

/** A short way to write what was read: <b>, <i>, <s>, <c>, <a url>, and <pre>, <q>, <ul>, <ol>, <li> for blocks. */
const drawn = (blocks: readonly Block[]): string => blocks.map(drawnBlock).join('');
function drawnBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.parts.map(inline).join('');
    case 'code':
      return `<pre${block.language && ` ${block.language}`}>${block.text}</pre>`;
    case 'quote':
      return `<q>${drawn(block.blocks)}</q>`;
    case 'list': {
      const items = block.items.map((item) => `<li>${drawn(item)}</li>`).join('');
      return block.start === null ? `<ul>${items}</ul>` : `<ol ${block.start}>${items}</ol>`;
    }
  }
}
function inline(part: Inline): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'mention') return `<@${part.code}>${part.name}</@>`;
  if (part.kind === 'code') return `<c>${part.text}</c>`;
  const inner = part.parts.map(inline).join('');
  if (part.kind === 'link') return `<a ${part.url}>${inner}</a>${part.host === null ? '' : `(${part.host})`}`;
  const mark = { strong: 'b', em: 'i', strike: 's' }[part.kind];
  return `<${mark}>${inner}</${mark}>`;
}
const read = (text: string) => drawn(readMarks(text));

describe('marks in a message', () => {
  it.each([
    [
      '**bold**, *slanted*, _slanted_, ~~gone~~ and `code`',
      '<b>bold</b>, <i>slanted</i>, <i>slanted</i>, <s>gone</s> and <c>code</c>',
    ],
    ['**a _b ~~c~~_**', '<b>a <i>b <s>c</s></i></b>'],
    ['`**not bold**`', '<c>**not bold**</c>'],
    ['这是**重点**内容', '这是<b>重点</b>内容'],
    [
      '**@Ana Maria#a2a2a2a2**, see *@b_c_d#b1b1b1b1*',
      '<b><@a2a2a2a2>Ana Maria</@></b>, see <i><@b1b1b1b1>b_c_d</@></i>',
    ],
    ['https://example.org/@ana#a2a2a2a2', '<a https://example.org/@ana#a2a2a2a2>https://example.org/@ana#a2a2a2a2</a>'],
    ['**https://example.org/a_b_**', '<b><a https://example.org/a_b>https://example.org/a_b</a>_</b>'],
    ['Before\n```js\nlet a = 1;\n\n  b();\n```\nafter', 'Before<pre js>let a = 1;\n\n  b();</pre>after'],
    ['> their words\n> more\nmy answer', '<q>their words\nmore</q>my answer'],
    ['> > older\n> newer', '<q><q>older</q>newer</q>'],
    [
      'Buy:\n- milk\n- **two** eggs\n  - white\nThanks!',
      'Buy:<ul><li>milk</li><li><b>two</b> eggs<ul><li>white</li></ul></li></ul>Thanks!',
    ],
    ['3. three\n4. four', '<ol 3><li>three</li><li>four</li></ol>'],
    ['See [the plan](https://example.org/plan) now', 'See <a https://example.org/plan>the plan</a>(example.org) now'],
    ['[https://bank.example](https://evil.example)', '<a https://evil.example/>https://bank.example</a>(evil.example)'],
    ['![a cat](https://example.org/cat.png)', '<a https://example.org/cat.png>a cat</a>(example.org)'],
    ['[write](mailto:ana@example.org)', '<a mailto:ana@example.org>write</a>(ana@example.org)'],
    ['mailto:ana@example.org, *now*', '<a mailto:ana@example.org>mailto:ana@example.org</a>, <i>now</i>'],
  ])('reads %j', (text, wanted) => {
    expect(read(text)).toBe(wanted);
  });

  it.each([
    'Good morning',
    'two\nlines\n\n\nand  blanks',
    '2*3*4 = 24, a**2**b, x~~y~~z',
    'snake_case_name and 5 * 3 * 2',
    'f**k, *_*, ^_^, >_<, :-*',
    '¯\\_(ツ)_/¯',
    '\\*as typed\\*',
    'C:\\*.* and C:\\_temp\\_x',
    '> ',
    '>.< no',
    '-',
    '- ',
    '1.',
    '-5 degrees, +3 tomorrow',
    'text\n+ plus\n6) six',
    '# no heading\n---\n===\n***',
    '| a | b |\n|---|---|\n| c | d |',
    '    four blanks',
    '<b>no</b> <img src=x onerror=alert(1)> <!-- c -->',
    '![picture](x.png)',
    '[r][a]\n\n[a]: https://example.org',
    '[x](javascript:alert(1)) [y](http://example.org) [z](file:///etc) [d](data:text/html,x)',
    '```\nnever closed',
    '~~~\ntildes\n~~~',
    '&amp; &lt;script&gt; &#42;',
    '~5 to ~6',
    'https',
  ])('leaves %j as it is typed', (text) => {
    const [only, ...others] = readMarks(text);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: 'text' });
    expect(read(text).replaceAll(/<a [^>]*>|<\/a>/g, '')).toBe(text.replaceAll(/<a [^>]*>|<\/a>/g, ''));
  });

  it('finds addresses as before, whatever marks are in them', () => {
    const url = 'https://example.org/_a_/*b*/~~c~~/x';
    expect(read(`*see* ${url} and ${url}.`)).toBe(`<i>see</i> <a ${url}>${url}</a> and <a ${url}>${url}</a>.`);
  });

  it('looks for addresses once in each text, however many marks within marks are beside them', () => {
    const parsed = vi.spyOn(URL, 'canParse');
    readMarks(`${'**_a_** '.repeat(50)}https://a.example/${')'.repeat(580)}`.slice(0, 1_000));
    const count = parsed.mock.calls.length;
    parsed.mockRestore();
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(10);
  });

  it('loses no letter of any message', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '*',
        '**',
        '_',
        '~~',
        '`',
        '```',
        '\n',
        '\n\n',
        '> ',
        '>',
        '- ',
        '1. ',
        '  ',
        '[',
        '](',
        ')',
        '\\',
        '!',
        '<',
        '#',
        '|',
        'ab',
        'c',
        '漢',
        'ä',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    // Not \p{N}: a list counts by itself.
    const letters = (text: string) => text.replaceAll(/[^\p{L}]/gu, '');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('').normalize('NFC').replaceAll(/\r/g, '');
        expect(letters(lettersOf(readMarks(text)))).toBe(letters(text));
      }),
      { numRuns: 2_000 },
    );
  });

  const hostile: Record<string, string> = {
    quotes: '>'.repeat(4_000),
    'spaced quotes': '> '.repeat(2_000),
    stars: '*'.repeat(4_000),
    'stars in words': '*a_'.repeat(1_333),
    'bold and slanted': '**a*'.repeat(1_000),
    'marks in a row': '*_~`['.repeat(800),
    'lists in lists': '1. '.repeat(1_333),
    'lists by depth': Array.from({ length: 88 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n'),
    'lists and quotes': '- > '.repeat(1_000),
    'quotes and lists': '> - '.repeat(1_000),
    'many quotes': '> a\n'.repeat(1_000),
    'many items': '- a\n'.repeat(1_000),
    brackets: '['.repeat(4_000),
    'open links': '[a]('.repeat(1_000),
    parentheses: `[a](${'('.repeat(2_000)}${')'.repeat(1_990)}`,
    'code of all lengths': Array.from({ length: 88 }, (_, length) => '`'.repeat(length + 1)).join(' '),
    fences: '```\n'.repeat(1_000),
    tildes: '~~a~'.repeat(1_000),
    backslashes: '\\'.repeat(4_000),
    addresses: 'https://a.b *'.repeat(307),
    'broken addresses': 'https://*'.repeat(444),
    'blank lines': 'a\n \n'.repeat(1_000),
    blanks: `a${' '.repeat(3_998)}*`,
  };
  it.each(Object.entries(hostile))('reads hostile input in bounded time and depth: %s', (_, text) => {
    const startedAt = performance.now();
    const blocks = readMarks(text);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(depthOf(blocks)).toBeLessThanOrEqual(12);
  });
});

describe('a message without its marks', () => {
  it.each([
    ['**Bring** the _plates_', 'Bring the plates'],
    ['> old\nnew', 'old\nnew'],
    ['- milk\n- eggs', '• milk\n• eggs'],
    ['2. b\n3. c', '2. b\n3. c'],
    ['```js\nlet a\n```', 'let a'],
    ['[plan](https://example.org)', 'plan'],
    ['2*3*4', '2*3*4'],
    ['for @Ana Maria#a2a2a2a2', 'for @Ana Maria'],
  ])('is told as words: %j', (text, wanted) => {
    expect(withoutMarks(text)).toBe(wanted);
  });
});

const lettersOf = (blocks: readonly Block[]): string =>
  blocks
    .map((block) => {
      if (block.kind === 'text') return block.parts.map(wordsIn).join('');
      if (block.kind === 'code') return `${block.language}${block.text}`;
      return block.kind === 'quote' ? lettersOf(block.blocks) : block.items.map(lettersOf).join('');
    })
    .join('');
const wordsIn = (part: Inline): string => {
  if (part.kind === 'mention') return `${part.name}${part.code}`;
  return 'text' in part ? part.text : part.parts.map(wordsIn).join('');
};

const depthOf = (blocks: readonly Block[]): number =>
  1 +
  Math.max(
    0,
    ...blocks.map((block) => {
      if (block.kind === 'text') return Math.max(0, ...block.parts.map(inlineDepth));
      if (block.kind === 'quote') return depthOf(block.blocks);
      return block.kind === 'list' ? Math.max(0, ...block.items.map(depthOf)) : 0;
    }),
  );
const inlineDepth = (part: Inline): number =>
  !('parts' in part) ? 1 : 1 + Math.max(0, ...part.parts.map(inlineDepth));
