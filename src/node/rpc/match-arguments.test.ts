import { describe, expect, it } from 'vitest';
import { jsonText } from '../../protocol/report/json-text.ts';
import { readJson } from '../../protocol/report/read-json.ts';
import { matchArguments } from './match-arguments.ts';
import { RpcError } from './rpc-error.ts';
import type { RpcMethod } from './rpc-method.ts';

const method: RpcMethod = {
  name: 'pay',
  family: 'util',
  about: 'Pays.',
  parameters: [
    { name: 'to', type: 'string', about: 'whom' },
    { name: 'amount', type: 'number', aliases: ['sum'], optional: true, about: 'how much' },
    { name: 'memo', type: 'string', optional: true, about: 'why' },
    { name: 'slow', type: 'boolean', optional: true, namedOnly: true, about: 'no hurry' },
    { name: 'options', type: 'object', optional: true, about: 'more' },
  ],
  result: 'null',
  run: () => null,
};

function match(params: string): string {
  try {
    const args = matchArguments(method, readJson(params));
    return jsonText(args.map((value) => value ?? null));
  } catch (error) {
    if (error instanceof RpcError) return `${error.number} ${error.message}`;
    throw error;
  }
}

describe('arguments by position', () => {
  it('are as many as the method has, at least those that are required', () => {
    expect(match('["a"]')).toBe('["a"]');
    expect(match('["a",null,"b"]')).toBe('["a",null,"b"]');
    expect(match('[]')).toMatch(/^-1 pay "to" \( amount "memo" \{options\} \)\n\nPays\./);
    expect(match('["a",1,"b",{},1]')).toMatch(/^-1 pay/);
  });

  it('have their types, or all that have not are told', () => {
    expect(match('[null,"1"]')).toBe(
      '-3 Wrong type passed:\n{\n' +
        '    "Position 1 (to)": "JSON value of type null is not of expected type string",\n' +
        '    "Position 2 (amount|sum)": "JSON value of type string is not of expected type number"\n}',
    );
  });
});

describe('arguments by name', () => {
  it('come in any order, with null where one is left out', () => {
    expect(match('{"memo":"b","to":"a"}')).toBe('["a",null,"b"]');
    expect(match('{"sum":2,"to":"a"}')).toBe('["a",2]');
  });

  it('may follow others that are in a list called args', () => {
    expect(match('{"args":["a",1],"memo":"b"}')).toBe('["a",1,"b"]');
    expect(match('{"args":["a"],"memo":"b"}')).toBe('["a",null,"b"]');
    expect(match('{"args":["a","b"],"to":"c"}')).toBe(
      '-8 Parameter to specified twice both as positional and named argument',
    );
  });

  it('gather into options where they have no place of their own', () => {
    expect(match('{"to":"a","slow":true}')).toBe('["a",null,null,{"slow":true}]');
    expect(match('{"to":"a","slow":true,"options":{}}')).toBe(
      '-8 Parameter options conflicts with parameter slow',
    );
  });

  it('are known, and given once', () => {
    expect(match('{"to":"a","nope":1}')).toBe('-8 Unknown named parameter nope');
    expect(match('{"to":"a","__proto__":1}')).toBe('-8 Unknown named parameter __proto__');
    expect(match('{"to":"a","to":"b"}')).toBe('-8 Parameter to specified multiple times');
    expect(match('{"args":1,"to":"a"}')).toBe('["a"]');
  });
});
