import { describe, expect, it } from 'vitest';
import type { KeyValueStore } from '../../node/storage/key-value-store.ts';
import { MemoryStores } from '../../node/storage/memory-stores.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { masterKeyFromSeed } from '../../protocol/keys/extended-key.ts';
import { seedFromMnemonic } from '../../protocol/keys/mnemonic.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { main } from '../../protocol/params/main.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { parseDescriptor } from '../../protocol/script/descriptor/parse.ts';
import { signTransaction } from '../../protocol/script/sign/sign-transaction.ts';
import { SIGHASH_DEFAULT } from '../../protocol/script/signature-hash/hash-type.ts';
import { Vault } from '../vault/vault.ts';
import { standardDescriptors } from './core-descriptors.ts';
import { WalletKeys } from './wallet-keys.ts';

const WORDS =
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const KEY = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const doors = { clock: new SystemClock(), entropy: new SeededEntropy('keys') };
const TYPES = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'] as const;

async function load(store: KeyValueStore, chain: ChainParams, vault?: Vault): Promise<WalletKeys> {
  return WalletKeys.load(store, vault, { chain, lookAhead: 3, seed: 7 });
}

async function fromWords(chain: ChainParams) {
  const store = await new MemoryStores().open('/w');
  const keys = await load(store, chain);
  const batch = new WriteBatch();
  const master = masterKeyFromSeed(seedFromMnemonic(WORDS));
  for (const { descriptor, internal } of standardDescriptors(master, chain)) {
    const active = internal ? 'internal' : 'external';
    const start = { timestamp: 0, rangeStart: 0, rangeEnd: 0, nextIndex: 0 };
    keys.import({ descriptor, active, ...start }, batch);
  }
  await store.write(batch);
  return { store, keys };
}

describe('the keys of a wallet', () => {
  it('are those of BIP44, BIP49, BIP84 and BIP86', async () => {
    const { keys } = await fromWords(main);
    const batch = new WriteBatch();
    const addresses = TYPES.map((type) =>
      addressFromScript(keys.next(type, false, batch), main.addressPrefixes),
    );
    expect(addresses).toEqual([
      '1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA',
      '37VucYSaXLCAsxYyAPfbSi9eh4iEcbShgf',
      'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
    ]);
    const change = addressFromScript(keys.next('bech32', true, batch), main.addressPrefixes);
    expect(change).toBe('bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el');
  });

  it('are the same when they are read again, and no script is given out twice', async () => {
    const { store, keys } = await fromWords(regtest);
    const batch = new WriteBatch();
    const given = [keys.next('bech32', false, batch), keys.next('bech32', false, batch)];
    await store.write(batch);
    const again = await load(store, regtest);
    expect(again.scripts).toHaveLength(keys.scripts.length);
    const third = again.next('bech32', false, new WriteBatch());
    expect([...given, third].map((script) => again.ownerOf(script)?.index)).toEqual([0, 1, 2]);
    expect(third).toEqual(keys.next('bech32', false, new WriteBatch()));
  });

  it('are watched so far ahead of the last one that was paid to', async () => {
    const { keys } = await fromWords(regtest);
    const keeper = keys.active('bech32m', false);
    const [ahead] = keeper?.scriptsAt(2) ?? [];
    expect(keeper?.record.rangeEnd).toBe(3);
    keys.markUsed(ahead as Uint8Array, new WriteBatch());
    expect(keeper?.record).toMatchObject({ nextIndex: 3, rangeEnd: 6 });
    expect(keys.ownerOf(keeper?.scriptsAt(5)?.[0] as Uint8Array)?.index).toBe(5);
  });

  it('sign for every kind of address', async () => {
    const { keys } = await fromWords(regtest);
    const batch = new WriteBatch();
    const outputs = TYPES.map((type) => ({
      value: 1000n,
      scriptPubKey: keys.next(type, false, batch),
    }));
    const inputs = outputs.map((_, vout) => ({
      prevout: { txid: new Uint8Array(32).fill(1) as never, vout },
      scriptSig: new Uint8Array(0),
      sequence: 0xfffffffd,
      witness: [],
    }));
    const [output] = outputs;
    const tx = { version: 2, inputs, outputs: output === undefined ? [] : [output], lockTime: 0 };
    const ring = keys.ring(outputs.map(({ scriptPubKey }) => scriptPubKey));
    expect(signTransaction(tx, outputs, ring, SIGHASH_DEFAULT).errors.size).toBe(0);
    const watching = keys.ring(
      outputs.map(({ scriptPubKey }) => scriptPubKey),
      { signs: false },
    );
    expect(signTransaction(tx, outputs, watching, SIGHASH_DEFAULT).errors.size).toBe(4);
  });

  it('are sealed by a vault, and addresses are still made while it is locked', async () => {
    const { store, keys } = await fromWords(regtest);
    const vault = await Vault.create('a passphrase', doors, { logN: 4, r: 1, p: 1 });
    await vault.unlock('a passphrase', 60);
    const plain = (await store.getMany([...(await secretsOf(store))]))[0]?.slice();
    const batch = new WriteBatch();
    keys.encrypt(vault, batch);
    vault.lock();
    await store.write(batch);
    expect(plain).toHaveLength(32);
    const again = await load(store, regtest, vault);
    const script = again.next('bech32', false, new WriteBatch());
    expect(() => again.ring([script])).toThrow(expect.objectContaining({ code: 'locked' }));
    for await (const [, value] of store.iterate()) {
      expect(toText(value).includes(toText(plain as Uint8Array))).toBe(false);
    }
    await vault.unlock('a passphrase', 60);
    expect(again.ring([script]).publicKey).toBeDefined();
    vault.lock();
  });

  it('can be watched alone: a single address, or a descriptor with a hardened index', async () => {
    const { keys } = await fromWords(regtest);
    const batch = new WriteBatch();
    const start = { timestamp: 0, rangeStart: 0, rangeEnd: 1, nextIndex: 0 };
    const watched = parseDescriptor('addr(bcrt1qjnpwvzk7n82kkskh4ur99q3zux9677qtj7frnd)', regtest);
    const keeper = keys.import({ descriptor: watched, ...start }, batch);
    const script = keeper.scriptsAt(0)?.[0] as Uint8Array;
    expect(keys.ownerOf(script)?.keeper).toBe(keeper);
    expect(keys.canSign(keeper)).toBe(false);
    expect(keys.inputSizeOf(script)).toBeUndefined();
    expect(keeper.record.text).toBe(keeper.record.normalized);
  });

  it('are as large an input as their script asks for, also where a descriptor has several', async () => {
    const { keys } = await fromWords(regtest);
    const start = { timestamp: 0, rangeStart: 0, rangeEnd: 1, nextIndex: 0 };
    const combo = parseDescriptor(`combo(${KEY})`, regtest);
    const keeper = keys.import({ descriptor: combo, ...start }, new WriteBatch());
    const sizes = keeper.scriptsAt(0)?.map((script) => keys.inputSizeOf(script));
    // A signature with its type and a push: 72 bytes; a key with its push: 34.
    expect(sizes).toEqual([
      { scriptSig: 72, witness: 0 },
      { scriptSig: 106, witness: 0 },
      { scriptSig: 0, witness: 107 },
      { scriptSig: 23, witness: 107 },
    ]);
    const [nested] = keeper.scriptsAt(0)?.slice(3) ?? [];
    const foreign = keys.inputSizeOf(nested as Uint8Array, { lowR: false });
    expect(foreign).toEqual({ scriptSig: 23, witness: 108 });
  });
});

async function secretsOf(store: KeyValueStore): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const [key] of store.iterate()) if (key[0] === 0x6b) found.push(key);
  return found;
}

function toText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
