/** The descriptors of a wallet, and the trees of keys that they come from. */
import { booleanFrom, objectFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../../protocol/bytes/compare.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import type { ExtendedPrivateKey, ExtendedPublicKey } from '../../../protocol/keys/extended-key.ts';
import { decodeExtendedKey, encodeExtendedKey } from '../../../protocol/keys/extended-key-text.ts';
import { KeyError } from '../../../protocol/keys/key-error.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { keysOf } from '../../../protocol/script/descriptor/descriptor.ts';
import type { OutputType } from '../../../protocol/script/descriptor/output-type.ts';
import { descriptorToString } from '../../../protocol/script/descriptor/print.ts';
import { withPrivateKeys } from '../../../protocol/script/descriptor/private-keys.ts';
import type { DescriptorKeeper } from '../../keys/descriptor-keeper.ts';
import type { Wallet } from '../../wallet.ts';
import { requireUnlocked } from '../require-unlocked.ts';
import { outputTypeFrom } from '../wallet-arguments.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const descriptorMethods: readonly WalletMethod[] = [
  {
    name: 'listdescriptors',
    family: 'wallet',
    about: 'What the wallet can sign for and watches: its descriptors, sorted.',
    parameters: [
      {
        name: 'private',
        type: 'boolean',
        optional: true,
        about:
          'With private keys, for which an encrypted wallet has to be unlocked; false by default.',
      },
    ],
    result:
      '{ "wallet_name": "…", "descriptors": [ { "desc": "…", "timestamp": n, "active": true|false, "internal": true|false, "range": [n, n], "next": n, "next_index": n }, … ] }',
    run: listDescriptors,
  },
  {
    name: 'gethdkeys',
    family: 'wallet',
    about:
      'The roots of the trees of keys (BIP32) in the wallet, and the descriptors that use them.',
    parameters: [
      {
        name: 'active_only',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about: 'Only of those that make new addresses; false by default.',
      },
      {
        name: 'private',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about: 'With their private keys; false by default.',
      },
      {
        name: 'options',
        type: 'object',
        optional: true,
        usage: '{"active_only":bool,"private":bool,...}',
        about: 'The same in an object.',
      },
    ],
    result:
      '[ { "xpub": "…", "has_private": true|false, "xprv": "…", "descriptors": [ { "desc": "…", "active": true|false }, … ] }, … ]',
    run: getHdKeys,
  },
  {
    name: 'createwalletdescriptor',
    family: 'wallet',
    about: 'Makes the wallet give out addresses of a kind that it has no descriptor for.',
    parameters: [
      {
        name: 'type',
        type: 'string',
        about: '"legacy", "p2sh-segwit", "bech32" or "bech32m".',
      },
      {
        name: 'internal',
        type: 'boolean',
        optional: true,
        namedOnly: true,
        about: 'Only for change, or only for others; both by default.',
      },
      {
        name: 'hdkey',
        type: 'string',
        optional: true,
        namedOnly: true,
        about: 'The root of the keys, as gethdkeys has it; by default the one that all others use.',
      },
      {
        name: 'options',
        type: 'object',
        optional: true,
        usage: '{"internal":bool,"hdkey":"str",...}',
        about: 'The same in an object.',
      },
    ],
    result: '{ "descs": ["…", …] }',
    run: createWalletDescriptor,
  },
];

function listDescriptors([secret]: Arguments, call: WalletCall): Json {
  const wallet = call.walletNow();
  const isPrivate = secret !== undefined && booleanFrom(secret);
  if (isPrivate) requireUnlocked(wallet);
  const rows = wallet.state.keys.keepers.map((keeper) => ({
    keeper,
    desc: isPrivate ? privateText(wallet, keeper) : keeper.record.normalized,
  }));
  return {
    wallet_name: wallet.name,
    descriptors: rows
      .sort((a, b) => (a.desc < b.desc ? -1 : 1))
      .map(({ keeper, desc }) => describe(wallet, keeper, desc)),
  };
}

function describe({ state: { keys } }: Wallet, keeper: DescriptorKeeper, desc: string): Json {
  const { timestamp, rangeStart, rangeEnd, nextIndex } = keeper.record;
  const role = keys.activeRole(keeper);
  return {
    ...{ desc, timestamp },
    active: role !== undefined,
    internal: role === undefined ? undefined : role === 'internal',
    ...(keeper.isRanged
      ? { range: [rangeStart, rangeEnd - 1], next: nextIndex, next_index: nextIndex }
      : {}),
  };
}

function privateText({ state: { keys, options } }: Wallet, keeper: DescriptorKeeper): string {
  const descriptor = withPrivateKeys(keeper.descriptor, keys.secrets.lookup);
  if (keysOf(descriptor).some(({ privateKey }) => privateKey === undefined)) {
    throw new RpcError(RPC.wallet, "Can't get descriptor string.");
  }
  return descriptorToString(descriptor, options.chain, { form: 'private' });
}

interface HdKey {
  readonly root: ExtendedPublicKey;
  readonly keepers: Set<DescriptorKeeper>;
}

/** The roots of descriptors, in the order of their public keys. */
function hdKeysOf(keepers: readonly DescriptorKeeper[]): readonly HdKey[] {
  const found = new ByteMap<HdKey>();
  for (const keeper of keepers) {
    for (const key of keysOf(keeper.descriptor)) {
      if (key.kind !== 'derived') continue;
      const { root } = key;
      const id = concatBytes(root.publicKey, root.chainCode);
      const known = found.get(id) ?? { root, keepers: new Set() };
      known.keepers.add(keeper);
      found.set(id, known);
    }
  }
  return [...found].sort(([a], [b]) => compareBytes(a, b)).map(([, hdKey]) => hdKey);
}

function getHdKeys([options]: Arguments, call: WalletCall): Json {
  const wallet = call.walletNow();
  const { keys } = wallet.state;
  const wishes = options === undefined ? new Map<string, JsonValue>() : objectFrom(options);
  const isOn = (name: string): boolean => wishes.has(name) && booleanFrom(wishes.get(name));
  const [activeOnly, isPrivate] = [isOn('active_only'), isOn('private')];
  if (isPrivate) requireUnlocked(wallet);
  const isActive = (keeper: DescriptorKeeper): boolean => keys.activeRole(keeper) !== undefined;
  const keepers = keys.keepers.filter((keeper) => !activeOnly || isActive(keeper));
  return hdKeysOf(keepers).map(({ root, keepers: users }) => ({
    xpub: encodeExtendedKey(root, wallet.state.options.chain.keyPrefixes),
    has_private: keys.secrets.has(root.publicKey),
    xprv: isPrivate ? privateRoot(wallet, root) : undefined,
    descriptors: [...users]
      .map((keeper) => ({ desc: keeper.record.normalized, active: isActive(keeper) }))
      .sort((a, b) => (a.desc < b.desc ? -1 : 1)),
  }));
}

/** Of a root whose private key the wallet lacks, Core 28 fails with what its library says. */
function privateRoot(wallet: Wallet, root: ExtendedPublicKey): string {
  const key = withPrivateKey(wallet, root);
  if (key !== undefined) return encodeExtendedKey(key, wallet.state.options.chain.keyPrefixes);
  throw new RpcError(RPC.misc, 'map::at');
}

function withPrivateKey(
  { state }: Wallet,
  root: ExtendedPublicKey,
): ExtendedPrivateKey | undefined {
  const privateKey = state.keys.secrets.lookup(root.publicKey);
  return privateKey === undefined ? undefined : { ...root, kind: 'private', privateKey };
}

async function createWalletDescriptor([kind, options]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  const type = outputTypeFrom(kind) as OutputType;
  const wishes = options === undefined ? new Map<string, JsonValue>() : objectFrom(options);
  const [internal, hdKey] = [wishes.get('internal') ?? null, wishes.get('hdkey') ?? null];
  const wanted = internal === null ? [false, true] : [booleanFrom(internal)];
  requireUnlocked(wallet);
  const root = hdKey === null ? onlyActiveRoot(wallet) : rootFrom(stringFrom(hdKey), wallet);
  const master = withPrivateKey(wallet, root);
  if (master === undefined) {
    const text = encodeExtendedKey(root, wallet.state.options.chain.keyPrefixes);
    throw invalidKey(`Private key for ${text} is not known`);
  }
  const added = await wallet.addStandardDescriptors(master, type, wanted);
  if (added.length === 0) throw new RpcError(RPC.wallet, 'Descriptor already exists');
  return { descs: added.map(({ record }) => record.normalized) };
}

function onlyActiveRoot({ state: { keys } }: Wallet): ExtendedPublicKey {
  const active = keys.keepers.filter((keeper) => keys.activeRole(keeper) !== undefined);
  const [only, ...others] = hdKeysOf(active);
  if (only !== undefined && others.length === 0) return only.root;
  throw invalidKey(
    "Unable to determine which HD key to use from active descriptors. Please specify with 'hdkey'",
  );
}

function rootFrom(text: string, wallet: Wallet): ExtendedPublicKey {
  try {
    const key = decodeExtendedKey(text, wallet.state.options.chain.keyPrefixes);
    if (key.kind === 'public') return key;
  } catch (error) {
    // What is no key may be a private one that was mistyped: nobody repeats it.
    if (!(error instanceof KeyError)) throw error;
  }
  throw invalidKey('Unable to parse HD key. Please provide a valid xpub');
}

function invalidKey(message: string): RpcError {
  return new RpcError(RPC.invalidAddressOrKey, message);
}
