/** Wallets and keys that stand alone: as they are in PEM files. */
import { publicKeyOf } from '../../protocol/keys/private-key.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import type { Descriptor } from '../../protocol/script/descriptor/descriptor.ts';
import { expandDescriptor } from '../../protocol/script/descriptor/expand.ts';
import type { KeyExpression } from '../../protocol/script/descriptor/key-expression.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import type { ScriptOwner } from '../../wallet/keys/wallet-keys.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';

/** What a wallet makes of a private key. */
export interface TakenKey {
  readonly script: Uint8Array;
  readonly address: string;
  readonly label: string;
  /** False if the wallet had the key before: then nothing was changed. */
  readonly isNew: boolean;
}

export interface TakeKeyOptions {
  readonly type: OutputType;
  readonly label: string;
}

/**
 * Takes a private key into a wallet, as an address of its own that others may pay to; on the disk when this
 * returns. Coins from before are found by a rescan.
 *
 * @throws `WalletError` `no-private-keys`, `VaultError` `locked`
 */
export async function takeKey(
  wallet: Wallet,
  privateKey: Uint8Array,
  { type, label }: TakeKeyOptions,
): Promise<TakenKey> {
  const { keys, book, options } = wallet.state;
  wallet.state.requireKeys();
  const descriptor = descriptorOf(privateKey, type);
  const [output] = expandDescriptor(descriptor).outputs;
  const script = output?.script as Uint8Array;
  const address = addressFromScript(script, options.chain.addressPrefixes) as string;
  if (keys.ownerOf(script) !== undefined) {
    return { script, address, label: book.get(script)?.label ?? '', isNew: false };
  }
  // Nobody can tell when a key in a file was made, so it may have been paid to since the first block.
  const start = { timestamp: 0, rangeStart: 0, rangeEnd: 0, nextIndex: 0 };
  await wallet.importDescriptor({ descriptor, label, ...start });
  return { script, address, label, isNew: true };
}

/** It is made of data and not of text, so that no message can ever repeat the key. */
function descriptorOf(privateKey: Uint8Array, type: OutputType): Descriptor {
  const publicKey = publicKeyOf(privateKey);
  const key: KeyExpression = {
    kind: 'constant',
    publicKey,
    privateKey,
    xOnly: type === 'bech32m',
    origin: undefined,
    mark: 'h',
  };
  switch (type) {
    case 'legacy':
      return { kind: 'pkh', key };
    case 'p2sh-segwit':
      return { kind: 'sh', inner: { kind: 'wpkh', key } };
    case 'bech32':
      return { kind: 'wpkh', key };
    case 'bech32m':
      return { kind: 'tr', internalKey: key, leaves: [] };
  }
}

/**
 * The private key behind a script of a wallet: of an address from its words too.
 *
 * @param name what the script is called in messages
 * @throws CommandError `bad-key` as {@link requireSingleKey} does; `VaultError` `locked`
 */
export function privateKeyOf(wallet: Wallet, script: Uint8Array, name: string): Uint8Array {
  const { keeper, index } = requireSingleKey(wallet, script, name);
  wallet.state.requireKeys();
  const [key] = keeper.signing(wallet.state.keys.secrets.lookup)(index).keys;
  if (key?.privateKey !== undefined) return key.privateKey;
  throw new CommandError('bad-key', `this wallet has no private key for ${name}`);
}

/**
 * Whose a script is that one private key of the wallet can spend from, be it locked or not.
 *
 * @throws CommandError `bad-key` where one key is not all that it takes, or there is none
 */
export function requireSingleKey(wallet: Wallet, script: Uint8Array, name: string): ScriptOwner {
  const { keys } = wallet.state;
  const owner = keys.ownerOf(script);
  if (owner === undefined) {
    throw new CommandError(
      'bad-key',
      `${name} is not an address of this wallet: it has no key for it`,
    );
  }
  if (!keys.canSign(owner.keeper)) {
    throw new CommandError(
      'bad-key',
      `this wallet only watches ${name}: it has no private key for it`,
    );
  }
  if (isOfOneKey(owner.keeper.descriptor)) return owner;
  throw new CommandError(
    'bad-key',
    `${name} takes more than one key, or a script besides; a PEM file holds one key`,
  );
}

/** Whether whoever has the one key of it can spend, and needs nothing else. */
function isOfOneKey(descriptor: Descriptor): boolean {
  switch (descriptor.kind) {
    case 'sh':
    case 'wsh':
      return isOfOneKey(descriptor.inner);
    case 'tr':
      return descriptor.leaves.length === 0;
    case 'pk':
    case 'pkh':
    case 'wpkh':
    case 'combo':
    case 'rawtr':
      return true;
    default:
      return false;
  }
}
