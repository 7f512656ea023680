/** Keys of OpenSSL in a wallet, and keys of a wallet in OpenSSL. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { playedNode } from '../../../test/fixtures/played-node.ts';
import { testWalletOptions, WalletScene } from '../../../test/fixtures/wallet-scene.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { decodePem, encodePrivateKeyPem } from '../../protocol/keys/pem.ts';
import { publicKeyOf } from '../../protocol/keys/private-key.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { scriptFromAddress } from '../../protocol/script/address.ts';
import { parseDescriptor } from '../../protocol/script/descriptor/parse.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import { NodeSource } from '../../wallet/source/node-source.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { privateKeyOf, takeKey } from './single-key.ts';

const COIN = 100_000_000n;
const TYPES = ['bech32', 'legacy', 'p2sh-segwit', 'bech32m'] as const;
const nobody = p2wpkh(new Uint8Array(20).fill(9));
const open: { close(): unknown }[] = [];

const hasOpenssl = (() => {
  try {
    return /^OpenSSL ([3-9]|[1-9][0-9])/.test(openssl('', 'version'));
  } catch {
    return false;
  }
})();
if (!hasOpenssl)
  console.warn('wallet keys: SKIPPED what is held against OpenSSL 3: it is not here');

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

describe.skipIf(!hasOpenssl)('a key of `openssl ecparam -name secp256k1 -genkey`', () => {
  it('is imported, is paid, spends, is exported again, and signs and verifies in openssl', async () => {
    const file = openssl('', 'ecparam', '-name', 'secp256k1', '-genkey');
    const played = await playedNode(['-mocktime=1700000000']);
    open.push(played);
    const { node } = played;
    const wallet = await newWallet('round trip');
    await wallet.attach(new NodeSource(node));
    const { script, address, isNew } = await takeKey(wallet, keyIn(file), {
      type: 'bech32',
      label: 'openssl',
    });
    expect([address.slice(0, 6), isNew]).toEqual(['bcrt1q', true]);
    await node.generate(1, scriptFromAddress(address, regtest.addressPrefixes));
    await node.generate(100, nobody);
    expect(wallet.balances().trusted).toBe(50n * COIN);
    const sent = await wallet.send([{ script: nobody, amount: 20n * COIN }]);
    expect(sent.verdict).toEqual({ kind: 'accepted' });
    await node.generate(1, nobody);
    expect(sent.walletTx.state).toMatchObject({ kind: 'confirmed', height: 102 });
    const exported = encodePrivateKeyPem(
      privateKeyOf(wallet, script, address),
      'sec1',
      'compressed',
    );
    expect(keyIn(exported)).toEqual(keyIn(file));
    proveInOpenssl(exported, file);
  });

  it('was found to be paid before it came to the wallet', async () => {
    const key = keyIn(openssl('', 'ecparam', '-name', 'secp256k1', '-genkey', '-noout'));
    const played = await playedNode(['-mocktime=1700000000']);
    open.push(played);
    const elsewhere = await newWallet('elsewhere');
    const { script } = await takeKey(elsewhere, key, { type: 'bech32', label: '' });
    await played.node.generate(1, script);
    await played.node.generate(100, nobody);
    const wallet = await newWallet('later');
    await wallet.attach(new NodeSource(played.node));
    await takeKey(wallet, key, { type: 'bech32', label: 'found' });
    expect(wallet.balances().trusted).toBe(0n);
    await wallet.rescan({ from: 0 });
    expect(wallet.balances().trusted).toBe(50n * COIN);
  });

  it('comes out of a wallet that made it of its words, and is valid in openssl', async () => {
    const wallet = await newWallet('words');
    for (const type of TYPES) {
      const { script, address } = await wallet.newAddress({ type });
      const pem = encodePrivateKeyPem(privateKeyOf(wallet, script, address), 'sec1', 'compressed');
      expect(openssl(pem, 'pkey', '-check', '-noout')).toContain('Key is valid');
      const other = await newWallet(`from words, ${type}`);
      expect(await takeKey(other, keyIn(pem), { type, label: '' })).toMatchObject({ address });
    }
  });
});

describe('a key that stands alone', () => {
  // Both parities of y, which an address of Taproot does not tell.
  it.each([1, 2, 3, 4, 5, 6])('is kept in all types, and given out again: %d', async (number) => {
    const key = new Uint8Array(32).fill(number);
    const scene = new WalletScene(`types ${number}`);
    const wallet = await scene.create('a');
    for (const type of TYPES) await takeKey(wallet, key, { type, label: type });
    await wallet.close();
    const again = await scene.open('a');
    open.push(again);
    for (const type of TYPES) {
      const [entry] = again.state.book.labelled(type);
      expect(entry?.purpose).toBe('receive');
      expect(privateKeyOf(again, entry?.script ?? nobody, type)).toEqual(key);
    }
  });

  it('can spend what was paid to it, whatever its type', async () => {
    const played = await playedNode(['-mocktime=1700000000']);
    open.push(played);
    const wallet = await newWallet('spender');
    await wallet.attach(new NodeSource(played.node));
    const odd = [1, 2, 3, 4, 5].map((n) => new Uint8Array(32).fill(n));
    const key = odd.find((each) => publicKeyOf(each)[0] === 3) as Uint8Array;
    for (const type of TYPES) {
      const { script } = await takeKey(wallet, key, { type, label: type });
      await played.node.generate(1, script);
    }
    await played.node.generate(100, nobody);
    const { verdict, walletTx } = await wallet.send([{ script: nobody, amount: 199n * COIN }]);
    expect(verdict).toEqual({ kind: 'accepted' });
    expect(walletTx.tx.inputs).toHaveLength(4);
  });

  it('is not taken a second time, and keeps its name', async () => {
    const wallet = await newWallet('twice');
    const key = new Uint8Array(32).fill(7);
    const first = await takeKey(wallet, key, { type: 'bech32', label: 'first' });
    const records = await recordsOf(wallet);
    const second = await takeKey(wallet, key, { type: 'bech32', label: 'second' });
    expect(second).toEqual({ ...first, isNew: false });
    expect(await recordsOf(wallet)).toEqual(records);
  });

  it('is not taken where it is one of the wallet’s own already', async () => {
    const wallet = await newWallet('own');
    const { script, address } = await wallet.newAddress({ label: 'rent' });
    const key = privateKeyOf(wallet, script, 'rent');
    expect(await takeKey(wallet, key, { type: 'bech32', label: 'x' })).toMatchObject({
      ...{ address, label: 'rent', isNew: false },
    });
  });

  it('is not taken by a wallet that only watches, or is locked; nothing is given out there', async () => {
    const key = new Uint8Array(32).fill(7);
    const options = { type: 'bech32', label: '' } as const;
    const watching = await newWallet('watching', { hasPrivateKeys: false });
    await expect(takeKey(watching, key, options)).rejects.toMatchObject({
      code: 'no-private-keys',
    });
    const text = `wpkh(${toHex(publicKeyOf(key))})`;
    await watching.importDescriptor(descriptorStart(text));
    const [script] = watching.state.keys.scripts;
    expect(() => privateKeyOf(watching, script ?? nobody, 'x')).toThrow('only watches x');
    const locked = await newWallet('locked', { passphrase: 'secret' });
    await expect(takeKey(locked, key, options)).rejects.toMatchObject({ code: 'locked' });
    const own = await locked.newAddress();
    expect(() => privateKeyOf(locked, own.script, 'x')).toThrow('locked');
    await locked.unlock('secret', 60);
    expect(privateKeyOf(locked, own.script, 'x')).toHaveLength(32);
    await takeKey(locked, key, options);
  });

  it('is not given out where it takes more than that key, or where it is somebody else’s', async () => {
    const wallet = await newWallet('several');
    const wif = 'cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA';
    const other = toHex(publicKeyOf(new Uint8Array(32).fill(8)));
    for (const text of [
      `wsh(multi(2,${wif},${other}))`,
      `tr(${wif},pk(${other}))`,
      `wsh(and_v(v:pk(${wif}),older(10)))`,
    ]) {
      await wallet.importDescriptor(descriptorStart(text));
      const script = wallet.state.keys.scripts.at(-1) ?? nobody;
      expect(() => privateKeyOf(wallet, script, 'shared')).toThrow(
        'shared takes more than one key, or a script besides; a PEM file holds one key',
      );
    }
    expect(() => privateKeyOf(wallet, nobody, 'x')).toThrow('x is not an address of this wallet');
  });
});

async function newWallet(name: string, request = {}): Promise<Wallet> {
  const wallet = await new WalletScene(name).create('a', request);
  open.push(wallet);
  return wallet;
}

function descriptorStart(text: string) {
  const descriptor = parseDescriptor(text, testWalletOptions.chain);
  return { descriptor, timestamp: 0, rangeStart: 0, rangeEnd: 0, nextIndex: 0 };
}

async function recordsOf(wallet: Wallet): Promise<readonly string[]> {
  const records: string[] = [];
  for await (const [key, value] of wallet.state.store.iterate({})) {
    records.push(`${toHex(key)}=${toHex(value)}`);
  }
  return records;
}

function keyIn(pem: string): Uint8Array {
  const key = decodePem(pem);
  if (key.kind === 'public') throw new Error('it is a public key');
  return key.privateKey;
}

/** The exported key is whole, signs for the public key of the first file, and the other way round. */
function proveInOpenssl(exported: string, first: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-pem-'));
  open.push({ close: () => rmSync(folder, { recursive: true }) });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  expect(openssl(exported, 'pkey', '-check', '-noout')).toContain('Key is valid');
  openssl(exported, 'ec', '-check', '-noout');
  const message = file('message', 'a payment');
  const pairs = [
    [file('ours.pem', exported), file('theirs.pub', openssl(first, 'ec', '-pubout'))],
    [file('theirs.pem', first), file('ours.pub', openssl(exported, 'ec', '-pubout'))],
  ] as const;
  for (const [privateKey, publicKey] of pairs) {
    const signature = join(folder, 'signature');
    openssl('', 'dgst', '-sha256', '-sign', privateKey, '-out', signature, message);
    const verify = ['dgst', '-sha256', '-verify', publicKey, '-signature', signature];
    expect(openssl('', ...verify, message)).toBe('Verified OK\n');
    expect(() => openssl('', ...verify, privateKey)).toThrow();
  }
}

function openssl(input: string, ...args: readonly string[]): string {
  const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore'];
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio });
}
