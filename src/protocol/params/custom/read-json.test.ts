import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainSpecError } from './chain-spec-error.ts';
import { type JsonNode, readJson } from './read-json.ts';

/** What `JSON.parse` would have made of it. */
function plainValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainValue(value)]));
    case 'list':
      return node.items.map(plainValue);
    case 'string':
      return node.value;
    case 'number':
      return Number(node.digits);
    case 'word':
      return JSON.parse(node.word);
  }
}

function errorOf(text: string): string {
  try {
    readJson(text);
  } catch (error) {
    if (!(error instanceof ChainSpecError)) throw error;
    expect(error.code).toBe('bad-json');
    expect(error.field).toBe('');
    return error.message;
  }
  return 'no error';
}

describe('JSON', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 2), (text, indent) => {
        const value: unknown = JSON.parse(text);
        const written = JSON.stringify(value, undefined, indent);
        expect(JSON.stringify(plainValue(readJson(written)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('keeps its numbers as they are written', () => {
    const node = readJson('[0.1, 21000000.00000001, 1e400, -0, 123456789012345678901234567890]');
    expect(
      node.kind === 'list' && node.items.map((item) => item.kind === 'number' && item.digits),
    ).toEqual(['0.1', '21000000.00000001', '1e400', '-0', '123456789012345678901234567890']);
  });

  it('knows where everything stands', () => {
    const node = readJson('{\n  "a": [1,\r\n    /* two\n lines */ "b"]\n}');
    if (node.kind !== 'object') throw new Error('no object');
    const [entry] = node.entries;
    expect(entry).toMatchObject({ key: 'a', line: 2, column: 3 });
    expect(entry?.value).toMatchObject({ kind: 'list', line: 2, column: 8 });
    if (entry?.value.kind !== 'list') throw new Error('no list');
    expect(entry.value.items[1]).toMatchObject({ value: 'b', line: 4, column: 11 });
  });

  it('may have comments, a comma too many at an end, and a mark of its encoding', () => {
    const text = '\ufeff// first\n{ "a": 1, /* b */ "b": [1, 2,], // last\n}\n/* end */ // end';
    expect(plainValue(readJson(text))).toEqual({ a: 1, b: [1, 2] });
    expect(plainValue(readJson('{ "a": "// no comment /* */" }'))).toEqual({
      a: '// no comment /* */',
    });
  });

  it.each([
    ['', 'the file ends at line 1, column 1, where a value is expected'],
    ['{', 'the file ends at line 1, column 2, where a name in double quotes, or } is expected'],
    ['{ "a" 1 }', 'there is 1 at line 1, column 7, where a colon is expected'],
    ['{ "a": 1\n  "b": 2 }', 'there is " at line 2, column 3, where a comma or } is expected'],
    ['{ a: 1 }', 'there is a at line 1, column 3, where a name in double quotes, or } is expected'],
    ['[1, 2', 'the file ends at line 1, column 6, where a comma or ] is expected'],
    ['[,]', 'there is , at line 1, column 2, where a value is expected'],
    ['[1,,]', 'there is , at line 1, column 4, where a value is expected'],
    ['[01]', 'there is 1 at line 1, column 3, where a comma or ] is expected'],
    ['[.5]', 'there is . at line 1, column 2, where a value is expected'],
    ['[NaN]', 'there is N at line 1, column 2, where a value is expected'],
    ['[nulll]', 'there is n at line 1, column 2, where a value is expected'],
    ["['a']", "there is ' at line 1, column 2, where a value is expected"],
    ['{} {}', 'there is { at line 1, column 4, where the end is expected'],
    [
      '"a\nb"',
      'the line ends at line 1, column 3, where the end of the text in quotes is expected',
    ],
    ['"a', 'the file ends at line 1, column 3, where the end of the text in quotes is expected'],
    [
      '"\\x"',
      'there is x at line 1, column 3, where one of " \\ / b f n r t, or u and four hex digits is expected',
    ],
    [
      '"\\u12g4"',
      'there is u at line 1, column 3, where one of " \\ / b f n r t, or u and four hex digits is expected',
    ],
    ['/* never closed', 'there is / at line 1, column 1, where a value is expected'],
    ['\u0000', 'there is the character U+0000 at line 1, column 1, where a value is expected'],
    ['\ud800', 'there is the character U+D800 at line 1, column 1, where a value is expected'],
  ])('%j is refused with its place', (text, message) => {
    expect(errorOf(text)).toBe(message);
  });

  it('is refused before it can do harm', () => {
    expect(errorOf('['.repeat(100_000))).toBe(
      'more than 20 brackets inside each other at line 1, column 21',
    );
    expect(errorOf(`${'['.repeat(20)}${']'.repeat(20)}`)).toBe('no error');
    expect(errorOf(' '.repeat(1_000_001))).toBe(
      '1000001 characters are too many; allowed: 1000000',
    );
    expect(errorOf('/* '.repeat(300_000))).toMatch(/^there is \/ at line 1, column 1,/);
    expect(errorOf('{"a":'.repeat(10))).toMatch(/^the file ends/);
  });

  it('throws nothing but its own error for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]",:/*\\ \n01.eE-+tn', 'u00e9', 'true', '"a"') }),
        (text) => {
          expect(typeof errorOf(text)).toBe('string');
        },
      ),
      { numRuns: 2000 },
    );
  });
});
