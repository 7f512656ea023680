/** The functions of descriptors: their names, where each may stand, and what it takes. */
import { fromHex, isHex } from '../../bytes/hex.ts';
import { AddressError, addressFromScript, scriptFromAddress } from '../address.ts';
import type { DescriptorChain } from './chain.ts';
import type { Descriptor, KeyDescriptor } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { cutExpression, readCall } from './expression.ts';
import { type KeyContext, readKeys } from './key-expression.ts';
import { readMiniscript } from './miniscript.ts';
import { readMultisig } from './multisig.ts';
import { readTaproot } from './tree.ts';

/** Where a script expression stands: on its own, or within one of these functions. */
export type ScriptPlace = 'top' | 'sh' | 'wsh' | 'tr';

export interface ScriptContext {
  readonly chain: DescriptorChain;
  readonly place: ScriptPlace;
  readonly multipath: boolean;
}

/** What the arguments mean: one descriptor, or one for each alternative of its key paths. */
type ArgumentsReader = (args: string, context: ScriptContext) => readonly Descriptor[];

interface DescriptorFunction {
  readonly places: readonly ScriptPlace[];
  /** Bitcoin Core's words when it stands anywhere else. */
  readonly elsewhere: string;
  readonly read: ArgumentsReader;
}

const FUNCTIONS: ReadonlyMap<string, DescriptorFunction> = new Map([
  ['pk', anywhere(keyReader('pk'))],
  // In a tree, Bitcoin Core takes it for miniscript, and prints it the same.
  ['pkh', anywhere(keyReader('pkh'))],
  [
    'wpkh',
    only(['top', 'sh'], 'Can only have wpkh() at top level or inside sh()', keyReader('wpkh')),
  ],
  ['combo', only(['top'], 'Can only have combo() at top level', keyReader('combo'))],
  ['multi', multisig('multi')],
  ['sortedmulti', multisig('sortedmulti')],
  ['multi_a', multisigInTree('multi_a')],
  ['sortedmulti_a', multisigInTree('sortedmulti_a')],
  ['sh', only(['top'], 'Can only have sh() at top level', wrapperReader('sh'))],
  [
    'wsh',
    only(['top', 'sh'], 'Can only have wsh() at top level or inside sh()', wrapperReader('wsh')),
  ],
  ['tr', only(['top'], 'Can only have tr at top level', readTr)],
  ['rawtr', only(['top'], 'Can only have rawtr at top level', readRawTr)],
  ['addr', only(['top'], 'Can only have addr() at top level', readAddress)],
  ['raw', only(['top'], 'Can only have raw() at top level', readRaw)],
]);

/**
 * What a script expression means.
 *
 * @example
 * readScript('pk(02…)', { chain, place: 'wsh', multipath: false }) // [{ kind: 'pk', … }]
 */
export function readScript(expression: string, context: ScriptContext): readonly Descriptor[] {
  const call = readCall(expression);
  const known = call && FUNCTIONS.get(call.name);
  if (call === undefined || known === undefined) {
    const miniscript = readMiniscript(expression, { ...context, label: '' });
    if (miniscript === undefined) throw noFunction(expression, context);
    return miniscript;
  }
  if (!known.places.includes(context.place)) {
    throw new DescriptorError('misplaced-function', known.elsewhere);
  }
  return known.read(call.args, context);
}

function noFunction(expression: string, { place }: ScriptContext): DescriptorError {
  if (place === 'sh') {
    return new DescriptorError('unknown-function', 'A function is needed within P2SH');
  }
  if (place === 'wsh') {
    return new DescriptorError('unknown-function', 'A function is needed within P2WSH');
  }
  return new DescriptorError(
    'unknown-function',
    `'${expression}' is not a valid descriptor function`,
  );
}

function anywhere(read: ArgumentsReader): DescriptorFunction {
  return { places: ['top', 'sh', 'wsh', 'tr'], elsewhere: '', read };
}

function only(
  places: readonly ScriptPlace[],
  elsewhere: string,
  read: ArgumentsReader,
): DescriptorFunction {
  return { places, elsewhere, read };
}

function multisig(kind: 'multi' | 'sortedmulti'): DescriptorFunction {
  return {
    places: ['top', 'sh', 'wsh'],
    elsewhere: 'Can only have multi/sortedmulti at top level, in sh(), or in wsh()',
    read: multisigReader(kind),
  };
}

function multisigInTree(kind: 'multi_a' | 'sortedmulti_a'): DescriptorFunction {
  return {
    places: ['tr'],
    elsewhere: 'Can only have multi_a/sortedmulti_a inside tr()',
    read: multisigReader(kind),
  };
}

function keyReader(kind: KeyDescriptor['kind']): ArgumentsReader {
  return (args, context) => readKeys(args, keyContext(kind, context)).map((key) => ({ kind, key }));
}

function multisigReader(kind: Parameters<typeof readMultisig>[0]): ArgumentsReader {
  return (args, context) => readMultisig(kind, args, { ...context, label: 'Multi: ' });
}

function wrapperReader(kind: 'sh' | 'wsh'): ArgumentsReader {
  return (args, context) => {
    const { head, rest } = cutExpression(args);
    const inner = readScript(head, { ...context, place: kind });
    if (rest !== '') throw trailingText(rest, `the script in ${kind}()`);
    return inner.map((descriptor) => ({ kind, inner: descriptor }));
  };
}

function readTr(args: string, context: ScriptContext): readonly Descriptor[] {
  const inTree: ScriptContext = { ...context, place: 'tr' };
  return readTaproot(args, keyContext('tr', inTree), (leaf) => readScript(leaf, inTree));
}

function readRawTr(args: string, context: ScriptContext): readonly Descriptor[] {
  const { head, rest } = cutExpression(args);
  if (rest !== '') throw new DescriptorError('bad-key', 'rawtr(): only one key expected.');
  return readKeys(head, keyContext('rawtr', { ...context, place: 'tr' })).map((key) => ({
    kind: 'rawtr',
    key,
  }));
}

function readAddress(args: string, { chain }: ScriptContext): readonly Descriptor[] {
  try {
    const script = scriptFromAddress(args, chain.addressPrefixes);
    // Printed in its canonical form: a SegWit address may be given in capitals.
    const address = addressFromScript(script, chain.addressPrefixes) ?? args;
    return [{ kind: 'addr', address, script }];
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new DescriptorError('bad-address', 'Address is not valid');
  }
}

function readRaw(args: string): readonly Descriptor[] {
  if (args === '' || !isHex(args)) throw new DescriptorError('bad-script', 'Raw script is not hex');
  return [{ kind: 'raw', script: fromHex(args) }];
}

function keyContext(name: string, context: ScriptContext): KeyContext {
  // Core's miniscript does not name the function, nor does its `rawtr`.
  const isUnnamed = (name === 'pkh' && context.place === 'tr') || name === 'rawtr';
  return {
    ...context,
    place: name === 'wpkh' ? 'wpkh' : context.place,
    label: isUnnamed ? '' : `${name}(): `,
  };
}

/** Core has no words here: its error is the empty text. */
export function trailingText(rest: string, where: string): DescriptorError {
  const shown = rest.length > 20 ? `${rest.slice(0, 20)}…` : rest;
  return new DescriptorError('trailing-text', `Unexpected '${shown}' behind ${where}`);
}
