import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WalletCaller, walletCaller } from '../../../../test/fixtures/wallet-caller.ts';
import { sleep } from '../../../outside/clock/clock.ts';

const NOW = 1_700_000_000;
const XPRV =
  'tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK';
const LOCKED = '-13 Error: Please enter the wallet passphrase with walletpassphrase first.';
const WRONG = '-14 Error: The wallet passphrase entered was incorrect.';

let caller: WalletCaller;
let call: WalletCaller['call'];

beforeEach(async () => {
  caller = await walletCaller([`-mocktime=${NOW}`]);
  call = caller.call;
  await call('createwallet', '["a"]');
});
afterEach(() => caller.close());

async function unlockedUntil(): Promise<number> {
  return Number(/"unlocked_until":(\d+)/.exec(await call('getwalletinfo'))?.[1]);
}

describe('a wallet without a passphrase', () => {
  it('has none to give, to change or to forget', async () => {
    const words = (method: string) =>
      `-15 Error: running with an unencrypted wallet, but ${method} was called.`;
    expect(await call('walletpassphrase', '["x",1]')).toBe(words('walletpassphrase'));
    expect(await call('walletpassphrase', '["",-1]')).toBe(words('walletpassphrase'));
    expect(await call('walletpassphrasechange', '["x","y"]')).toBe(words('walletpassphrasechange'));
    expect(await call('walletlock')).toBe(words('walletlock'));
    expect(await call('getwalletinfo')).not.toContain('unlocked_until');
  });

  it('gets one, and a new seed', async () => {
    const before = await call('listdescriptors');
    const old = await call('getnewaddress', '["shop"]');
    expect(await call('encryptwallet', '[""]')).toBe('-8 passphrase cannot be empty');
    expect(await call('encryptwallet', '["secret"]')).toBe(
      '"wallet encrypted; The keypool has been flushed and a new HD seed was generated. You need to make a new backup with the backupwallet RPC."',
    );
    expect(await call('encryptwallet', '["secret"]')).toBe(
      '-15 Error: running with an encrypted wallet, but encryptwallet was called.',
    );
    const after = JSON.parse(await call('listdescriptors')).descriptors;
    const known = new Set(JSON.parse(before).descriptors.map(({ desc }: { desc: string }) => desc));
    expect(after).toHaveLength(16);
    for (const { desc, active } of after) expect(active).toBe(!known.has(desc));
    expect(await call('getaddressesbylabel', '["shop"]')).toContain(old);
    expect(await call('listwallets')).toBe('["a"]');
    expect(await unlockedUntil()).toBe(0);
  });

  it('that is blank gets no seed, and one that only watches nothing', async () => {
    await call('createwallet', '["blank",false,true]');
    await call('createwallet', '["watching",true,true]');
    await call('encryptwallet', '["secret"]', 'blank');
    expect(await call('listdescriptors', '[]', 'blank')).toContain('"descriptors":[]');
    expect(await call('getnewaddress', '[]', 'blank')).toMatch(/^-4 Error: This wallet has no/);
    await call('createwallet', '["filled",false,true]');
    const desc = `wpkh(${XPRV}/0/*)`;
    const { checksum } = JSON.parse(await call('getdescriptorinfo', JSON.stringify([desc])));
    const request = { desc: `${desc}#${checksum}`, timestamp: 'now', active: true };
    await call('importdescriptors', JSON.stringify([[request]]), 'filled');
    await call('encryptwallet', '["secret"]', 'filled');
    const { descriptors } = JSON.parse(await call('listdescriptors', '[]', 'filled'));
    expect(descriptors).toHaveLength(1);
    expect(await call('getwalletinfo', '[]', 'filled')).toContain('"blank":true');
    expect(await call('encryptwallet', '["secret"]', 'watching')).toBe(
      '-16 Error: wallet does not contain private keys, nothing to encrypt.',
    );
  });
});

describe('a wallet with a passphrase', () => {
  beforeEach(() => call('encryptwallet', '["secret"]'));

  it('is unlocked by it, for so long by the clock of the node', async () => {
    expect(await call('walletpassphrase', '["secret",60]')).toBe('null');
    expect(await unlockedUntil()).toBe(NOW + 60);
    await call('setmocktime', `[${NOW + 30}]`);
    expect(await call('walletpassphrase', '["secret",99999400]')).toBe('null');
    expect(await unlockedUntil()).toBe(NOW + 30 + 99_999_400);
    await call('walletpassphrase', '["secret",100001000]');
    expect(await unlockedUntil()).toBe(NOW + 30 + 100_000_000);
    expect(await call('listdescriptors', '[true]')).toMatch(/prv/);
    expect(await call('walletlock')).toBe('null');
    expect(await unlockedUntil()).toBe(0);
    expect(await call('listdescriptors', '[true]')).toBe(LOCKED);
  });

  it('locks itself when that is over', async () => {
    await call('walletpassphrase', '["secret",60]');
    caller.context.clock.hasten(59_000);
    expect(await call('keypoolrefill')).toBe('null');
    caller.context.clock.hasten(1_000);
    await sleep(caller.context.clock, 1);
    expect(await call('keypoolrefill')).toBe(LOCKED);
    expect(await unlockedUntil()).toBe(0);
  });

  it('refuses others, and times that are none', async () => {
    expect(await call('walletpassphrase', '["wrong",60]')).toBe(WRONG);
    expect(await call('walletpassphrase', '["",60]')).toBe('-8 passphrase cannot be empty');
    expect(await call('walletpassphrase', '["secret",-1]')).toBe('-8 Timeout cannot be negative.');
    expect(await call('walletpassphrase', '["",-1]')).toBe('-8 Timeout cannot be negative.');
    expect(await call('walletpassphrase', '["secret",1.5]')).toBe('-1 JSON integer out of range');
    expect(await call('walletpassphrase', '["secret"]')).toMatch(
      /^-1 walletpassphrase "passphrase" timeout\n/,
    );
    const wrong = await call('walletpassphrase', '["secret","60"]');
    expect(wrong).toMatch(/^-3 Wrong type passed:/);
    expect(wrong).not.toContain('secret');
    expect(await unlockedUntil()).toBe(0);
  });

  it('gets another one', async () => {
    expect(await call('walletpassphrasechange', '["wrong","new"]')).toBe(WRONG);
    expect(await call('walletpassphrasechange', '["","new"]')).toBe(
      '-8 passphrase cannot be empty',
    );
    expect(await call('walletpassphrasechange', '["secret",""]')).toBe(
      '-8 passphrase cannot be empty',
    );
    expect(await call('walletpassphrasechange', '["secret","new"]')).toBe('null');
    expect(await call('walletpassphrase', '["secret",1]')).toBe(WRONG);
    expect(await call('walletpassphrase', '["new",1]')).toBe('null');
  });

  it('takes null characters for what they are', async () => {
    await call('walletpassphrasechange', '["secret","a\\u0000b"]');
    expect(await call('walletpassphrase', '["a",1]')).toBe(WRONG);
    expect(await call('walletpassphrase', '["a\\u0000c",1]')).toMatch(
      /^-14 Error: The wallet passphrase entered is incorrect. It contains a null character \(ie - a zero byte\)\. .*in the future\.$/,
    );
    expect(await call('walletpassphrasechange', '["a\\u0000c","x"]')).toMatch(
      /^-14 Error: The old wallet passphrase entered is incorrect. .*the first null character\.$/,
    );
    expect(await call('walletpassphrase', '["a\\u0000b",1]')).toBe('null');
  });

  it('makes addresses while it is locked, and can be closed while it is not', async () => {
    expect(await call('getnewaddress')).toMatch(/^"bcrt1q/);
    expect(await call('getrawchangeaddress', '["bech32m"]')).toMatch(/^"bcrt1p/);
    await call('walletpassphrase', '["secret",60]');
    expect(await call('unloadwallet', '["a"]')).toBe('{}');
    caller.context.clock.hasten(61_000);
    await call('loadwallet', '["a"]');
    expect(await unlockedUntil()).toBe(0);
  });

  it('keeps what comes in while it is opened', async () => {
    await call('createwallet', '["b",false,false,"secret"]');
    expect(await call('keypoolrefill', '[7]', 'b')).toBe(LOCKED);
    await call('walletpassphrase', '["secret",60]', 'b');
    expect(await call('keypoolrefill', '[7]', 'b')).toBe('null');
    expect(await call('getwalletinfo', '[]', 'b')).toContain(
      '"keypoolsize":28,"keypoolsize_hd_internal":28',
    );
  });
});
