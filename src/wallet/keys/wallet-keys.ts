import { type KeyValueStore, prefixRange } from '../../node/storage/key-value-store.ts';
import type { WriteBatch } from '../../node/storage/write-batch.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import {
  type Descriptor,
  hasPrivateKeys,
  keysOf,
} from '../../protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../protocol/script/descriptor/descriptor-error.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { KeyRing } from '../../protocol/script/sign/signing-provider.ts';
import { ACTIVE_KEY, descriptorKey, PREFIXES, scriptsKey } from '../store/record-keys.ts';
import type { Vault } from '../vault/vault.ts';
import { WalletError } from '../wallet-error.ts';
import { DescriptorKeeper, type DescriptorStart, recordOf } from './descriptor-keeper.ts';
import {
  type ActiveDescriptor,
  decodeActive,
  decodeDescriptorRecord,
  decodeScripts,
  encodeActive,
  encodeDescriptorRecord,
  encodeScripts,
} from './descriptor-record.ts';
import { fillRing } from './fill-ring.ts';
import { KeySecrets } from './key-secrets.ts';

/** Bitcoin Core's `-keypool`. */
export const DEFAULT_LOOK_AHEAD = 1000;

export interface WalletKeysOptions {
  readonly chain: ChainParams;
  /** How many scripts are watched beyond the last one in use. */
  readonly lookAhead: number;
  /** Makes it unpredictable where scripts stand in the table of them. */
  readonly seed: number;
}

/** Whose a script is. */
export interface ScriptOwner {
  readonly keeper: DescriptorKeeper;
  readonly index: number;
}

export interface ImportRequest extends DescriptorStart {
  /** With its private keys, where they are to be kept. */
  readonly descriptor: Descriptor;
  /** Whether it gives out new addresses from now on: for others, or for change. */
  readonly active?: 'external' | 'internal' | undefined;
}

/** What a wallet can sign and watch. What changes it puts into the batch of the caller, who writes it. */
export class WalletKeys {
  readonly secrets: KeySecrets;
  readonly #options: WalletKeysOptions;
  readonly #keepers = new Map<string, DescriptorKeeper>();
  readonly #owners: ByteMap<ScriptOwner>;
  #active: readonly ActiveDescriptor[] = [];
  #scripts: Uint8Array[] = [];

  private constructor(secrets: KeySecrets, options: WalletKeysOptions) {
    this.secrets = secrets;
    this.#options = options;
    this.#owners = new ByteMap(options.seed);
  }

  /**
   * The keys that a store holds; none of a new one.
   *
   * @throws `WalletError` `damaged`, `newer-version`
   */
  static async load(
    store: Pick<KeyValueStore, 'get' | 'iterate'>,
    vault: Vault | undefined,
    options: WalletKeysOptions,
  ): Promise<WalletKeys> {
    const keys = new WalletKeys(await KeySecrets.load(store, vault), options);
    for await (const [, value] of store.iterate(prefixRange(PREFIXES.descriptor))) {
      keys.#add(new DescriptorKeeper(decodeDescriptorRecord(value), options.chain));
    }
    for await (const [key, value] of store.iterate(prefixRange(PREFIXES.scripts))) {
      const keeper = keys.#keepers.get(toHex(key.subarray(1, 33)));
      const index = new DataView(key.buffer, key.byteOffset + 33).getUint32(0);
      if (keeper !== undefined) keys.#watch(keeper, index, decodeScripts(value.slice()));
    }
    const active = await store.get(ACTIVE_KEY);
    if (active !== undefined) keys.#active = decodeActive(active);
    return keys;
  }

  get keepers(): readonly DescriptorKeeper[] {
    return [...this.#keepers.values()];
  }

  /** All scripts that are watched. */
  get scripts(): readonly Uint8Array[] {
    return this.#scripts;
  }

  ownerOf(script: Uint8Array): ScriptOwner | undefined {
    return this.#owners.get(script);
  }

  /** The descriptor that gives out addresses of a kind. */
  active(type: OutputType, internal: boolean): DescriptorKeeper | undefined {
    const found = this.#active.find((each) => each.type === type && each.internal === internal);
    return found === undefined ? undefined : this.#keepers.get(toHex(found.id));
  }

  /** Whether a descriptor gives out addresses, and which; undefined for one that does not. */
  activeRole(keeper: DescriptorKeeper): 'external' | 'internal' | undefined {
    const found = this.#active.find(({ id }) => equalBytes(id, keeper.id));
    if (found === undefined) return undefined;
    return found.internal ? 'internal' : 'external';
  }

  /** The kinds of addresses that can be made, for others or for change. */
  types(internal: boolean): ReadonlySet<OutputType> {
    const active = this.#active.filter((each) => each.internal === internal);
    return new Set(active.map(({ type }) => type));
  }

  /** Whether there is a private key for a descriptor. */
  canSign(keeper: DescriptorKeeper): boolean {
    let found = false;
    for (const { publicKey } of rootsOf(keeper.descriptor)) found ||= this.secrets.has(publicKey);
    return found;
  }

  /**
   * Takes a descriptor in, or brings one that is there up to date.
   *
   * @throws {@link WalletError} `bad-range` where it would watch less than before; `VaultError` `locked`
   */
  import(request: ImportRequest, batch: WriteBatch): DescriptorKeeper {
    const { descriptor, active, timestamp, rangeStart, rangeEnd, nextIndex } = request;
    const start = { timestamp, rangeStart, rangeEnd, nextIndex };
    const { chain } = this.#options;
    if (hasPrivateKeys(descriptor)) this.secrets.addAllOf(descriptor, batch);
    const fresh = new DescriptorKeeper(recordOf(descriptor, chain, start), chain);
    const known = this.#keepers.get(toHex(fresh.id));
    if (known !== undefined) checkRange(known, start);
    known?.change(start);
    const keeper = known ?? fresh;
    this.#add(keeper);
    this.#topUp(keeper, this.#options.lookAhead, batch);
    if (active !== undefined) this.#setActive(keeper, active === 'internal', batch);
    else if (this.activeRole(keeper) !== undefined) this.#deactivate(keeper, batch);
    return keeper;
  }

  /**
   * The next script of a kind, which nobody has had before.
   *
   * @throws {@link WalletError} `no-keys`
   */
  next(type: OutputType, internal: boolean, batch: WriteBatch): Uint8Array {
    const keeper = this.active(type, internal);
    if (keeper === undefined) throw noKeys(type, internal);
    this.#topUp(keeper, this.#options.lookAhead, batch);
    const { nextIndex } = keeper.record;
    const [script] = keeper.scriptsAt(nextIndex) ?? [];
    if (script === undefined) throw exhausted(type);
    keeper.change({ nextIndex: nextIndex + 1 });
    this.#save(keeper, batch);
    return script;
  }

  /** Gives a script back that {@link next} gave out last, if nothing came after it. */
  giveBack(script: Uint8Array, batch: WriteBatch): void {
    const owner = this.ownerOf(script);
    if (owner === undefined || owner.index !== owner.keeper.record.nextIndex - 1) return;
    owner.keeper.change({ nextIndex: owner.index });
    this.#save(owner.keeper, batch);
  }

  /** A script has been paid to: those up to it are given out to nobody, and more are watched. */
  markUsed(script: Uint8Array, batch: WriteBatch): void {
    const owner = this.ownerOf(script);
    if (owner === undefined || !owner.keeper.isRanged) return;
    if (owner.index < owner.keeper.record.nextIndex) return;
    owner.keeper.change({ nextIndex: owner.index + 1 });
    this.#topUp(owner.keeper, this.#options.lookAhead, batch);
    this.#save(owner.keeper, batch);
  }

  /** Watches so many scripts ahead, or the usual number: Core's `keypoolrefill`. */
  refill(batch: WriteBatch, size: number = this.#options.lookAhead): void {
    for (const keeper of this.keepers) this.#topUp(keeper, size, batch);
  }

  /** Seals all secrets with a vault, which is open. */
  encrypt(vault: Vault, batch: WriteBatch): void {
    this.secrets.encrypt(vault, batch);
  }

  /**
   * What is known of these scripts, for those who sign; with private keys unless told otherwise.
   *
   * @throws `VaultError` `locked`
   */
  ring(scripts: Iterable<Uint8Array>, { signs = true } = {}): KeyRing {
    const ring = new KeyRing();
    const signing = new Map<DescriptorKeeper, ReturnType<DescriptorKeeper['signing']>>();
    for (const script of scripts) {
      const owner = this.ownerOf(script);
      if (owner === undefined) continue;
      const { keeper, index } = owner;
      if (!signs) {
        fillRing(ring, keeper.expand(index));
        continue;
      }
      const expand = signing.get(keeper) ?? keeper.signing(this.secrets.lookup);
      signing.set(keeper, expand);
      fillRing(ring, expand(index));
    }
    return ring;
  }

  #add(keeper: DescriptorKeeper): void {
    this.#keepers.set(toHex(keeper.id), keeper);
  }

  #watch(keeper: DescriptorKeeper, index: number, scripts: readonly Uint8Array[]): void {
    keeper.setScripts(index, scripts);
    for (const script of scripts) {
      if (this.#owners.has(script)) continue;
      this.#owners.set(script, { keeper, index });
      this.#scripts.push(script);
    }
  }

  #topUp(keeper: DescriptorKeeper, size: number, batch: WriteBatch): void {
    const { rangeStart, rangeEnd, nextIndex } = keeper.record;
    const end = keeper.isRanged ? Math.max(rangeEnd, nextIndex + size) : 1;
    const start = keeper.isRanged ? rangeStart : 0;
    const missing: number[] = [];
    for (let index = start; index < end; index++) {
      if (keeper.scriptsAt(index) === undefined) missing.push(index);
    }
    const expand = missing.length === 0 ? undefined : this.#expander(keeper, missing[0] as number);
    if (missing.length > 0 && expand === undefined) return;
    for (const index of missing) {
      const scripts = expand?.(index).outputs.map(({ script }) => script) ?? [];
      this.#watch(keeper, index, scripts);
      batch.put(scriptsKey(keeper.id, index), encodeScripts(scripts));
    }
    if (end !== rangeEnd) keeper.change({ rangeEnd: end });
    this.#save(keeper, batch);
  }

  /** Expands a descriptor; undefined while that takes private keys which are locked away. */
  #expander(
    keeper: DescriptorKeeper,
    first: number,
  ): ReturnType<DescriptorKeeper['signing']> | undefined {
    try {
      keeper.expand(first);
      return (index) => keeper.expand(index);
    } catch (error) {
      if (!(error instanceof DescriptorError) || error.code !== 'needs-private-key') throw error;
      // The index itself is a hardened step.
      if (!this.canSign(keeper)) throw error;
      if (this.secrets.vault?.isLocked === true) return undefined;
      return keeper.signing(this.secrets.lookup);
    }
  }

  #setActive(keeper: DescriptorKeeper, internal: boolean, batch: WriteBatch): void {
    const { type, id } = keeper;
    if (type === undefined) {
      throw new WalletError('bad-descriptor', 'a descriptor of several kinds cannot be active');
    }
    const others = this.#active.filter(
      (each) =>
        !(each.type === type && each.internal === internal) && !equalBytes(each.id, keeper.id),
    );
    this.#active = [...others, { type, internal, id }];
    batch.put(ACTIVE_KEY, encodeActive(this.#active));
  }

  #deactivate(keeper: DescriptorKeeper, batch: WriteBatch): void {
    this.#active = this.#active.filter(({ id }) => !equalBytes(id, keeper.id));
    batch.put(ACTIVE_KEY, encodeActive(this.#active));
  }

  #save(keeper: DescriptorKeeper, batch: WriteBatch): void {
    batch.put(descriptorKey(keeper.id), encodeDescriptorRecord(keeper.record));
  }
}

function rootsOf(descriptor: Descriptor): readonly { readonly publicKey: Uint8Array }[] {
  return keysOf(descriptor).map((key) => (key.kind === 'constant' ? key : key.root));
}

function checkRange({ record, isRanged }: DescriptorKeeper, wanted: DescriptorStart): void {
  if (!isRanged) return;
  if (wanted.rangeStart <= record.rangeStart && wanted.rangeEnd >= record.rangeEnd) return;
  throw new WalletError(
    'bad-range',
    `new range must include current range = [${record.rangeStart},${record.rangeEnd - 1}]`,
  );
}

function noKeys(type: OutputType, internal: boolean): WalletError {
  const kind = internal ? 'change' : 'others';
  return new WalletError(
    'no-keys',
    `this wallet makes no ${type} addresses for ${kind}: import a descriptor for them first`,
    `Error: No ${type} addresses available.`,
  );
}

function exhausted(type: OutputType): WalletError {
  return new WalletError(
    'no-keys',
    `there are no more keys for ${type} addresses: unlock the wallet, so that it can make some`,
    'Error: Keypool ran out, please call keypoolrefill first',
  );
}
