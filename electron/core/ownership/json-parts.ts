import { ParleyError } from '@parley/shared/protocol';

/** A field of the outermost object, or one item where that field is a list. */
export type JsonPart = { key: string; value: unknown };

/** The longest key, field or item that is taken, in UTF-16 units. */
const PART_MAX_CHARS = 1_048_576;

type At =
  | 'start'
  | 'first-key'
  | 'key'
  | 'in-key'
  | 'colon'
  | 'value'
  | 'first-item'
  | 'item'
  | 'in-value'
  | 'after'
  | 'end';

/**
 * Reads one JSON object as it comes, in pieces of any size, so that a long list in it never lies in memory as a whole. The pieces must
 * be whole characters. Throws `import-damaged` for what is no JSON object, and at the end for one that is cut off.
 */
export class JsonParts {
  #at: At = 'start';
  #inList = false;
  #key = '';
  #text = '';
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Takes the next piece of the text and answers what is complete with it. */
  push(piece: string): JsonPart[] {
    const parts: JsonPart[] = [];
    for (let index = 0; index < piece.length; index++) {
      const character = piece.charAt(index);
      if (this.#at === 'in-key' || this.#at === 'in-value') {
        index = this.#capture(piece, index, parts);
        continue;
      }
      if (isBlank(character)) continue;
      this.#at = this.#next(character);
    }
    return parts;
  }

  /** Says that nothing more comes. */
  end(): void {
    if (this.#at !== 'end') throw damaged();
  }

  /** What is read after a character outside of keys and values. */
  #next(character: string): At {
    switch (this.#at) {
      case 'start':
        return expected(character === '{', 'first-key');
      case 'first-key':
        return character === '}' ? 'end' : this.#beginKey(character);
      case 'key':
        return this.#beginKey(character);
      case 'colon':
        return expected(character === ':', 'value');
      case 'value':
        this.#inList = character === '[';
        return this.#inList ? 'first-item' : this.#beginValue(character);
      case 'first-item':
        if (character !== ']') return this.#beginValue(character);
        this.#inList = false;
        return 'after';
      case 'item':
        return this.#beginValue(character);
      case 'after':
        return this.#afterValue(character);
      default:
        throw damaged();
    }
  }

  #afterValue(character: string): At {
    if (!this.#inList) return character === ',' ? 'key' : expected(character === '}', 'end');
    if (character === ',') return 'item';
    this.#inList = false;
    return expected(character === ']', 'after');
  }

  #beginKey(character: string): At {
    this.#begin(character);
    return expected(character === '"', 'in-key');
  }

  #beginValue(character: string): At {
    this.#begin(character);
    return expected(!',:]}'.includes(character), 'in-value');
  }

  #begin(character: string): void {
    this.#text = character;
    this.#inString = character === '"';
    this.#escaped = false;
    this.#depth = character === '{' || character === '[' ? 1 : 0;
  }

  /** Takes what belongs to the running key or value; answers the index of the last character that was used. */
  #capture(piece: string, from: number, parts: JsonPart[]): number {
    for (let index = from; index < piece.length; index++) {
      const character = piece.charAt(index);
      const isScalarEnd = !this.#inString && this.#depth === 0 && (isBlank(character) || ',]}'.includes(character));
      if (isScalarEnd) {
        this.#take(piece.slice(from, index), parts);
        return index - 1;
      }
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (character === '\\') this.#escaped = true;
        else if (character === '"') this.#inString = false;
        if (this.#inString || this.#depth > 0) continue;
      } else if (character === '"') {
        this.#inString = true;
        continue;
      } else if (character === '{' || character === '[') {
        this.#depth++;
        continue;
      } else if ((character === '}' || character === ']') && this.#depth > 0) {
        this.#depth--;
        if (this.#depth > 0) continue;
      } else continue;
      this.#take(piece.slice(from, index + 1), parts);
      return index;
    }
    this.#text += piece.slice(from);
    if (this.#text.length > PART_MAX_CHARS) throw damaged();
    return piece.length;
  }

  #take(rest: string, parts: JsonPart[]): void {
    let value: unknown;
    try {
      value = JSON.parse(this.#text + rest);
    } catch {
      throw damaged();
    }
    this.#text = '';
    if (this.#at === 'in-key') {
      this.#key = String(value);
      this.#at = 'colon';
    } else {
      parts.push({ key: this.#key, value });
      this.#at = 'after';
    }
  }
}

const isBlank = (character: string): boolean =>
  character === ' ' || character === '\n' || character === '\r' || character === '\t';
const damaged = (): ParleyError => new ParleyError('import-damaged');

function expected(isRight: boolean, next: At): At {
  if (!isRight) throw damaged();
  return next;
}
