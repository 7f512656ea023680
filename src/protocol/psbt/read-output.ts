/** The fields of an output. */
import { Reader } from '../bytes/reader.ts';
import type { KeyPath, TapKeyPath } from '../script/sign/signature-data.ts';
import { LEAF_VERSION_MASK, MAX_TREE_DEPTH } from '../script/taproot.ts';
import { fieldKey, keyPathKey, tapKeyPathKey } from './field-keys.ts';
import {
  badValue,
  type FieldKey,
  type KeyRule,
  readKeyPart,
  readKeyPath,
  readMap,
  readProprietary,
  readSized,
  readTapKeyPath,
  unlessEmpty,
  unlessNull,
} from './field-reader.ts';
import { OUTPUT, PROPRIETARY } from './field-types.ts';
import type { ProprietaryField, PsbtOutput, TapTreeLeaf, UnknownField } from './psbt.ts';
import { sortedBy } from './sorted.ts';

const one = (name: string): KeyRule => ({
  length: 1,
  duplicate: `Duplicate Key, output ${name} already provided`,
  badLength: `Output ${name} key is more than one byte type`,
});

const RULES: ReadonlyMap<number, KeyRule> = new Map([
  [OUTPUT.redeemScript, one('redeemScript')],
  [OUTPUT.witnessScript, one('witnessScript')],
  [
    OUTPUT.keyPath,
    { duplicate: 'Duplicate Key, pubkey derivation path already provided', badLength: '' },
  ],
  [OUTPUT.tapInternalKey, one('Taproot internal key')],
  [OUTPUT.tapTree, one('Taproot tree')],
  [
    OUTPUT.tapKeyPath,
    {
      length: 33,
      duplicate: 'Duplicate Key, output Taproot BIP32 keypath already provided',
      badLength: 'Output Taproot BIP32 keypath key is not at 33 bytes',
    },
  ],
  [PROPRIETARY, { duplicate: 'Duplicate Key, proprietary key already found', badLength: '' }],
]);

interface OutputFields {
  redeemScript: Uint8Array | undefined;
  witnessScript: Uint8Array | undefined;
  readonly keyPaths: KeyPath[];
  tapInternalKey: Uint8Array | undefined;
  tapTree: readonly TapTreeLeaf[];
  readonly tapKeyPaths: TapKeyPath[];
  readonly proprietary: ProprietaryField[];
  readonly unknown: UnknownField[];
}

/** Reads an output's map, up to its end. */
export function readOutput(reader: Reader): PsbtOutput {
  const fields: OutputFields = {
    redeemScript: undefined,
    witnessScript: undefined,
    keyPaths: [],
    tapInternalKey: undefined,
    tapTree: [],
    tapKeyPaths: [],
    proprietary: [],
    unknown: [],
  };
  readMap(
    reader,
    'an output map',
    (type) => RULES.get(type),
    (field) => readField(field, reader, fields),
  );
  return {
    ...fields,
    keyPaths: sortedBy(fields.keyPaths, keyPathKey),
    tapKeyPaths: sortedBy(fields.tapKeyPaths, tapKeyPathKey),
    proprietary: sortedBy(fields.proprietary, fieldKey),
    unknown: sortedBy(fields.unknown, fieldKey),
  };
}

function readField(field: FieldKey, reader: Reader, fields: OutputFields): void {
  switch (field.type) {
    case OUTPUT.redeemScript:
      fields.redeemScript = unlessEmpty(reader.varBytes());
      break;
    case OUTPUT.witnessScript:
      fields.witnessScript = unlessEmpty(reader.varBytes());
      break;
    case OUTPUT.keyPath:
      fields.keyPaths.push(readKeyPath(field, reader));
      break;
    case OUTPUT.tapInternalKey:
      fields.tapInternalKey = unlessNull(readSized(reader, () => reader.bytes(32)));
      break;
    case OUTPUT.tapTree:
      fields.tapTree = readTapTree(reader.varBytes());
      break;
    case OUTPUT.tapKeyPath:
      fields.tapKeyPaths.push(readTapKeyPath(field, reader, 'Output'));
      break;
    case PROPRIETARY:
      fields.proprietary.push(readProprietary(field, reader));
      break;
    default:
      fields.unknown.push({ key: field.key, value: reader.varBytes() });
  }
}

/** Leaves from left to right; their depths tell the shape of the tree (BIP371). */
function readTapTree(bytes: Uint8Array): readonly TapTreeLeaf[] {
  if (bytes.length === 0) throw badValue('Output Taproot tree must not be empty');
  const reader = new Reader(bytes);
  const leaves: TapTreeLeaf[] = [];
  while (reader.remaining > 0) {
    const leaf = readKeyPart(() => ({
      depth: reader.u8(),
      version: reader.u8(),
      script: reader.varBytes(),
    }));
    if (leaf.depth > MAX_TREE_DEPTH) {
      throw badValue('Output Taproot tree has as leaf greater than Taproot maximum depth');
    }
    if ((leaf.version & ~LEAF_VERSION_MASK) !== 0) {
      throw badValue('Output Taproot tree has a leaf with an invalid leaf version');
    }
    leaves.push(leaf);
  }
  if (!isWholeTree(leaves)) throw badValue('Output Taproot tree is malformed');
  return leaves;
}

/** Whether depths are those of a tree's leaves: two neighbours of the same depth make a branch. */
function isWholeTree(leaves: readonly TapTreeLeaf[]): boolean {
  const open: number[] = [];
  for (const { depth } of leaves) {
    if (depth < (open.at(-1) ?? 0)) return false;
    let at = depth;
    for (; open.at(-1) === at; at--) {
      if (at === 0) return false;
      open.pop();
    }
    open.push(at);
  }
  return open.length === 1 && open[0] === 0;
}
