/**
 * Reads JSON for people who write it by hand: comments and a comma at the end of a list are allowed,
 * every value knows where it stands, and numbers stay as they are written, so that no amount passes
 * through a floating-point number.
 */
import { ChainSpecError } from './chain-spec-error.ts';

export type JsonNode = Place &
  (
    | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
    | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'number'; readonly digits: string }
    | { readonly kind: 'word'; readonly word: string }
  );

interface JsonEntry extends Place {
  readonly key: string;
  readonly value: JsonNode;
}

/** Both are counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** More than anybody writes, and little enough to read at once. */
const MAX_LENGTH = 1_000_000;
const MAX_DEPTH = 20;

const SPACE = /[ \t\r\n]*/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z_$][A-Za-z0-9_$]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids these in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const UNICODE_ESCAPE = /u[0-9a-fA-F]{4}/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const JSON_WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/**
 * Reads one JSON value.
 *
 * @example
 * readJson('{ "spacingSeconds": 10 } // ten seconds').kind // 'object'
 *
 * @throws {@link ChainSpecError} `bad-json`, with line and column
 */
export function readJson(text: string): JsonNode {
  if (text.length > MAX_LENGTH) {
    throw badJson(`${text.length} characters are too many; allowed: ${MAX_LENGTH}`);
  }
  return new JsonReader(text).document();
}

function badJson(message: string): ChainSpecError {
  return new ChainSpecError('bad-json', '', message);
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    // Some editors begin a file with a mark of its encoding.
    if (text.startsWith('\ufeff')) this.#at = this.#lineStart = 1;
  }

  document(): JsonNode {
    this.#skip();
    const value = this.#value();
    this.#skip();
    if (this.#at < this.#text.length) throw this.#unexpected('the end');
    return value;
  }

  #value(): JsonNode {
    const first = this.#text[this.#at];
    const place = this.#place();
    if (first === '{') return { ...place, kind: 'object', entries: this.#entries() };
    if (first === '[') return { ...place, kind: 'list', items: this.#items() };
    if (first === '"') return { ...place, kind: 'string', value: this.#string() };
    const digits = this.#match(NUMBER);
    if (digits !== '') return { ...place, kind: 'number', digits };
    const start = this.#at;
    const word = this.#match(WORD);
    if (JSON_WORDS.has(word)) return { ...place, kind: 'word', word };
    this.#at = start;
    throw this.#unexpected('a value');
  }

  #entries(): readonly JsonEntry[] {
    const entries: JsonEntry[] = [];
    this.#sequence('}', () => {
      const place = this.#place();
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a name in double quotes, or }');
      const key = this.#string();
      this.#skip();
      this.#take(':', 'a colon');
      this.#skip();
      entries.push({ ...place, key, value: this.#value() });
    });
    return entries;
  }

  #items(): readonly JsonNode[] {
    const items: JsonNode[] = [];
    this.#sequence(']', () => items.push(this.#value()));
    return items;
  }

  /** What stands between brackets, with commas between. */
  #sequence(end: string, readOne: () => void): void {
    if (++this.#depth > MAX_DEPTH) {
      const { line, column } = this.#place();
      throw badJson(
        `more than ${MAX_DEPTH} brackets inside each other at line ${line}, column ${column}`,
      );
    }
    this.#at++;
    this.#skip();
    while (this.#text[this.#at] !== end) {
      readOne();
      this.#skip();
      if (this.#text[this.#at] === end) break;
      this.#take(',', `a comma or ${end}`);
      this.#skip();
    }
    this.#at++;
    this.#depth--;
  }

  #string(): string {
    let value = '';
    this.#at++;
    for (;;) {
      value += this.#match(PLAIN);
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at++;
        return value;
      }
      if (next !== '\\') throw this.#unexpected('the end of the text in quotes');
      this.#at++;
      value += this.#escape();
    }
  }

  #escape(): string {
    const plain = ESCAPES.get(this.#text[this.#at] ?? '');
    if (plain !== undefined) {
      this.#at++;
      return plain;
    }
    const digits = this.#match(UNICODE_ESCAPE).slice(1);
    if (digits === '') throw this.#unexpected('one of " \\ / b f n r t, or u and four hex digits');
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  /** Passes over spaces and comments, the only places where a line can end. */
  #skip(): void {
    for (;;) {
      const start = this.#at;
      this.#pass(SPACE);
      this.#pass(LINE_COMMENT);
      this.#pass(BLOCK_COMMENT);
      if (this.#at === start) return;
    }
  }

  #pass(pattern: RegExp): void {
    const start = this.#at;
    const passed = this.#match(pattern);
    for (let i = passed.indexOf('\n'); i >= 0; i = passed.indexOf('\n', i + 1)) {
      this.#line++;
      this.#lineStart = start + i + 1;
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #take(character: string, expected: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected(expected);
    this.#at++;
  }

  #place(): Place {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #unexpected(expected: string): ChainSpecError {
    const { line, column } = this.#place();
    const found = this.#text.codePointAt(this.#at);
    const shown = found === undefined ? 'the file ends' : shownCharacter(found);
    return badJson(`${shown} at line ${line}, column ${column}, where ${expected} is expected`);
  }
}

function shownCharacter(codePoint: number): string {
  if (codePoint === 0x0a || codePoint === 0x0d) return 'the line ends';
  const printable =
    (codePoint > 0x20 && codePoint < 0x7f) ||
    (codePoint > 0xa0 && (codePoint & 0xfff800) !== 0xd800);
  return printable
    ? `there is ${String.fromCodePoint(codePoint)}`
    : `there is the character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
