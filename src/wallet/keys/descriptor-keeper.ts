import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { type Descriptor, isRange } from '../../protocol/script/descriptor/descriptor.ts';
import { type Expansion, expandDescriptor } from '../../protocol/script/descriptor/expand.ts';
import { type OutputType, outputType } from '../../protocol/script/descriptor/output-type.ts';
import { parseDescriptor } from '../../protocol/script/descriptor/parse.ts';
import { descriptorToString } from '../../protocol/script/descriptor/print.ts';
import {
  type PrivateKeyLookup,
  withoutPrivateKeys,
  withPrivateKeys,
} from '../../protocol/script/descriptor/private-keys.ts';
import { solveScript } from '../../protocol/script/templates.ts';
import { type InputSize, inputSize, type SigningHabits } from '../spend/input-size.ts';
import { PaymentError } from '../spend/payment-error.ts';
import { type DescriptorRecord, descriptorId } from './descriptor-record.ts';

/** What a descriptor begins with in a wallet. */
export interface DescriptorStart {
  readonly timestamp: number;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly nextIndex: number;
}

/**
 * The record of a descriptor that may hold private keys: the record has none, and the last hardened
 * step of each key in their place.
 */
export function recordOf(
  descriptor: Descriptor,
  chain: ChainParams,
  start: DescriptorStart,
): DescriptorRecord {
  return {
    ...start,
    text: descriptorToString(withoutPrivateKeys(descriptor), chain),
    normalized: descriptorToString(descriptor, chain, { form: 'normalized' }),
  };
}

/** A descriptor of a wallet, the scripts that are watched for it, and how far it has been used. */
export class DescriptorKeeper {
  readonly id: Uint8Array;
  /** As it was imported, without private keys. */
  readonly descriptor: Descriptor;
  /** The kind of addresses that it gives; undefined where it gives none, or several. */
  readonly type: OutputType | undefined;
  readonly isRanged: boolean;
  readonly #watching: Descriptor;
  readonly #scripts = new Map<number, readonly Uint8Array[]>();
  #record: DescriptorRecord;
  readonly #sizes = new Map<string, InputSize | undefined>();

  constructor(record: DescriptorRecord, chain: ChainParams) {
    this.#record = record;
    this.id = descriptorId(record.text);
    this.descriptor = parseDescriptor(record.text, chain);
    this.#watching = parseDescriptor(record.normalized, chain);
    this.type = outputType(this.descriptor);
    this.isRanged = isRange(this.descriptor);
  }

  get record(): DescriptorRecord {
    return this.#record;
  }

  /** How many addresses can still be given out before more are made. */
  get available(): number {
    return this.isRanged ? this.#record.rangeEnd - this.#record.nextIndex : 0;
  }

  /** The descriptor from its last hardened step on: Core's `parent_desc`. */
  get watching(): Descriptor {
    return this.#watching;
  }

  /** The size of an input that spends one of its scripts; undefined where nobody can tell. */
  inputSizeOf(script: Uint8Array, { lowR = true }: SigningHabits = {}): InputSize | undefined {
    // The scripts of one descriptor are as long at every index; those of `combo` differ in length.
    const known = `${script.length} ${lowR}`;
    if (!this.#sizes.has(known)) {
      this.#sizes.set(known, sizeOf(formOf(this.descriptor, script), { lowR }));
    }
    return this.#sizes.get(known);
  }

  change(change: Partial<DescriptorStart>): void {
    this.#record = { ...this.#record, ...change };
  }

  /** The scripts at an index, if they are watched. */
  scriptsAt(index: number): readonly Uint8Array[] | undefined {
    return this.#scripts.get(index);
  }

  /** How many indices are watched. */
  get watched(): number {
    return this.#scripts.size;
  }

  indices(): IterableIterator<number> {
    return this.#scripts.keys();
  }

  setScripts(index: number, scripts: readonly Uint8Array[]): void {
    this.#scripts.set(index, scripts);
  }

  /** Scripts and keys at an index, as far as they follow without private keys. */
  expand(index: number): Expansion {
    return expandDescriptor(this.#watching, index);
  }

  /**
   * The same with private keys, which costs a walk from their root.
   *
   * @throws `VaultError` `locked`
   */
  signing(lookup: PrivateKeyLookup): (index: number) => Expansion {
    const descriptor = withPrivateKeys(this.descriptor, lookup);
    return (index) => expandDescriptor(descriptor, index);
  }
}

/** What a script is by itself: `combo` stands for up to four kinds of them (BIP384). */
function formOf(descriptor: Descriptor, script: Uint8Array): Descriptor {
  if (descriptor.kind !== 'combo') return descriptor;
  const { key } = descriptor;
  switch (solveScript(script).kind) {
    case 'pubkeyhash':
      return { kind: 'pkh', key };
    case 'witness_v0_keyhash':
      return { kind: 'wpkh', key };
    case 'scripthash':
      return { kind: 'sh', inner: { kind: 'wpkh', key } };
    default:
      return { kind: 'pk', key };
  }
}

function sizeOf(descriptor: Descriptor, habits: SigningHabits): InputSize | undefined {
  try {
    return inputSize(descriptor, habits);
  } catch (error) {
    if (error instanceof PaymentError) return undefined;
    throw error;
  }
}
