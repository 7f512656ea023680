import { expect, it } from 'vitest';
import { listNames, oneLine, quote, shellWord } from './quote.ts';

it('quotes what somebody typed in one line, without control characters', () => {
  expect(quote('lab')).toBe('"lab"');
  expect(quote('a\nb\u001b[31m\u009b\u007f')).toBe('"a\\nb\\u001b[31m\\u009b\\u007f"');
  expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(60)}…"`);
});

it('writes a word so that a shell reads it as one', () => {
  expect(shellWord('chains/my-chain.json')).toBe('chains/my-chain.json');
  expect(shellWord('my $(chain).json')).toBe("'my $(chain).json'");
  expect(shellWord("teacher's.json")).toBe("'teacher'\\''s.json'");
  expect(shellWord('')).toBe("''");
  expect(shellWord('a\n\u001b[31m')).toBe('"a\\n\\u001b[31m"');
});

it('lists names as in a sentence', () => {
  expect(listNames([])).toBe('');
  expect(listNames(['a'])).toBe('a');
  expect(listNames(['a', 'b'])).toBe('a or b');
  expect(listNames(['a', 'b', 'c'])).toBe('a, b or c');
});

it('makes a message one line, of bearable length, that leaves the terminal alone', () => {
  expect(oneLine('one\n  two\r\nthree')).toBe('one two three');
  expect(oneLine('\u001b[2J\t\u009b')).toBe('\\u001b[2J\\u0009\\u009b');
  const long = oneLine(`begin ${'x'.repeat(1_000_000)} end`);
  expect(long).toMatch(/^begin x+ … x+ end$/);
  expect(long.length).toBeLessThan(600);
});
