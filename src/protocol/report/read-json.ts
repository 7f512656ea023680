/** Reads JSON as Bitcoin Core reads it: no digit of a number is lost, and depth has an end. */
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { JsonMap, JsonNumber, type JsonValue } from './json-value.ts';

/** Text that is no JSON. */
export class JsonError extends CodedError {
  override readonly name = 'JsonError';
  readonly code = 'bad-json';
}

/** How many arrays and objects may be in one another, as in Core. */
const MAX_DEPTH = 512;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const SPACE_CODE = 0x20;
/** As much of a text in quotes as stands for itself: all but quotes, backslashes and control characters. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const FOUR_DIGITS = /[0-9a-fA-F]{4}/y;
/** Half of a pair without its other half: no character. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The value that a text stands for.
 *
 * @example
 * readJson('[0.10]') // [JsonNumber { text: '0.10' }]
 * @throws JsonError if it is no JSON, or nested more than 512 deep
 */
export function readJson(text: string): JsonValue {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Where reading has come to. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonValue {
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('the end');
  }

  #object(depth: number): JsonMap {
    this.#open(depth);
    const object = new JsonMap();
    if (this.#takes('}')) return object;
    do {
      this.#skipSpace();
      const name = this.#string();
      if (!this.#takes(':')) throw this.#unexpected('a colon');
      const value = this.value(depth);
      if (object.has(name)) object.repeated.add(name);
      else object.set(name, value);
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#unexpected('a comma or }');
    return object;
  }

  #array(depth: number): readonly JsonValue[] {
    this.#open(depth);
    const items: JsonValue[] = [];
    if (this.#takes(']')) return items;
    do items.push(this.value(depth));
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#unexpected('a comma or ]');
    return items;
  }

  #open(depth: number): void {
    if (depth > MAX_DEPTH) throw new JsonError(`nested more than ${MAX_DEPTH} deep`);
    this.#at++;
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#unexpected('a string');
    this.#at++;
    let text = this.#match(PLAIN) ?? '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character !== '\\') throw this.#unexpected('the end of a string');
      text += this.#escaped() + (this.#match(PLAIN) ?? '');
    }
    this.#at++;
    if (LONE_SURROGATE.test(text)) throw new JsonError('half of a surrogate pair in a string');
    return text;
  }

  #escaped(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      this.#at += 2;
      const digits = this.#match(FOUR_DIGITS);
      if (digits === undefined) throw this.#unexpected('four hexadecimal digits');
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (character === undefined) throw this.#unexpected('an escape that JSON knows');
    this.#at += 2;
    return character;
  }

  #number(): JsonNumber {
    const digits = this.#match(NUMBER);
    if (digits === undefined) throw this.#unexpected('a value');
    // Otherwise 01 would be a nought and then a one, and 1.x a one and then a mistake elsewhere.
    if (/[\w.+-]/.test(this.#text[this.#at] ?? '')) throw this.#unexpected('the end of a number');
    return new JsonNumber(digits);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('a value');
    this.#at += word.length;
    return value;
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Most of what programs send has none. */
  #skipSpace(): void {
    if (this.#text.charCodeAt(this.#at) > SPACE_CODE) return;
    this.#match(SPACE);
  }

  /** Takes what fits here. The pattern is a sticky one: it fits here or not at all. */
  #match(pattern: RegExp): string | undefined {
    const from = this.#at;
    pattern.lastIndex = from;
    if (!pattern.test(this.#text)) return undefined;
    this.#at = pattern.lastIndex;
    return this.#text.slice(from, this.#at);
  }

  #unexpected(wanted: string): JsonError {
    const found = this.#text[this.#at];
    const what = found === undefined ? 'the text ends' : `there is ${JSON.stringify(found)}`;
    return new JsonError(`${what} at ${this.#at}, where ${wanted} was expected`);
  }
}
