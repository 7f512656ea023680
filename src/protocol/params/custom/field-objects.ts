/** The fields of a chain file that have fields of their own. */
import { encodeBase58Check } from '../../keys/base58check.ts';
import { MAX_MONEY } from '../../primitives/amount.ts';
import { AddressError, type AddressPrefixes, scriptFromAddress } from '../../script/address.ts';
import type { Ports } from '../chain-params.ts';
import { main } from '../main.ts';
import { ChainSpecError } from './chain-spec-error.ts';
import type { PremineOutput } from './custom-chain-spec.ts';
import {
  coins,
  coinText,
  quoted,
  readFields,
  refused,
  type ValueKind,
  valueKind,
  wholeNumber,
  wholeNumberIn,
} from './field-values.ts';
import type { JsonNode } from './read-json.ts';

/** A list of them is read in an instant, and fits into a block many times over. */
export const MAX_PREMINE_OUTPUTS = 1000;

/** With more, the longest address would have over the 90 characters that its checksum is made for. */
const MAX_BECH32_PREFIX = 16;
const SEGWIT_LETTERS = new RegExp(`^[a-z][a-z02-9]{1,${MAX_BECH32_PREFIX - 1}}$`);

const REAL_ADDRESSES = "those are Bitcoin's main network, whose addresses hold real money";

const addressByte: ValueKind<number> = valueKind(
  `whole numbers from 1 to 255, but neither 0 nor 5: ${REAL_ADDRESSES}`,
  (node) => {
    const value = wholeNumberIn(node, 1, 255);
    return value === main.addressPrefixes.scriptHash ? undefined : value;
  },
);

const segwitLetters: ValueKind<string> = valueKind(
  `2 to ${MAX_BECH32_PREFIX} lower-case letters and digits, a letter first, no 1, and not "bc": ${REAL_ADDRESSES}`,
  (node) =>
    node.kind === 'string' &&
    SEGWIT_LETTERS.test(node.value) &&
    node.value !== main.addressPrefixes.bech32
      ? node.value
      : undefined,
);

export function readPrefixes(
  node: JsonNode,
  path: string,
  fallback: AddressPrefixes,
): AddressPrefixes {
  const fields = readFields(node, path, ['pubKeyHash', 'scriptHash', 'bech32']);
  const read = partReader(fields, path);
  const prefixes: AddressPrefixes = {
    pubKeyHash: read('pubKeyHash', addressByte, fallback.pubKeyHash),
    scriptHash: read('scriptHash', addressByte, fallback.scriptHash),
    bech32: read('bech32', segwitLetters, fallback.bech32),
  };
  if (prefixes.pubKeyHash === prefixes.scriptHash) {
    throw new ChainSpecError(
      'bad-value',
      `${path}.scriptHash`,
      `${path}.scriptHash is ${prefixes.scriptHash}, and so is pubKeyHash; allowed: two different numbers`,
    );
  }
  checkFirstLetters(path, prefixes);
  return prefixes;
}

/**
 * An address is taken for SegWit if it begins with its letters, in either case. So no other may begin
 * with the same letter, or one in some thousands could not be paid to.
 */
function checkFirstLetters(path: string, prefixes: AddressPrefixes): void {
  for (const part of ['pubKeyHash', 'scriptHash'] as const) {
    const letters = firstLetters(prefixes[part]);
    const clash = [...letters].find((letter) => letter.toLowerCase() === prefixes.bech32[0]);
    if (clash === undefined) continue;
    throw new ChainSpecError(
      'bad-value',
      `${path}.bech32`,
      `${path}.bech32 is ${quoted(prefixes.bech32)}, and addresses with ${part} ${prefixes[part]} begin with ${clash}; allowed: letters that no other address begins with`,
    );
  }
}

/** With which characters the Base58Check addresses of a prefix, from 1 to 255, can begin. */
export function firstLetters(prefix: number): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  const text = (fill: number): string => {
    const payload = new Uint8Array(21).fill(fill);
    payload[0] = prefix;
    return encodeBase58Check(payload);
  };
  const lowest = text(0x00);
  const highest = text(0xff);
  const from = alphabet.indexOf(lowest[0] as string);
  const to = alphabet.indexOf(highest[0] as string);
  // One more digit begins again with the lowest.
  return lowest.length === highest.length
    ? alphabet.slice(from, to + 1)
    : alphabet.slice(from) + alphabet.slice(1, to + 1);
}

export function printPrefixes({ pubKeyHash, scriptHash, bech32 }: AddressPrefixes): string {
  return `{ "pubKeyHash": ${pubKeyHash}, "scriptHash": ${scriptHash}, "bech32": ${JSON.stringify(bech32)} }`;
}

const port = wholeNumber(1, 65_535);

export function readPorts(node: JsonNode, path: string, fallback: Ports): Ports {
  const fields = readFields(node, path, ['p2p', 'rpc']);
  const read = partReader(fields, path);
  const ports: Ports = {
    p2p: read('p2p', port, fallback.p2p),
    rpc: read('rpc', port, fallback.rpc),
  };
  if (ports.p2p === ports.rpc) {
    throw new ChainSpecError(
      'bad-value',
      `${path}.rpc`,
      `${path}.rpc is ${ports.rpc}, and so is ${path}.p2p; allowed: two different ports`,
    );
  }
  return ports;
}

export function printPorts({ p2p, rpc }: Ports): string {
  return `{ "p2p": ${p2p}, "rpc": ${rpc} }`;
}

const premineAmount = coins(1n);
const anyText: ValueKind<string> = valueKind('an address of this chain', (node) =>
  node.kind === 'string' ? node.value : undefined,
);

export function readPremine(node: JsonNode, path: string): readonly PremineOutput[] {
  if (node.kind !== 'list' || node.items.length > MAX_PREMINE_OUTPUTS) {
    throw refused(path, node, `lists of ${MAX_PREMINE_OUTPUTS} outputs at most`);
  }
  const outputs = node.items.map((item, i) => {
    const place = `${path}[${i}]`;
    const read = partReader(readFields(item, place, ['address', 'amount']), place);
    return { address: read('address', anyText), amount: read('amount', premineAmount) };
  });
  const total = outputs.reduce((sum, { amount }) => sum + amount, 0n);
  if (total > MAX_MONEY) {
    throw new ChainSpecError(
      'bad-value',
      path,
      `${path} adds up to ${coinText(total)} coins; allowed: ${coinText(MAX_MONEY)} in one transaction`,
    );
  }
  return outputs;
}

/** The script that a premine output pays to. */
export function premineScript(
  { address }: PremineOutput,
  index: number,
  prefixes: AddressPrefixes,
): Uint8Array {
  try {
    return scriptFromAddress(address, prefixes);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    const field = `premine[${index}].address`;
    throw new ChainSpecError(
      'bad-value',
      field,
      `${field} is ${quoted(address)}: ${error.message.replace(/\.$/, '')}; allowed: addresses that begin with ${prefixes.bech32}1, ${[...firstLetters(prefixes.pubKeyHash), ...firstLetters(prefixes.scriptHash)].join(', ')}`,
    );
  }
}

export function printPremine(outputs: readonly PremineOutput[]): string {
  if (outputs.length === 0) return '[]';
  const lines = outputs.map(
    ({ address, amount }) =>
      `    { "address": ${JSON.stringify(address)}, "amount": ${JSON.stringify(coinText(amount))} }`,
  );
  return `[\n${lines.join(',\n')}\n  ]`;
}

/** Reads a part by its name; one that is left out has its fallback, or is missed. */
function partReader(
  fields: ReadonlyMap<string, JsonNode>,
  path: string,
): <T>(name: string, kind: ValueKind<T>, fallback?: T) => T {
  return (name, kind, fallback) => {
    const node = fields.get(name);
    if (node !== undefined) return kind.read(node, `${path}.${name}`);
    if (fallback !== undefined) return fallback;
    throw new ChainSpecError(
      'missing-field',
      `${path}.${name}`,
      `${path}.${name} is missing; allowed: ${kind.allowed}`,
    );
  };
}
