import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  OTHER_STRANGER,
  type ReadingScene,
  readingScene,
  STRANGER,
} from '../../../../test/fixtures/reading-scene.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { scriptFromAddress } from '../../../protocol/script/address.ts';
import { hasPrivateKeys, isRange } from '../../../protocol/script/descriptor/descriptor.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import type { Wallet } from '../../wallet.ts';

interface Info {
  readonly [name: string]: unknown;
  readonly address: string;
  readonly desc: string;
  readonly labels: readonly string[];
}

const KEY_A = '0296b538e853519c726a2c91e61ec11600ae1390813a627c66fb8be7947be63c52';
const KEY_B = '037211a824f55b505228e4c3d5194c1fcfaa15a456abdf37f9b9d97a4040afc073';
const UNCOMPRESSED =
  '0496b538e853519c726a2c91e61ec11600ae1390813a627c66fb8be7947be63c52da7589379515d4e0a604f8141781e62294721166bf621e73a82cbf2342c858ee';
const NO_SEED = '0000000000000000000000000000000000000000';

let scene: ReadingScene;
let wallet: Wallet;
let watching: Wallet;

async function watch(text: string, label?: string): Promise<string> {
  const descriptor = parseDescriptor(text, regtest);
  expect(hasPrivateKeys(descriptor)).toBe(false);
  const rangeEnd = isRange(descriptor) ? 5 : 1;
  const start = { timestamp: 1_600_000_000, rangeStart: 0, rangeEnd, nextIndex: 0 };
  await watching.importDescriptor({ descriptor, ...start, ...(label !== undefined && { label }) });
  const [address] = await scene.ask<readonly string[]>(
    'deriveaddresses',
    isRange(descriptor) ? [withChecksum(text), 0] : [withChecksum(text)],
  );
  return address as string;
}

function withChecksum(text: string): string {
  const keeper = watching.state.keys.keepers.find(({ record }) => record.text.startsWith(text));
  return keeper?.record.text ?? text;
}

const info = (address: string, name = 'a') => scene.ask<Info>('getaddressinfo', [address], name);

beforeAll(async () => {
  scene = await readingScene();
  wallet = await scene.create('a');
  watching = await scene.create('w', { hasPrivateKeys: false });
});

afterAll(() => scene.close());

describe('getaddressinfo', () => {
  it('tells all of each kind of address, in the order of Core', async () => {
    const { address } = await wallet.newAddress({ label: 'rent' });
    const found = await info(address);
    expect(Object.keys(found)).toEqual([
      'address',
      'scriptPubKey',
      'ismine',
      'solvable',
      'desc',
      'parent_desc',
      'iswatchonly',
      'isscript',
      'iswitness',
      'witness_version',
      'witness_program',
      'pubkey',
      'ischange',
      'timestamp',
      'hdkeypath',
      'hdseedid',
      'hdmasterfingerprint',
      'labels',
    ]);
    expect(found).toMatchObject({
      ...{ address, ismine: true, solvable: true, iswatchonly: false, ischange: false },
      ...{ hdkeypath: 'm/84h/1h/0h/0/0', hdseedid: NO_SEED, labels: ['rent'] },
      timestamp: 1_700_000_000,
    });
    expect(found.desc).toMatch(/^wpkh\(\[[0-9a-f]{8}\/84h\/1h\/0h\/0\/0\]0[23][0-9a-f]{64}\)#/);
    const legacy = await info((await wallet.newAddress({ type: 'legacy' })).address);
    expect(legacy).toMatchObject({ isscript: false, iswitness: false, iscompressed: true });
    const nested = await info((await wallet.newAddress({ type: 'p2sh-segwit' })).address);
    expect(nested).toMatchObject({ script: 'witness_v0_keyhash', hdkeypath: 'm/49h/1h/0h/0/0' });
    expect(nested['embedded']).toMatchObject({ pubkey: nested['pubkey'], iswitness: true });
    const taproot = await info((await wallet.newAddress({ type: 'bech32m' })).address);
    expect(taproot).toMatchObject({
      isscript: true,
      witness_version: 1,
      hdkeypath: 'm/86h/1h/0h/0/0',
    });
    expect(taproot).not.toHaveProperty('pubkey');
  });

  it('knows change, until somebody gives it a name', async () => {
    const { address } = await wallet.changeAddress();
    expect(await info(address)).toMatchObject({ ischange: true, labels: [] });
    await scene.ask('setlabel', [address, 'mine']);
    expect(await info(address)).toMatchObject({ ischange: false, labels: ['mine'] });
  });

  it('says of the addresses of others what they are', async () => {
    expect(await info(STRANGER)).toEqual({
      address: STRANGER,
      scriptPubKey: '76a914243f1394f44554f4ce3fd68649c19adc483ce92488ac',
      ismine: false,
      solvable: false,
      iswatchonly: false,
      isscript: false,
      iswitness: false,
      ischange: false,
      labels: [],
    });
    expect(await info(OTHER_STRANGER.toUpperCase())).toMatchObject({
      address: OTHER_STRANGER,
      witness_version: 0,
      witness_program: '00'.repeat(20),
    });
    expect(await info('bcrt1pfeesnyr2tx')).toMatchObject({ isscript: true, iswitness: true });
  });

  it('looks into the scripts of multisig addresses', async () => {
    const multi = `multi(1,${KEY_A},${KEY_B})`;
    const inner = `5121${KEY_A}21${KEY_B}52ae`;
    const multisig = { script: 'multisig', hex: inner, sigsrequired: 1, pubkeys: [KEY_A, KEY_B] };
    const bare = await info(await watch(`sh(${multi})`), 'w');
    expect(bare).toMatchObject({ ismine: true, solvable: true, ...multisig });
    expect(bare).not.toHaveProperty('embedded');
    expect(bare).not.toHaveProperty('timestamp');
    expect(await info(await watch(`wsh(${multi})`), 'w')).toMatchObject(multisig);
    const nested = await info(await watch(`sh(wsh(${multi}))`), 'w');
    expect(nested).toMatchObject({ script: 'witness_v0_scripthash', embedded: multisig });
    expect(Object.keys(nested['embedded'] as object)).toEqual([
      ...['isscript', 'iswitness', 'witness_version', 'witness_program'],
      ...['script', 'hex', 'sigsrequired', 'pubkeys', 'address', 'scriptPubKey'],
    ]);
    expect(nested).not.toHaveProperty('pubkey');
  });

  it('shows the one key of a script, and scripts without an address as they are', async () => {
    const wrapped = await info(await watch(`wsh(pkh(${KEY_A}))`), 'w');
    expect(wrapped).toMatchObject({ script: 'pubkeyhash', pubkey: KEY_A, isscript: true });
    expect(wrapped['embedded']).toMatchObject({ pubkey: KEY_A, iscompressed: true });
    const key = await info(await watch(`sh(pk(${KEY_B}))`), 'w');
    expect(key).toMatchObject({ script: 'pubkey', hex: `21${KEY_B}ac` });
    expect(key).not.toHaveProperty('embedded');
    const plain = await info(await watch(`pkh(${UNCOMPRESSED})`), 'w');
    expect(plain).toMatchObject({ iscompressed: false, hdkeypath: 'm', timestamp: 1_600_000_000 });
  });

  it('says what it cannot solve', async () => {
    const found = await info(await watch(`addr(${OTHER_STRANGER})`, 'seen'), 'w');
    expect(found).toMatchObject({ ismine: true, solvable: false, labels: ['seen'] });
    expect(found['parent_desc']).toMatch(/^addr\(/);
    expect(found).not.toHaveProperty('desc');
    expect(found).not.toHaveProperty('timestamp');
  });

  it('has no origin of a Taproot address with scripts', async () => {
    const address = await watch(`tr(${KEY_A.slice(2)},pk(${KEY_B.slice(2)}))`);
    const found = await info(address, 'w');
    expect(found).toMatchObject({ solvable: true, witness_version: 1 });
    expect(found).not.toHaveProperty('hdkeypath');
  });

  it.each([
    ['bad', '-5 Invalid checksum or length of Base58 address (P2PKH or P2SH)'],
    ['!', '-5 Invalid or unsupported Segwit (Bech32) or Base58 encoding.'],
    ['3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', '-5 Invalid or unsupported Base58-encoded address.'],
    ['bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku203', '-5 Invalid Bech32 checksum'],
  ])('refuses %j', async (address, words) => {
    expect(await scene.refusal('getaddressinfo', [address])).toBe(words);
  });
});

describe('labels', () => {
  it('are listed in their order, by what they are for', async () => {
    const own = await scene.create('labels');
    const ask = <T>(method: string, params: readonly unknown[] = []) =>
      scene.ask<T>(method, params, 'labels');
    expect(await ask('listlabels')).toEqual([]);
    // By their bytes: the second of these is before the third in UTF-16.
    for (const label of ['\u{10FFFF}', 'b', '\uFFFD', '']) await own.newAddress({ label });
    await ask('setlabel', [STRANGER, 'friend']);
    expect(await ask('listlabels')).toEqual(['', 'b', 'friend', '\uFFFD', '\u{10FFFF}']);
    expect(await ask('listlabels', ['send'])).toEqual(['friend']);
    expect(await ask('listlabels', ['receive'])).toEqual(['', 'b', '\uFFFD', '\u{10FFFF}']);
    expect(await ask('listlabels', [''])).toHaveLength(5);
    expect(await ask('listlabels', ['refund'])).toEqual([]);
    expect(await ask('getaddressesbylabel', ['friend'])).toEqual({
      [STRANGER]: { purpose: 'send' },
    });
  });

  it('move with their addresses, and outlive the wallet', async () => {
    const own = await scene.create('moving');
    const ask = <T>(method: string, params: readonly unknown[] = []) =>
      scene.ask<T>(method, params, 'moving');
    const { address } = await own.newAddress({ label: 'old' });
    expect(await ask('setlabel', [address, 'new'])).toBeNull();
    await scene.desk.wallets.unload('moving');
    await scene.desk.wallets.load('moving');
    expect(await ask('listlabels')).toEqual(['new']);
    expect(await ask('getaddressesbylabel', ['new'])).toEqual({
      [address]: { purpose: 'receive' },
    });
  });

  it('show addresses in the order of their kinds', async () => {
    const own = await scene.create('kinds');
    const types = ['bech32m', 'bech32', 'p2sh-segwit', 'legacy'] as const;
    const made: string[] = [];
    for (const type of types) made.push((await own.newAddress({ type, label: 'x' })).address);
    const found = await scene.ask<object>('getaddressesbylabel', ['x'], 'kinds');
    expect(Object.keys(found)).toEqual(made.reverse());
  });

  it('are not those of keys without an address', async () => {
    await watching.importDescriptor({
      descriptor: parseDescriptor(`pk(${KEY_A})`, regtest),
      ...{ timestamp: 1, rangeStart: 0, rangeEnd: 1, nextIndex: 0, label: 'key' },
    });
    expect(await scene.ask('listlabels', [], 'w')).not.toContain('key');
  });

  it.each([
    [
      'listlabels',
      ['unknown'],
      "-8 Invalid 'purpose' argument, must be a known purpose string, typically 'send', or 'receive'.",
    ],
    ['getaddressesbylabel', ['none'], '-11 No addresses with label none'],
    ['getaddressesbylabel', ['*'], '-11 Invalid label name'],
    ['setlabel', ['bad', 'x'], '-5 Invalid Bitcoin address'],
    ['setlabel', ['bad', '*'], '-5 Invalid Bitcoin address'],
    ['setlabel', [STRANGER, '*'], '-11 Invalid label name'],
  ])('%s %j: %s', async (method, params, words) => {
    expect(await scene.refusal(method, params)).toBe(words);
  });
});

describe('an address that was given out elsewhere', () => {
  it('comes into the book when it is paid to, and those before it', async () => {
    const own = await scene.create('twin');
    const keeper = own.state.keys.active('bech32', false);
    const script = keeper?.scriptsAt(2)?.[0] as Uint8Array;
    const { address } = (await scene.ask('decodescript', [toHex(script)])) as Info;
    expect(await scene.ask('getaddressinfo', [address], 'twin')).toMatchObject({ ischange: true });
    await scene.mine(1, address);
    expect(await scene.ask('getaddressinfo', [address], 'twin')).toMatchObject({ ischange: false });
    const { length } = Object.keys(await scene.ask<object>('getaddressesbylabel', [''], 'twin'));
    expect(length).toBe(3);
    const next = await own.newAddress();
    expect(scriptFromAddress(next.address, regtest.addressPrefixes)).toEqual(
      keeper?.scriptsAt(3)?.[0],
    );
  });

  it('stays out of it where it is for change', async () => {
    const own = await scene.create('inner twin');
    const script = own.state.keys.active('bech32', true)?.scriptsAt(1)?.[0] as Uint8Array;
    const { address } = (await scene.ask('decodescript', [toHex(script)])) as Info;
    await scene.mine(1, address);
    expect(await scene.ask('getaddressinfo', [address], 'inner twin')).toMatchObject({
      ischange: true,
    });
  });
});
