import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../protocol/report/json-text.ts';
import { type JsonMap, JsonNumber } from './json-value.ts';
import { JsonError, readJson } from './read-json.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('reading JSON', () => {
  it('keeps every digit of a number', () => {
    const texts = ['0.10000000', '1e-8', '9223372036854775807', '-0', '123456789012345678901234.5'];
    for (const text of texts) expect(readJson(text)).toEqual(new JsonNumber(text));
  });

  it('gives back what it has read', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false, stringUnit: 'grapheme' }), (text) => {
        const again = jsonText(readJson(text));
        expect(JSON.parse(again)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes exactly what JSON.parse takes', () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\ \n01-.eEtruefalsn'.split(''),
      'true',
      '"a"',
      '\\u00e9',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        expect(isRead(text, readJson)).toBe(isRead(text, JSON.parse));
      }),
      { numRuns: 3000 },
    );
  });

  it('has no names that mean anything of their own', () => {
    const read = readJson('{"__proto__":{"polluted":true},"constructor":1}') as JsonMap;
    expect([...read.keys()]).toEqual(['__proto__', 'constructor']);
    expect('polluted' in {}).toBe(false);
    expect(jsonText(read)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
  });

  it('takes the first of two values with the same name, and remembers that there were two', () => {
    const read = readJson('{"a":1,"b":2,"a":3}') as JsonMap;
    expect(read.get('a')).toEqual(new JsonNumber('1'));
    expect([...read.repeated]).toEqual(['a']);
  });

  it('ends at a depth of 512', () => {
    expect(readJson(nested(512))).toBeInstanceOf(Array);
    expect(() => readJson(nested(513))).toThrow(JsonError);
    expect(() => readJson('['.repeat(100_000))).toThrow('nested more than 512 deep');
    expect(() => readJson('{"a":'.repeat(100_000))).toThrow(JsonError);
  });

  it('joins halves of characters, and refuses single ones', () => {
    expect(readJson('"\\ud83d\\ude00"')).toBe('😀');
    expect(() => readJson('"\\ud83d"')).toThrow(JsonError);
    expect(() => readJson('"\\ude00\\ud83d"')).toThrow(JsonError);
  });

  it('says where it could not go on', () => {
    expect(() => readJson('{"a" 1}')).toThrow('there is "1" at 5, where a colon was expected');
    expect(() => readJson('[1,')).toThrow('the text ends at 3, where a value was expected');
  });
});

function isRead(text: string, read: (text: string) => unknown): boolean {
  try {
    read(text);
    return true;
  } catch (error) {
    if (error instanceof JsonError || error instanceof SyntaxError) return false;
    throw error;
  }
}
