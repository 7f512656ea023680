/**
 * bcoin's descriptors. The valid ones come with what `getdescriptorinfo` says of them. The invalid
 * ones come with bcoin's words, most of which are its own; ours have to be those that Bitcoin Core 28
 * has for the same mistake. {@link TRANSLATIONS} leads from the first to the second.
 */

import type { DescriptorChain } from '../../src/protocol/script/descriptor/chain.ts';
import { descriptorChecksum } from '../../src/protocol/script/descriptor/checksum.ts';
import {
  hasPrivateKeys,
  isRange,
  isSolvable,
} from '../../src/protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../src/protocol/script/descriptor/descriptor-error.ts';
import { parseDescriptor } from '../../src/protocol/script/descriptor/parse.ts';
import { descriptorToString } from '../../src/protocol/script/descriptor/print.ts';
import {
  type CaseOutcome,
  outcomeOf,
  type VectorCheck,
  type VectorFolder,
} from './vector-check.ts';

interface ValidRow {
  readonly input: string;
  readonly descriptor: string;
  readonly checksum: string;
  readonly isrange: boolean;
  readonly issolvable: boolean;
  readonly hasprivatekeys: boolean;
  readonly network?: string;
}

interface InvalidRow {
  readonly input: string;
  readonly error: string;
  readonly network?: string;
  readonly requirechecksum?: boolean;
}

const MAIN: DescriptorChain = {
  keyPrefixes: { wif: 0x80, extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 },
  addressPrefixes: { pubKeyHash: 0, scriptHash: 5, bech32: 'bc' },
};
const TESTNET: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'tb' },
};

/** Both files of descriptors. */
export const descriptorsCheck: VectorCheck = {
  file: 'descriptors/desc-*.json',
  total: 97,
  run: (vectors) => [...validOutcomes(vectors), ...invalidOutcomes(vectors)],
};

function validOutcomes(vectors: VectorFolder): readonly CaseOutcome[] {
  const groups = vectors.json<Readonly<Record<string, readonly ValidRow[]>>>(
    'descriptors/desc-valid.json',
  );
  return Object.values(groups)
    .flat()
    .map((row) => outcomeOf(row.input, () => checkValid(row)));
}

function checkValid(row: ValidRow): void {
  const chain = chainOf(row);
  const descriptor = parseDescriptor(row.input, chain);
  const found = {
    descriptor: descriptorToString(descriptor, chain),
    checksum: descriptorChecksum(row.input.split('#')[0] as string),
    isrange: isRange(descriptor),
    issolvable: isSolvable(descriptor),
    hasprivatekeys: hasPrivateKeys(descriptor),
  };
  for (const [name, value] of Object.entries(found)) {
    const expected = row[name as keyof typeof found];
    if (value !== expected) throw new Error(`${name} is ${value}, not ${expected}`);
  }
}

function invalidOutcomes(vectors: VectorFolder): readonly CaseOutcome[] {
  return vectors
    .json<readonly InvalidRow[]>('descriptors/desc-invalid.json')
    .map((row) => outcomeOf(row.input, () => checkInvalid(row)));
}

function checkInvalid(row: InvalidRow): void {
  const expected = coreMessage(row);
  const message = refusalOf(row);
  if (message !== expected) {
    throw new Error(`refused with ${JSON.stringify(message)}, not ${JSON.stringify(expected)}`);
  }
}

function refusalOf(row: InvalidRow): string {
  try {
    parseDescriptor(row.input, chainOf(row), { requireChecksum: row.requirechecksum ?? false });
  } catch (error) {
    if (error instanceof DescriptorError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

function chainOf({ network }: { readonly network?: string }): DescriptorChain {
  return network === 'testnet' ? TESTNET : MAIN;
}

/** What bcoin says, and what Core says instead: `$1` is a group of the pattern, and see `fill`. */
const TRANSLATIONS: readonly (readonly [pattern: RegExp, core: string])[] = [
  [/^('.*' is not a valid descriptor function)$/, '$1'],
  [/^(Missing checksum|Raw script is not hex)$/, '$1'],
  [/^Multiple # symbols$/, "Multiple '#' symbols"],
  [/^Invalid character .* at position \d+$/, 'Invalid characters in payload'],
  [
    /^Expected 8 characters checksum, not (\d+) characters$/,
    'Expected 8 character checksum, not $1 characters',
  ],
  [
    /^Expected checksum (\w+), found (\w+)$/,
    "Provided checksum '$2' does not match computed checksum '$1'",
  ],
  [/^(No key provided|Uncompressed keys are not allowed)$/, '{label}$1'],
  [/^Not a valid public key\.$/, "{label}Pubkey '{arguments}' is invalid"],
  // The brackets do not close, so that the outermost function takes all of it for its key.
  [/^Decoding failed\.$/, "pk(): key '{all arguments}' is not valid"],
  [/^Network mismatch for xpubkey\.$/, "{label}key '{extended key}' is not valid"],
  [/^Network mismatch for base58 address\.$/, 'Address is not valid'],
  [/^Multiple \] (characters found for a single pubkey)$/, "{label}Multiple ']' $1"],
  [
    /^Key origin start expected '\[', found (.) instead$/,
    "{label}Key origin start '[ character expected but not found, got '$1' instead",
  ],
  [/^Path index is non-numeric\.$/, "{label}Key path value '{first step}' is not a valid uint32"],
  [/^(Key path value \d+ is out of range)$/, '{label}$1'],
  [/^Can not have (combo|sh)\(\) inside \w+\(\)$/, 'Can only have $1() at top level'],
  [
    /^Can not have (wpkh|wsh)\(\) inside \w+\(\)$/,
    'Can only have $1() at top level or inside sh()',
  ],
  [/^A valid function is needed inside sh\(\)$/, 'A function is needed within P2SH'],
  [/^A valid function is needed inside wsh\(\)$/, 'A function is needed within P2WSH'],
  [/^Multisig threshold '0' is not valid$/, 'Multisig threshold cannot be 0, must be at least 1'],
  [/^Multisig threshold ('.*') is not valid$/, 'Multi threshold $1 is not valid'],
  [
    /^Threshold greater than number of keys \((\d+) > (\d+)\)$/,
    'Multisig threshold cannot be larger than the number of keys; threshold is $1 but only $2 keys specified',
  ],
  [
    /^At most 3 pubkeys allowed in bare multisig not (\d+)$/,
    'Cannot have $1 pubkeys in bare multisig; only at most 3 pubkeys',
  ],
  [
    /^P2SH script is too large \((\d+) > (\d+)\)$/,
    'P2SH script is too large, $1 bytes is larger than $2 bytes',
  ],
];

function coreMessage({ error, input }: InvalidRow): string {
  const [pattern, core] = TRANSLATIONS.find(([candidate]) => candidate.test(error)) ?? [];
  if (pattern === undefined || core === undefined) throw new Error(`unknown words: ${error}`);
  return error.replace(pattern, fill(core, input));
}

/** Puts parts of the input where Core repeats them and bcoin does not. */
function fill(core: string, input: string): string {
  const [, name = '', args = ''] = /(\w+)\(([^()]*)\)*(?:#.*)?$/.exec(input) ?? [];
  const [, extendedKey = '', step = ''] = /\b([tx]pub\w+)\/([^/)]+)/.exec(input) ?? [];
  const parts: Readonly<Record<string, string>> = {
    label: name.endsWith('multi') ? 'Multi: ' : `${name}(): `,
    arguments: args,
    'all arguments': input.slice(input.indexOf('(') + 1, -1),
    'extended key': extendedKey,
    'first step': step,
  };
  return core.replace(/\{([a-z ]+)\}/g, (_, part: string) => parts[part] ?? part);
}
