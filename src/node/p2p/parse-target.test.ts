import { expect, it } from 'vitest';
import { parseTarget } from './parse-target.ts';

it('reads names and addresses, with a port or without', () => {
  expect(parseTarget('node.example', 8333)).toEqual({ host: 'node.example', port: 8333 });
  expect(parseTarget(' 10.0.0.2:1 ', 8333)).toEqual({ host: '10.0.0.2', port: 1 });
  expect(parseTarget('[fe80::1]:18444', 8333)).toEqual({ host: 'fe80::1', port: 18444 });
  expect(parseTarget('[fe80::1]', 8333)).toEqual({ host: 'fe80::1', port: 8333 });
  expect(parseTarget('fe80::1', 8333)).toEqual({ host: 'fe80::1', port: 8333 });
});

it('refuses what is none', () => {
  for (const text of [
    '',
    ':1',
    'a b',
    'host:',
    'host:0',
    'host:65536',
    'host:x',
    '[::1',
    'a:b:c',
  ]) {
    expect(() => parseTarget(text, 8333), text).toThrow('write HOST, HOST:PORT or [IPV6]:PORT');
  }
});
