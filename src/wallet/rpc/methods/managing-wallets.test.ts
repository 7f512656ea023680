import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { readFile, writeFile } from '../../../outside/disk/whole-file.ts';

const WALLETS = '/DATADIR/regtest/wallets';

let caller: WalletCaller;
let call: WalletCaller['call'];

beforeEach(async () => {
  caller = await walletCaller(['-mocktime=1700000000']);
  call = caller.call;
});
afterEach(() => caller.close());

describe('createwallet', () => {
  it('makes wallets, with names and without', async () => {
    expect(await call('createwallet', '["a"]')).toBe('{"name":"a"}');
    expect(await call('createwallet', '[""]')).toBe('{"name":""}');
    expect(await call('listwallets')).toBe('["a",""]');
    expect(await call('createwallet', '["a"]')).toBe(
      `-4 Wallet file verification failed. Failed to create database path '${WALLETS}/a'. Database already exists.`,
    );
  });

  it('warns of an empty passphrase', async () => {
    expect(await call('createwallet', '["a",false,false,""]')).toBe(
      '{"name":"a","warnings":["Empty string given as passphrase, wallet will not be encrypted."]}',
    );
    expect(await call('createwallet', '["b",false,false,null,null,null,null,null]')).toBe(
      '{"name":"b"}',
    );
  });

  it('encrypts, and has keys all the same', async () => {
    expect(await call('createwallet', '{"wallet_name":"a","passphrase":"secret"}')).toBe(
      '{"name":"a"}',
    );
    const info = await call('getwalletinfo', '[]', 'a');
    expect(info).toContain('"keypoolsize":20,"keypoolsize_hd_internal":20,"unlocked_until":0,');
    expect(info).toContain('"blank":false,"birthtime":1700000000,');
    expect(await call('listdescriptors', '[true]')).toMatch(/^-13 /);
  });

  it('makes blank ones, and such that only watch', async () => {
    await call('createwallet', '["blank",false,true]');
    await call('createwallet', '["watching",true]');
    await call('createwallet', '["both",true,true,"",true]');
    const flags = async (name: string) => {
      const info = await call('getwalletinfo', '[]', name);
      return /"private_keys_enabled":(\w+),"avoid_reuse":(\w+).*"blank":(\w+)/.exec(info)?.slice(1);
    };
    expect(await flags('blank')).toEqual(['true', 'false', 'true']);
    expect(await flags('watching')).toEqual(['false', 'false', 'false']);
    expect(await flags('both')).toEqual(['false', 'true', 'true']);
    for (const name of ['blank', 'watching', 'both']) {
      const words = '-4 Error: This wallet has no available keys';
      expect(await call('getnewaddress', '[]', name)).toBe(words);
      expect(await call('getrawchangeaddress', '[]', name)).toBe(words);
    }
  });

  it('refuses what there is not, before anything is made', async () => {
    expect(await call('createwallet', '["a",true,false,"secret"]')).toBe(
      '-4 Passphrase provided but private keys are disabled. A passphrase is only used to encrypt private keys, so cannot be used for wallets with private keys disabled.',
    );
    expect(await call('createwallet', '{"wallet_name":"a","descriptors":false}')).toBe(
      '-4 Compiled without bdb support (required for legacy wallets)',
    );
    expect(await call('createwallet', '{"wallet_name":"a","external_signer":true}')).toBe(
      '-4 Compiled without external signing support (required for external signing)',
    );
    expect(await call('listwalletdir')).toBe('{"wallets":[]}');
    expect(await call('createwallet', '["a"]')).toBe('{"name":"a"}');
  });

  it('refuses names that are no names of a folder, in a line', async () => {
    for (const name of ['a/b', '../a', '/tmp/a', '..', '@', 'a\\nb', 'c:']) {
      expect(await call('createwallet', `["${name}"]`)).toMatch(
        /^-4 ".*" cannot be the name of a wallet: allowed is what can be the name of a folder$/,
      );
      expect(await call('loadwallet', `["${name}"]`)).toMatch(/^-4 ".*" cannot be the name/);
    }
    expect(await call('listwalletdir')).toBe('{"wallets":[]}');
  });

  it('wants arguments of the right types, and tells nothing of a passphrase', async () => {
    expect(await call('createwallet', '[]')).toMatch(
      /^-1 createwallet "wallet_name" \( disable_private_keys blank "passphrase" avoid_reuse descriptors load_on_startup external_signer \)\n/,
    );
    const wrong = await call('createwallet', '[1,"x",false,["secret"]]');
    expect(wrong).toMatch(/^-3 Wrong type passed:/);
    expect(wrong).toContain('"Position 4 (passphrase)"');
    expect(wrong).not.toContain('secret');
  });
});

describe('loadwallet and unloadwallet', () => {
  it('open and close', async () => {
    await call('createwallet', '["a"]');
    await call('createwallet', '["b"]');
    const address = await call('getnewaddress', '[]', 'a');
    expect(await call('unloadwallet', '["a"]')).toBe('{}');
    expect(await call('unloadwallet', '["a"]')).toBe(
      '-18 Requested wallet does not exist or is not loaded',
    );
    expect(await call('getwalletinfo', '[]', 'a')).toBe(
      '-18 Requested wallet does not exist or is not loaded',
    );
    expect(await call('loadwallet', '["a"]')).toBe('{"name":"a"}');
    expect(await call('loadwallet', '["a"]')).toBe('-35 Wallet "a" is already loaded.');
    expect(await call('getnewaddress', '[]', 'a')).not.toBe(address);
    expect(await call('listwallets')).toBe('["b","a"]');
    expect(await call('listwalletdir')).toBe('{"wallets":[{"name":"b"},{"name":"a"}]}');
  });

  it('know the wallet of the path', async () => {
    await call('createwallet', '["a"]');
    expect(await call('unloadwallet', '["b"]', 'a')).toBe(
      '-8 RPC endpoint wallet and wallet_name parameter specify different wallets',
    );
    expect(await call('unloadwallet')).toBe(
      '-3 JSON value of type null is not of expected type string',
    );
    expect(await call('unloadwallet', '[]', 'none')).toMatch(/^-18 /);
    expect(await call('unloadwallet', '["a"]', 'a')).toBe('{}');
    await call('loadwallet', '["a"]');
    expect(await call('unloadwallet', '[]', 'a')).toBe('{}');
    expect(await call('getwalletinfo')).toBe(
      '-18 No wallet is loaded. Load a wallet using loadwallet or create a new one with createwallet. (Note: A default wallet is no longer automatically created)',
    );
  });

  it('refuse what is no wallet', async () => {
    const { disk } = caller.context;
    expect(await call('loadwallet', '["none"]')).toBe(
      `-18 Wallet file verification failed. Failed to load database path '${WALLETS}/none'. Path does not exist.`,
    );
    await disk.makeFolder(`${WALLETS}/photos`);
    expect(await call('loadwallet', '["photos"]')).toBe(
      `-18 Wallet file verification failed. Failed to load database path '${WALLETS}/photos'. Data is not in recognized format.`,
    );
    expect(await disk.list(`${WALLETS}/photos`)).toEqual([]);
  });

  it('do one thing at a time', async () => {
    await call('createwallet', '["a"]');
    await call('unloadwallet', '["a"]');
    const answers = await Promise.all([call('loadwallet', '["a"]'), call('loadwallet', '["a"]')]);
    expect(answers).toEqual(['{"name":"a"}', '-4 Wallet already loading.']);
  });

  it('keep what is opened at the next start, and warn where that fails', async () => {
    const { startup, desk } = caller;
    await call('createwallet', '{"wallet_name":"a","load_on_startup":true}');
    expect(startup.get('a')).toBe(true);
    await call('unloadwallet', '["a",null]');
    expect(startup.get('a')).toBe(true);
    await call('loadwallet', '["a",false]');
    expect(startup.get('a')).toBe(false);
    await call('unloadwallet', '["a",true]');
    expect(startup.get('a')).toBe(true);
    const { DiskError } = await import('../../../outside/disk/disk-error.ts');
    Object.assign(desk.startup, {
      set: async () => {
        throw new DiskError('full', 'write', '/settings.json');
      },
    });
    const line = (outcome: string) =>
      `Wallet load on startup setting could not be updated, so wallet ${outcome} next node startup.`;
    expect(await call('loadwallet', '["a",true]')).toBe(
      `{"name":"a","warnings":["${line('may not be loaded')}"]}`,
    );
    expect(await call('unloadwallet', '["a",false]')).toBe(
      `{"warnings":["${line('may still be loaded')}"]}`,
    );
  });
});

describe('backupwallet and restorewallet', () => {
  it('bring everything back under another name', async () => {
    await call('createwallet', '["a"]');
    const address = await call('getnewaddress', '["rent"]', 'a');
    await call('keypoolrefill', '[]', 'a');
    expect(await call('backupwallet', '["/backup"]', 'a')).toBe('null');
    expect((await caller.context.disk.stat('/backup'))?.permissions).toBe(0o600);
    expect(await call('restorewallet', '["b","/backup",true]')).toBe('{"name":"b"}');
    expect(caller.startup.get('b')).toBe(true);
    expect(await call('getaddressesbylabel', '["rent"]', 'b')).toContain(address);
    expect(await call('listdescriptors', '[true]', 'b')).toBe(
      (await call('listdescriptors', '[true]', 'a')).replace('"a"', '"b"'),
    );
  });

  it('replace an older backup, and no other file', async () => {
    const { disk } = caller.context;
    await call('createwallet', '["a"]');
    await call('backupwallet', '["/backup"]');
    expect(await call('backupwallet', '["/backup"]')).toBe('null');
    await writeFile(disk, '/letter', Uint8Array.of(1, 2, 3));
    await writeFile(disk, '/empty', new Uint8Array(0));
    await disk.makeFolder('/folder');
    for (const path of ['/letter', '/folder', WALLETS, `${WALLETS}/a/wallet`, '/no/such/folder']) {
      expect(await call('backupwallet', `["${path}"]`)).toBe('-4 Error: Wallet backup failed!');
    }
    expect(await readFile(disk, '/letter')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await call('backupwallet', '["/empty"]')).toBe('null');
  });

  it('leave nothing behind where the file is no backup, or is damaged', async () => {
    const { disk } = caller.context;
    await call('createwallet', '["a"]');
    await call('backupwallet', '["/backup"]');
    const whole = await readFile(disk, '/backup');
    await writeFile(disk, '/letter', Uint8Array.of(1, 2, 3));
    await writeFile(disk, '/half', whole.subarray(0, whole.length >> 1));
    expect(await call('restorewallet', '["b","/none"]')).toBe('-8 Backup file does not exist');
    expect(await call('restorewallet', '["a","/backup"]')).toBe(
      `-36 Failed to create database path '${WALLETS}/a'. Database already exists.`,
    );
    expect(await call('restorewallet', '["b","/letter"]')).toBe(
      `-18 Wallet file verification failed. Failed to load database path '${WALLETS}/b'. Data is not in recognized format.`,
    );
    expect(await call('restorewallet', '["b","/half"]')).toBe(
      '-4 Wallet file verification failed. /half: it is damaged, or cut off',
    );
    expect(await call('restorewallet', `["b","${WALLETS}"]`)).toMatch(/^-4 cannot .*folder/);
    expect(await disk.stat(`${WALLETS}/b`)).toBeUndefined();
    expect(await readFile(disk, '/half')).toEqual(whole.subarray(0, whole.length >> 1));
    expect(await call('restorewallet', '["b","/backup"]')).toBe('{"name":"b"}');
  });
});
