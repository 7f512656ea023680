/** From bytes, or their text in Base64, to a PSBT. */
import { base64 } from '@scure/base';
import { curve } from '#curve';
import { ByteSet } from '../bytes/byte-map.ts';
import { equalBytes } from '../bytes/compare.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { Reader } from '../bytes/reader.ts';
import { readTx, type Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { fieldKey, unitedXpubs, xpubIdentity } from './field-keys.ts';
import {
  badKey,
  badValue,
  type FieldKey,
  type KeyRule,
  readMap,
  readOrigin,
  readProprietary,
  readSized,
} from './field-reader.ts';
import { GLOBAL, HIGHEST_VERSION, MAGIC, PROPRIETARY } from './field-types.ts';
import type {
  GlobalXpub,
  ProprietaryField,
  Psbt,
  PsbtInput,
  PsbtOutput,
  UnknownField,
} from './psbt.ts';
import { PsbtError } from './psbt-error.ts';
import { readInput } from './read-input.ts';
import { readOutput } from './read-output.ts';
import { sortedBy } from './sorted.ts';

const XPUB_KEY_LENGTH = 1 + 78;

const RULES: ReadonlyMap<number, KeyRule> = new Map([
  [
    GLOBAL.unsignedTx,
    {
      length: 1,
      duplicate: 'Duplicate Key, unsigned tx already provided',
      badLength: 'Global unsigned tx key is more than one byte type',
    },
  ],
  [
    GLOBAL.xpub,
    {
      length: XPUB_KEY_LENGTH,
      duplicate: 'Duplicate key, global xpub already provided',
      badLength: 'Size of key was not the expected size for the type global xpub',
    },
  ],
  [
    GLOBAL.version,
    {
      length: 1,
      duplicate: 'Duplicate Key, version already provided',
      badLength: 'Global version key is more than one byte type',
    },
  ],
  [PROPRIETARY, { duplicate: 'Duplicate Key, proprietary key already found', badLength: '' }],
]);

/**
 * Reads a PSBT from its text.
 *
 * @example
 * parsePsbt('cHNidP8BAAoCAAAAAAAAAAAA').inputs // []
 */
export function parsePsbt(text: string): Psbt {
  return decodePsbt(fromBase64(text));
}

/** The bytes of a text in Base64, padded and without anything else. */
function fromBase64(text: string): Uint8Array {
  try {
    return base64.decode(text);
  } catch {
    // The library throws errors of several kinds, and all of them mean the text.
    throw new PsbtError('bad-base64', 'invalid base64');
  }
}

/** What a C++ stream puts behind the reason why it failed. Clients have come to know it. */
const STREAM_SUFFIX = ': iostream error';

/**
 * Reads a PSBT from its bytes, all of them.
 *
 * @example
 * decodePsbt(encodePsbt(psbt)) // psbt
 */
export function decodePsbt(bytes: Uint8Array): Psbt {
  const reader = new Reader(bytes);
  const psbt = readOrExplain(() => readPsbt(reader));
  if (reader.remaining > 0) {
    throw new PsbtError('trailing-bytes', 'extra data after PSBT');
  }
  return psbt;
}

function readOrExplain(read: () => Psbt): Psbt {
  try {
    return read();
  } catch (error) {
    if (error instanceof PsbtError) {
      throw new PsbtError(error.code, `${error.message}${STREAM_SUFFIX}`);
    }
    if (!(error instanceof DecodeError)) throw error;
    const code = error.code === 'end-of-data' ? 'end-of-data' : 'bad-value';
    throw new PsbtError(code, `${error.message}${STREAM_SUFFIX}`);
  }
}

interface GlobalFields {
  tx: Transaction | undefined;
  version: number | undefined;
  readonly xpubs: GlobalXpub[];
  readonly seenXpubs: ByteSet;
  readonly proprietary: ProprietaryField[];
  readonly unknown: UnknownField[];
}

function readPsbt(reader: Reader): Psbt {
  if (!equalBytes(reader.bytes(MAGIC.length), MAGIC)) {
    throw new PsbtError('bad-magic', 'Invalid PSBT magic bytes');
  }
  const fields: GlobalFields = {
    tx: undefined,
    version: undefined,
    xpubs: [],
    seenXpubs: new ByteSet(),
    proprietary: [],
    unknown: [],
  };
  readMap(
    reader,
    'the global map',
    (type) => RULES.get(type),
    (field) => readField(field, reader, fields),
  );
  const { tx, version } = fields;
  if (tx === undefined) throw structure('No unsigned transaction was provided');
  return {
    tx,
    xpubs: unitedXpubs(fields.xpubs, []),
    version,
    proprietary: sortedBy(fields.proprietary, fieldKey),
    unknown: sortedBy(fields.unknown, fieldKey),
    inputs: readInputs(reader, tx),
    outputs: readOutputs(reader, tx),
  };
}

function readField(field: FieldKey, reader: Reader, fields: GlobalFields): void {
  switch (field.type) {
    case GLOBAL.unsignedTx:
      fields.tx = readSized(reader, () => readTx(reader, 'without'));
      if (fields.tx.inputs.some(({ scriptSig }) => scriptSig.length > 0)) {
        throw badValue('Unsigned tx does not have empty scriptSigs and scriptWitnesses.');
      }
      break;
    case GLOBAL.xpub:
      fields.xpubs.push(readXpub(field, reader, fields.seenXpubs));
      break;
    case GLOBAL.version:
      fields.version = readSized(reader, () => reader.u32());
      if (fields.version > HIGHEST_VERSION) {
        throw new PsbtError('unsupported-version', 'Unsupported version number');
      }
      break;
    case PROPRIETARY:
      fields.proprietary.push(readProprietary(field, reader));
      break;
    default:
      fields.unknown.push({ key: field.key, value: reader.varBytes() });
  }
}

function readXpub({ key }: FieldKey, reader: Reader, seen: ByteSet): GlobalXpub {
  const xpub = key.subarray(1);
  if (!curve.isPublicKey(xpub.subarray(-33))) throw badKey('Invalid pubkey');
  if (!seen.add(xpubIdentity({ xpub }))) {
    throw new PsbtError('duplicate-key', 'Duplicate key, global xpub already provided');
  }
  return { xpub, origin: readOrigin(reader, reader.compactSize()) };
}

function readInputs(reader: Reader, { inputs }: Transaction): readonly PsbtInput[] {
  const read: PsbtInput[] = [];
  for (const { prevout } of inputs) {
    if (reader.remaining === 0) {
      throw structure('Inputs provided does not match the number of inputs in transaction.');
    }
    const input = readInput(reader);
    const { nonWitnessUtxo } = input;
    if (nonWitnessUtxo !== undefined) {
      if (!equalBytes(txid(nonWitnessUtxo), prevout.txid)) {
        throw badValue('Non-witness UTXO does not match outpoint hash');
      }
      if (prevout.vout >= nonWitnessUtxo.outputs.length) {
        throw badValue('Input specifies output index that does not exist');
      }
    }
    read.push(input);
  }
  return read;
}

function readOutputs(reader: Reader, { outputs }: Transaction): readonly PsbtOutput[] {
  return outputs.map(() => {
    if (reader.remaining === 0) {
      throw structure('Outputs provided does not match the number of outputs in transaction.');
    }
    return readOutput(reader);
  });
}

function structure(message: string): PsbtError {
  return new PsbtError('bad-structure', message);
}
