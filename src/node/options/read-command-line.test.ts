import { describe, expect, it } from 'vitest';
import { clientOptionsHelp } from './option-help.ts';
import { clientOptionSet } from './option-table.ts';
import { readLeadingOptions } from './read-command-line.ts';

function read(line: string) {
  const { given, rest } = readLeadingOptions(line.split(' '), clientOptionSet);
  return { given: Object.fromEntries(given), rest };
}

describe('the options of a program that calls a node', () => {
  it('end where other words begin', () => {
    expect(read('-regtest getblockhash -1 -named')).toEqual({
      given: { regtest: [''] },
      rest: ['getblockhash', '-1', '-named'],
    });
    expect(read('-stdin - -regtest')).toEqual({
      given: { stdin: [''] },
      rest: ['-', '-regtest'],
    });
  });

  it('may have their value in the next word, behind two dashes', () => {
    expect(read('--rpcport 1 --named --rpcconnect=a stop')).toEqual({
      given: { rpcport: ['1'], named: [''], rpcconnect: ['a'] },
      rest: ['stop'],
    });
    expect(read('-rpcport 1')).toEqual({ given: { rpcport: [''] }, rest: ['1'] });
  });

  it('are its own, and those that say where the node is', () => {
    expect(() => read('-listen getblockcount')).toThrow('Invalid parameter -listen');
    expect(() => read('-gitinfo')).toThrow('Invalid parameter -gitinfo; did you mean -getinfo?');
    const help = clientOptionsHelp();
    for (const name of ['-rpcwait\n', '-datadir=<', '-rpcuser=<', '-regtest\n']) {
      expect(help).toContain(`\n  ${name}`);
    }
    expect(help).not.toContain('-listen');
  });
});
