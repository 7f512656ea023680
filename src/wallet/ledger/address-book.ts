import { type KeyValueStore, prefixRange } from '../../node/storage/key-value-store.ts';
import type { WriteBatch } from '../../node/storage/write-batch.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { readRecord, readText, writeRecord, writeText } from '../store/record-codec.ts';
import { labelKey, PREFIXES } from '../store/record-keys.ts';

/** What an address is for: others pay to it, or the wallet pays to it. */
export type AddressPurpose = 'receive' | 'send';

export interface AddressEntry {
  readonly label: string;
  readonly purpose: AddressPurpose;
}

export interface LabelledScript extends AddressEntry {
  readonly script: Uint8Array;
}

const VERSION = 1;
const UTF8 = new TextEncoder();

/**
 * The names of addresses, kept by their scripts. An address of the wallet that is in no book was given
 * to nobody: what comes to it is change.
 */
export class AddressBook {
  readonly #entries: ByteMap<AddressEntry>;

  private constructor(seed: number) {
    this.#entries = new ByteMap(seed);
  }

  /** @throws `WalletError` `damaged`, `newer-version` */
  static async load(store: Pick<KeyValueStore, 'iterate'>, seed: number): Promise<AddressBook> {
    const book = new AddressBook(seed);
    for await (const [key, value] of store.iterate(prefixRange(PREFIXES.label))) {
      book.#entries.set(key.slice(1), decodeEntry(value));
    }
    return book;
  }

  get(script: Uint8Array): AddressEntry | undefined {
    return this.#entries.get(script);
  }

  set(script: Uint8Array, entry: AddressEntry, batch: WriteBatch): void {
    this.#entries.set(script.slice(), entry);
    batch.put(labelKey(script), encodeEntry(entry));
  }

  *all(): IterableIterator<LabelledScript> {
    for (const [script, entry] of this.#entries) yield { script, ...entry };
  }

  /** The names in use, in their order. */
  labels(purpose?: AddressPurpose): readonly string[] {
    const labels = new Set<string>();
    for (const entry of this.#entries.values()) {
      if (purpose === undefined || entry.purpose === purpose) labels.add(entry.label);
    }
    return [...labels].sort(byUtf8);
  }

  /** The addresses of a name. */
  labelled(label: string): readonly LabelledScript[] {
    return [...this.all()].filter((entry) => entry.label === label);
  }
}

/** As Core's maps have them: by their bytes, and not by the units that JavaScript compares. */
export function byUtf8(a: string, b: string): number {
  return compareBytes(UTF8.encode(a), UTF8.encode(b));
}

function encodeEntry({ label, purpose }: AddressEntry): Uint8Array {
  return writeRecord(VERSION, (writer) => {
    writer.u8(purpose === 'receive' ? 0 : 1);
    writeText(writer, label);
  });
}

function decodeEntry(bytes: Uint8Array): AddressEntry {
  return readRecord('an entry of the address book', VERSION, bytes, (reader) => ({
    purpose: reader.u8() === 0 ? 'receive' : 'send',
    label: readText(reader),
  }));
}
