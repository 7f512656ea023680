import { type KeyValueStore, prefixRange } from '../../node/storage/key-value-store.ts';
import type { WriteBatch } from '../../node/storage/write-batch.ts';
import type { Clock } from '../../outside/clock/clock.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import {
  type Descriptor,
  hasPrivateKeys,
  keysOf,
} from '../../protocol/script/descriptor/descriptor.ts';
import { expandDescriptor } from '../../protocol/script/descriptor/expand.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { KeyRing } from '../../protocol/script/sign/signing-provider.ts';
import type { InputSize, SigningHabits } from '../spend/input-size.ts';
import { ACTIVE_KEY, descriptorKey, PREFIXES, scriptsKey } from '../store/record-keys.ts';
import type { Vault } from '../vault/vault.ts';
import { WalletError } from '../wallet-error.ts';
import {
  type DerivedScripts,
  deriveAhead,
  type Expander,
  endOf,
  missingIndices,
  scriptsOf,
  takesPrivateKey,
} from './derive-ahead.ts';
import { DescriptorKeeper, type DescriptorStart, recordOf } from './descriptor-keeper.ts';
import {
  type ActiveDescriptor,
  decodeActive,
  decodeDescriptorRecord,
  decodeScripts,
  descriptorId,
  encodeActive,
  encodeDescriptorRecord,
  encodeScripts,
} from './descriptor-record.ts';
import { fillRing } from './fill-ring.ts';
import { KeySecrets } from './key-secrets.ts';

/** Bitcoin Core's `-keypool`. */
export const DEFAULT_LOOK_AHEAD = 1000;

const NO_START: DescriptorStart = { timestamp: 0, rangeStart: 0, rangeEnd: 0, nextIndex: 0 };

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
  /** Of one that is not active: what it does not give out any longer. By default, neither. */
  readonly role?: 'external' | 'internal';
}

/** What a wallet can sign and watch. What changes it puts into the batch of the caller, who writes it. */
export class WalletKeys {
  readonly secrets: KeySecrets;
  readonly #options: WalletKeysOptions;
  readonly #keepers = new Map<string, DescriptorKeeper>();
  readonly #owners: ByteMap<ScriptOwner>;
  /** Of scripts that several descriptors give: the others. */
  readonly #otherOwners: ByteMap<readonly ScriptOwner[]>;
  #active: readonly ActiveDescriptor[] = [];
  #scripts: Uint8Array[] = [];

  private constructor(secrets: KeySecrets, options: WalletKeysOptions) {
    this.secrets = secrets;
    this.#options = options;
    this.#owners = new ByteMap(options.seed);
    this.#otherOwners = new ByteMap(options.seed);
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

  /** All whose a script is: several, where descriptors overlap. */
  ownersOf(script: Uint8Array): readonly ScriptOwner[] {
    const first = this.ownerOf(script);
    return first === undefined ? [] : [first, ...(this.#otherOwners.get(script) ?? [])];
  }

  /** The size of an input that spends a script; undefined where nobody can tell. */
  inputSizeOf(script: Uint8Array, habits: SigningHabits = {}): InputSize | undefined {
    for (const { keeper } of this.ownersOf(script)) {
      const size = keeper.inputSizeOf(script, habits);
      if (size !== undefined) return size;
    }
    return undefined;
  }

  /** Whether a descriptor is there, with whatever range. */
  knows(descriptor: Descriptor): boolean {
    const { chain } = this.#options;
    const { text } = recordOf(descriptor, chain, NO_START);
    return this.#keepers.has(toHex(descriptorId(text)));
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
    return rootsOf(keeper.descriptor).some((publicKey) => this.secrets.has(publicKey));
  }

  /**
   * Takes a descriptor in, or brings one that is there up to date.
   *
   * @throws {@link WalletError} `bad-range` where it would watch less than before; `VaultError` `locked`
   */
  import(request: ImportRequest, batch: WriteBatch, derived?: DerivedScripts): DescriptorKeeper {
    const { descriptor, active, timestamp, rangeStart, rangeEnd, nextIndex } = request;
    const start = { timestamp, rangeStart, rangeEnd, nextIndex };
    const { chain } = this.#options;
    const fresh = new DescriptorKeeper(recordOf(descriptor, chain, start), chain);
    const known = this.#keepers.get(toHex(fresh.id));
    if (known !== undefined) checkRange(known, start);
    if (hasPrivateKeys(descriptor)) this.secrets.addAllOf(descriptor, batch);
    known?.change(start);
    const keeper = known ?? fresh;
    this.#add(keeper);
    this.#topUp(keeper, this.#options.lookAhead, batch, derived);
    if (active !== undefined) this.#setActive(keeper, active === 'internal', batch);
    else if (this.#hasRole(keeper, request.role)) this.#deactivate(keeper, batch);
    return keeper;
  }

  /**
   * The scripts that {@link import} will watch, derived ahead of it, so that others have their turn.
   *
   * @throws {@link WalletError} `bad-range`
   */
  async deriveFor(
    { descriptor, timestamp, rangeStart, rangeEnd, nextIndex }: ImportRequest,
    clock: Pick<Clock, 'nextTurn'>,
  ): Promise<DerivedScripts> {
    const { chain, lookAhead } = this.#options;
    const start = { timestamp, rangeStart, rangeEnd, nextIndex };
    const fresh = new DescriptorKeeper(recordOf(descriptor, chain, start), chain);
    const known = this.#keepers.get(toHex(fresh.id));
    if (known !== undefined) checkRange(known, start);
    const missing = missingIndices(fresh, lookAhead, known);
    const expand: Expander = takesPrivateKey(fresh, missing[0] ?? 0)
      ? (index) => expandDescriptor(descriptor, index)
      : (index) => fresh.expand(index);
    return deriveAhead(missing, expand, clock);
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

  /**
   * A script has been paid to: those up to it are given out to nobody, and more are watched. Answers with
   * those that were given out elsewhere, as it seems.
   */
  markUsed(script: Uint8Array, batch: WriteBatch): readonly Uint8Array[] {
    const owner = this.ownerOf(script);
    if (owner === undefined || !owner.keeper.isRanged) return [];
    const { keeper, index } = owner;
    const { nextIndex } = keeper.record;
    if (index < nextIndex) return [];
    const passed: Uint8Array[] = [];
    for (let i = nextIndex; i <= index; i++)
      passed.push(...(keeper.scriptsAt(i)?.slice(0, 1) ?? []));
    keeper.change({ nextIndex: index + 1 });
    this.#topUp(keeper, this.#options.lookAhead, batch);
    this.#save(keeper, batch);
    return passed;
  }

  /** Whether as many scripts are watched as there should be, for all addresses that are given out. */
  get isFull(): boolean {
    const { lookAhead } = this.#options;
    return this.#activeKeepers().every((keeper) => missingIndices(keeper, lookAhead).length === 0);
  }

  /** Watches so many scripts ahead of those that are given out: Core's `keypoolrefill`. */
  refill(
    batch: WriteBatch,
    size: number = this.#options.lookAhead,
    derived: ReadonlyMap<DescriptorKeeper, DerivedScripts> = new Map(),
  ): void {
    for (const keeper of this.#activeKeepers()) {
      this.#topUp(keeper, size, batch, derived.get(keeper));
    }
  }

  /** The scripts that {@link refill} will watch, derived ahead of it, so that others have their turn. */
  async deriveForRefill(
    clock: Pick<Clock, 'nextTurn'>,
    size: number = this.#options.lookAhead,
  ): Promise<ReadonlyMap<DescriptorKeeper, DerivedScripts>> {
    const derived = new Map<DescriptorKeeper, DerivedScripts>();
    for (const keeper of this.#activeKeepers()) {
      const missing = missingIndices(keeper, size);
      // What takes private keys is few, and waits for none to go away.
      if (missing.length === 0 || takesPrivateKey(keeper, missing[0] as number)) continue;
      derived.set(keeper, await deriveAhead(missing, (index) => keeper.expand(index), clock));
    }
    return derived;
  }

  #activeKeepers(): readonly DescriptorKeeper[] {
    return this.keepers.filter((keeper) => this.activeRole(keeper) !== undefined);
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
      const owners = this.ownersOf(script);
      if (owners.some((owner) => owner.keeper === keeper)) continue;
      if (owners.length > 0) {
        this.#otherOwners.set(script, [...owners.slice(1), { keeper, index }]);
        continue;
      }
      this.#owners.set(script, { keeper, index });
      this.#scripts.push(script);
    }
  }

  #topUp(
    keeper: DescriptorKeeper,
    size: number,
    batch: WriteBatch,
    derived?: DerivedScripts,
  ): void {
    const { rangeEnd } = keeper.record;
    const end = endOf(keeper, size);
    const missing = missingIndices(keeper, size);
    const underived = missing.find((index) => derived?.has(index) !== true);
    const expand = underived === undefined ? undefined : this.#expander(keeper, underived);
    if (underived !== undefined && expand === undefined) return;
    for (const index of missing) {
      const scripts = derived?.get(index) ?? (expand === undefined ? [] : scriptsOf(expand(index)));
      this.#watch(keeper, index, scripts);
      batch.put(scriptsKey(keeper.id, index), encodeScripts(scripts));
    }
    if (end !== rangeEnd) keeper.change({ rangeEnd: end });
    this.#save(keeper, batch);
  }

  /** Expands a descriptor; undefined while that takes private keys which are locked away. */
  #expander(keeper: DescriptorKeeper, first: number): Expander | undefined {
    // Where there is no private key at all, this says so.
    if (!takesPrivateKey(keeper, first) || !this.canSign(keeper)) {
      return (index) => keeper.expand(index);
    }
    if (this.secrets.vault?.isLocked === true) return undefined;
    return keeper.signing(this.secrets.lookup);
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

  #hasRole(keeper: DescriptorKeeper, wanted: ImportRequest['role']): boolean {
    const role = this.activeRole(keeper);
    return role !== undefined && (wanted === undefined || wanted === role);
  }

  #deactivate(keeper: DescriptorKeeper, batch: WriteBatch): void {
    this.#active = this.#active.filter(({ id }) => !equalBytes(id, keeper.id));
    batch.put(ACTIVE_KEY, encodeActive(this.#active));
  }

  #save(keeper: DescriptorKeeper, batch: WriteBatch): void {
    batch.put(descriptorKey(keeper.id), encodeDescriptorRecord(keeper.record));
  }
}

/** The public keys under which their private ones may be kept. */
function rootsOf(descriptor: Descriptor): readonly Uint8Array[] {
  return keysOf(descriptor).flatMap((key) => {
    if (key.kind === 'derived') return [key.root.publicKey];
    // Two points have this x coordinate, and the private key may be that of the odd one.
    const x = key.publicKey.subarray(1);
    return key.xOnly ? [Uint8Array.of(2, ...x), Uint8Array.of(3, ...x)] : [key.publicKey];
  });
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
