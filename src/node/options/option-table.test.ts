import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optionsHelp, optionsPage } from './option-help.ts';
import { allOptions, nearestOption, optionNamed } from './option-table.ts';
import { askedFor, readCommandLine } from './read-command-line.ts';
import { amountFrom, flagFrom, numberFrom } from './setting-values.ts';

describe('the table of options', () => {
  it('has every option that programs of others use', () => {
    const names =
      'regtest datadir rpcport connect txindex blockfilterindex prune dbcache par maxconnections listen bind externalip whitelist rpcuser rpcpassword rpcauth rpcbind rpcallowip rpcwhitelist rpccookiefile server rest blocknotify alertnotify startupnotify shutdownnotify conf includeconf daemon pid debug printtoconsole mocktime testactivationheight assumevalid minimumchainwork maxtipage minrelaytxfee dustrelayfee datacarrier datacarriersize permitbaremultisig limitancestorcount mempoolexpiry maxmempool persistmempool blocksonly peerbloomfilters peerblockfilters uacomment discover dnsseed fixedseeds timeout peertimeout fallbackfee keypool disablewallet';
    for (const name of names.split(' ')) expect(optionNamed(name)?.name, name).toBe(name);
  });

  it('has each name once, none that looks like a negation, and words for each', () => {
    const names = allOptions().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(180);
    expect(names.filter((name) => name.startsWith('no'))).toEqual([]);
    for (const { name, about, kind, value, example } of allOptions()) {
      expect(about, name).toMatch(/^[A-Z].*[^.]$/);
      expect(value === undefined, name).toBe(kind === 'bool');
      // What it shows must be true.
      if (example !== undefined) expect(example.startsWith(`-${name}`), example).toBe(true);
    }
  });

  it('has the options that count in their section alone', () => {
    const names = allOptions().filter(({ networkOnly }) => networkOnly);
    expect(names.map(({ name }) => name).sort()).toEqual(
      'addnode bind connect port rpcbind rpcport wallet walletdir'.split(' '),
    );
  });

  it('finds what was meant', () => {
    expect(nearestOption('rcpport')).toBe('rpcport');
    expect(nearestOption('notxindx')).toBe('txindex');
    expect(nearestOption('zzzzzzzz')).toBeUndefined();
  });
});

describe('help', () => {
  it('lists options in groups, those for tests only when asked', () => {
    const help = optionsHelp({ debug: false });
    expect(help).toMatch(/^Options:\n\n {2}-alertnotify=<command>\n {7}Runs /);
    expect(help).toContain('\nRPC server options:\n\n');
    expect(help).not.toContain('-mocktime');
    expect(optionsHelp({ debug: true })).toContain('  -mocktime=<time>\n');
    expect(help.split('\n').filter((line) => line.length > 79)).toEqual([]);
  });

  it('is asked for', () => {
    expect(askedFor(readCommandLine(['-?']))).toBe('help');
    expect(askedFor(readCommandLine(['-regtest', '--help']))).toBe('help');
    expect(askedFor(readCommandLine(['-help-debug']))).toBe('debug-help');
    expect(askedFor(readCommandLine(['-version']))).toBe('version');
    expect(askedFor(readCommandLine(['-regtest']))).toBeUndefined();
  });

  it('is what docs/options.md says', () => {
    const page = readFileSync(new URL('../../../docs/options.md', import.meta.url), 'utf8');
    expect(page).toBe(optionsPage());
  });
});

describe('values', () => {
  it('are read as Bitcoin Core reads them', () => {
    expect(['', '1', '0', 'x', '-1', ' 2x', '+3'].map(flagFrom)).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(['12a', '-5', '', '+-1', '99999999999999999999'].map(numberFrom)).toEqual([
      12,
      -5,
      0,
      0,
      Number.MAX_SAFE_INTEGER,
    ]);
    expect(['1', '0.00001', '.5', '1.', '21000000', ' 1 '].map(amountFrom)).toEqual([
      100_000_000n,
      1000n,
      50_000_000n,
      100_000_000n,
      2_100_000_000_000_000n,
      100_000_000n,
    ]);
    for (const text of ['', '-1', '1e-5', '0.000000001', '21000001', '1 2']) {
      expect(amountFrom(text), text).toBeUndefined();
    }
  });
});
