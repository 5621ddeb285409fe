import { readMentions } from '@parley/shared/model';
import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from 'marked';
import { linkify, openable } from './linkify.ts';

/** A part of a line. */
export type Inline =
  | { kind: 'text'; text: string }
  /** `host` is set where the words are not the address itself, so that they cannot hide where the link goes. */
  | { kind: 'link'; parts: readonly Inline[]; url: string; host: string | null }
  /** Somebody by the name that stands there, and by the code of the device. */
  | { kind: 'mention'; name: string; code: string }
  | { kind: 'strong' | 'em' | 'strike'; parts: readonly Inline[] }
  | { kind: 'code'; text: string };

/** A part of a message. Texts keep their line breaks and blanks. */
export type Block =
  | { kind: 'text'; parts: readonly Inline[] }
  /** `language` as the author named it, or empty. */
  | { kind: 'code'; text: string; language: string }
  | { kind: 'quote'; blocks: readonly Block[] }
  /** `start` is the first number; null for bullets. */
  | { kind: 'list'; start: number | null; items: readonly (readonly Block[])[] };

/** Quotes, lists and marks within each other are read so deep; what lies deeper is text. */
const DEPTH_MAX = 5;
/** Without any of these a text has no marks. */
const ANY_MARK = /[*_~`>[@]|^ *(?:-|\d{1,9}\.)[ \t]/m;
const LIST_START = /^ {0,3}(?:[-*]|\d{1,9}\.)[ \t]+\S/;
/** A line that is not marked as one of the quote, or stands beside the list, is outside of it. */
const LIST_LINE = /^(?:[ \t]*$|[ \t]{2}|\t| {0,3}(?:[-*]|\d{1,9}\.)[ \t])/;
const QUOTE_LINE = /^ {0,3}>/;
const QUOTE_START = /^ {0,3}>(?: ?>)*[ \t]+\S/;
/** A letter or digit of a script that writes blanks between words: a mark beside one, within a word, is none. */
const IN_WORD =
  /[\p{N}[\p{L}--\p{Script=Han}--\p{Script=Hiragana}--\p{Script=Katakana}--\p{Script=Hangul}--\p{Script=Thai}--\p{Script=Lao}--\p{Script=Khmer}--\p{Script=Myanmar}]]/v;
/** Nor is one behind these, as in faces made of signs. */
const SIGN = /[\\^<>=@#$%&|+]/;
const mayStartBehind = (before: string): boolean => !IN_WORD.test(before) && !SIGN.test(before);
const HAS_WORDS = /[^\p{P}\p{S}\s]|\p{Extended_Pictographic}/u;

/**
 * The marks of messengers and no more of Markdown: no headings, tables, HTML, references, escapes, or code by indentation. A mark
 * within a word, as in 2*3*4, and what a link is made of are no marks.
 */
class MessageTokenizer extends Tokenizer {
  #depth = 0;
  /** By the text: the parts of one text are read in turn with the whole. */
  readonly #masked = new Map<string, string>();

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return QUOTE_START.test(src) ? this.#deeper(() => super.blockquote(linesOf(src, QUOTE_LINE))) : undefined;
  }
  override list(src: string): Tokens.List | undefined {
    return LIST_START.test(src) ? this.#deeper(() => super.list(linesOf(src, LIST_LINE))) : undefined;
  }
  override fences(src: string): Tokens.Code | undefined {
    if (!/^ {0,3}`/.test(src)) return undefined;
    const token = super.fences(src);
    return token && /\n {0,3}`{3,}\s*$/.test(token.raw) ? token : undefined;
  }
  override emStrong(src: string, masked: string, before = ''): Tokens.Em | Tokens.Strong | undefined {
    const last = before.slice(-1);
    if (last === src.charAt(0) || !mayStartBehind(last)) return undefined;
    const token = this.#deeper(() => super.emStrong(src, this.#withoutLinks(masked), before));
    return token && !endsInWord(src, token.raw) && HAS_WORDS.test(token.text) ? token : undefined;
  }
  override del(src: string, masked: string, before = ''): Tokens.Del | undefined {
    if (!src.startsWith('~~') || !mayStartBehind(before.slice(-1))) return undefined;
    const token = this.#deeper(() => super.del(src, this.#withoutLinks(masked), before));
    return token && !endsInWord(src, token.raw) ? token : undefined;
  }
  override link(src: string): Tokens.Link | undefined {
    const token = this.#deeper(() => super.link(src));
    if (!token || openable(token.href) === null) return undefined;
    // A picture is not loaded: it is the link to it.
    return { ...token, type: 'link' };
  }
  /** Keeps marks out of an address that stands in the text. */
  override url(src: string): Tokens.Link | undefined {
    if (!src.startsWith('https://')) return undefined;
    const end = src.search(/\s/);
    const [first] = linkify(end < 0 ? src : src.slice(0, end));
    if (first?.kind !== 'link') return undefined;
    const { text, url } = first;
    return { type: 'link', raw: text, href: url, text, title: null, tokens: [{ type: 'text', raw: text, text }] };
  }

  override code(): undefined {}
  override heading(): undefined {}
  override lheading(): undefined {}
  override hr(): undefined {}
  override html(): undefined {}
  override def(): undefined {}
  override table(): undefined {}
  override escape(): undefined {}
  override tag(): undefined {}
  override reflink(): undefined {}
  override autolink(): undefined {}
  override br(): undefined {}

  #deeper<T>(read: () => T): T | undefined {
    if (this.#depth >= DEPTH_MAX) return undefined;
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  /** The text with its addresses blotted out; a mark inside one closes nothing. */
  #withoutLinks(text: string): string {
    const known = this.#masked.get(text);
    if (known !== undefined) return known;
    const masked = linkify(text)
      .map((part) => (part.kind === 'link' ? 'a'.repeat(part.text.length) : part.text))
      .join('');
    this.#masked.set(text, masked);
    return masked;
  }
}

const endsInWord = (src: string, raw: string): boolean => IN_WORD.test(src.charAt(raw.length));

/** The lines that a quote or a list begins with. */
function linesOf(src: string, belongs: RegExp): string {
  const lines = src.split('\n');
  const end = lines.findIndex((line) => !belongs.test(line));
  return end < 0 ? src : lines.slice(0, end).join('\n');
}

/** Reads the marks of a message. Never throws: what cannot be read is text. Joined again, its texts are the message without its marks. */
export function readMarks(text: string): readonly Block[] {
  const plain: readonly Block[] = [{ kind: 'text', parts: linked(text) }];
  if (!ANY_MARK.test(text)) return plain;
  try {
    return blocksOf(new Lexer({ gfm: true, tokenizer: new MessageTokenizer() }).lex(text));
  } catch {
    return plain;
  }
}

/** The words of a message without its marks, for places that show a text in one line. */
export const withoutMarks = (text: string): string => (ANY_MARK.test(text) ? wordsOf(readMarks(text)) : text);

const wordsOf = (blocks: readonly Block[]): string => blocks.map(wordsOfBlock).join('\n');

function wordsOfBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return inWords(block.parts);
    case 'code':
      return block.text;
    case 'quote':
      return wordsOf(block.blocks);
    case 'list':
      return block.items
        .map((item, index) => `${block.start === null ? '•' : `${block.start + index}.`} ${wordsOf(item)}`)
        .join('\n');
  }
}

const inWords = (parts: readonly Inline[]): string => parts.map(inlineInWords).join('');
const inlineInWords = (part: Inline): string =>
  part.kind === 'mention' ? `@${part.name}` : 'text' in part ? part.text : inWords(part.parts);

function blocksOf(tokens: readonly Token[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const token of tokens.filter(isKnown)) {
    const last = blocks.at(-1);
    const next = blockOf(token);
    if (next.kind === 'text' && last?.kind === 'text')
      blocks[blocks.length - 1] = { kind: 'text', parts: [...last.parts, ...next.parts] };
    else blocks.push(next);
  }
  // Blocks on lines of their own need no line breaks around them.
  return blocks.flatMap((block, index): readonly Block[] => {
    if (block.kind !== 'text') return [block];
    const parts = withoutBreaks(block.parts, index > 0, index < blocks.length - 1);
    return parts.length === 0 ? [] : [{ kind: 'text', parts }];
  });
}

/** Tokens without extensions are all of the kinds that marked names. */
const isKnown = (token: Token): token is MarkedToken => token.type !== 'generic';

function blockOf(token: MarkedToken): Block {
  switch (token.type) {
    case 'code':
      return { kind: 'code', text: token.text, language: token.lang ?? '' };
    case 'blockquote':
      return { kind: 'quote', blocks: blocksOf(token.tokens) };
    case 'list':
      return {
        kind: 'list',
        start: token.start === '' ? null : token.start,
        items: token.items.map((item) => blocksOf(item.tokens)),
      };
    case 'paragraph':
    case 'text': {
      const inner = token.tokens ?? [];
      const read = inner.map(({ raw }) => raw).join('');
      // A paragraph is read without the line break behind it.
      const rest = token.raw.startsWith(read) ? token.raw.slice(read.length) : '';
      return { kind: 'text', parts: [...inlinesOf(inner), ...textOf(rest)] };
    }
    default:
      return { kind: 'text', parts: textOf(token.raw) };
  }
}

function inlinesOf(tokens: readonly Token[], isLink = false): readonly Inline[] {
  const parts: Inline[] = [];
  let text = '';
  const endText = () => {
    parts.push(...(isLink ? textOf(text) : linked(text)));
    text = '';
  };
  for (const token of tokens.filter(isKnown)) {
    const part = inlineOf(token, isLink);
    if (part === undefined) text += token.raw;
    else {
      endText();
      parts.push(...part);
    }
  }
  endText();
  return parts;
}

/** Undefined for text, which may go on in the next token. */
function inlineOf(token: MarkedToken, isLink: boolean): readonly Inline[] | undefined {
  switch (token.type) {
    case 'strong':
    case 'em':
      return [{ kind: token.type, parts: inlinesOf(token.tokens, isLink) }];
    case 'del':
      return [{ kind: 'strike', parts: inlinesOf(token.tokens, isLink) }];
    case 'codespan':
      return [{ kind: 'code', text: token.text }];
    case 'link': {
      const parts = inlinesOf(token.tokens, true);
      const url = openable(token.href);
      if (isLink || url === null) return parts;
      return [{ kind: 'link', parts, url, host: token.raw === token.text ? null : hostOf(url) }];
    }
    default:
      return undefined;
  }
}

const textOf = (text: string): readonly Inline[] => (text === '' ? [] : [{ kind: 'text', text }]);

/** A text without links, cut at its mentions. */
function named(text: string): readonly Inline[] {
  let from = 0;
  const parts = readMentions(text).flatMap(({ start, end, name, code }): readonly Inline[] => {
    const before = textOf(text.slice(from, start));
    from = end;
    return [...before, { kind: 'mention', name, code }];
  });
  return [...parts, ...textOf(text.slice(from))];
}

const linked = (text: string): readonly Inline[] =>
  linkify(text).flatMap((part): readonly Inline[] =>
    part.kind === 'text'
      ? named(part.text)
      : [{ kind: 'link', parts: [{ kind: 'text', text: part.text }], url: part.url, host: null }],
  );

const hostOf = (url: string): string => {
  const { host, pathname } = new URL(url);
  return host === '' ? pathname : host;
};

function withoutBreaks(parts: readonly Inline[], atStart: boolean, atEnd: boolean): readonly Inline[] {
  const kept = [...parts];
  for (let first = kept[0]; atStart && first?.kind === 'text'; first = kept[0]) {
    const text = first.text.replace(/^\n+/, '');
    kept.splice(0, 1, ...textOf(text));
    if (text !== '') break;
  }
  for (let last = kept.at(-1); atEnd && last?.kind === 'text'; last = kept.at(-1)) {
    const text = last.text.trimEnd();
    kept.splice(-1, 1, ...textOf(text));
    if (text !== '') break;
  }
  return kept;
}
