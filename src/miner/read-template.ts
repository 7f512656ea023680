/** The answer of `getblocktemplate` (BIP22, BIP23, BIP9, BIP145), read with as little trust as possible. */
import { CodedError } from '../protocol/bytes/coded-error.ts';
import { concatBytes } from '../protocol/bytes/concat.ts';
import { fromHex, fromReversedHex } from '../protocol/bytes/hex.ts';
import type { BlockHash } from '../protocol/primitives/hashes.ts';
import { decodeTx, type Transaction } from '../protocol/primitives/transaction.ts';
import { JsonNumber, type JsonValue } from '../protocol/report/json-value.ts';
import { MinerError } from './miner-error.ts';

/** What to mine. */
export interface WorkTemplate {
  readonly height: number;
  readonly previousBlockHash: BlockHash;
  readonly version: number;
  readonly bits: number;
  /** Beside the coinbase. */
  readonly transactions: readonly Transaction[];
  /** What the coinbase may pay: the subsidy, and the fees. */
  readonly reward: bigint;
  /** What the node wants in the coinbase's script. */
  readonly coinbaseExtra: Uint8Array;
  /** The output script that commits to the witnesses; undefined where the node left it to the miner. */
  readonly commitment: Uint8Array | undefined;
  /** Whether the rules of SegWit hold in this block. */
  readonly hasSegwit: boolean;
  /** The time when the node made it, and the bounds within which a miner may choose another. */
  readonly time: number;
  readonly minTime: number;
  readonly maxTime: number;
  /** Nonces may be from the first to the last of these. */
  readonly nonces: { readonly first: number; readonly last: number };
  /** What to ask with for the next one; undefined if the node has no long poll. */
  readonly longPollId: string | undefined;
}

/** Rules that a block of ours follows by itself. The others are named with a `!` where they have to be known. */
const KNOWN_RULES = new Set(['csv', 'segwit', 'taproot', 'testdummy']);
const MAX_U32 = 0xffffffff;
const HASH = /^[0-9a-fA-F]{64}$/;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;

/**
 * @example
 * readTemplate(await door.call('getblocktemplate', [{ rules: ['segwit'] }])).height // 840000
 *
 * @throws MinerError if it is none, or asks for what this miner does not do
 */
export function readTemplate(answer: JsonValue): WorkTemplate {
  const fields = new Fields(answer);
  const rules = fields.texts('rules');
  checkRules(rules, fields);
  const time = fields.number('curtime');
  const mayRollTime = fields.texts('mutable').some((word) => /^time(\/|$)/.test(word));
  const commitment = fields.optionalHex('default_witness_commitment');
  return {
    height: fields.number('height'),
    previousBlockHash: fields.hash('previousblockhash') as BlockHash,
    version: fields.number('version', -(2 ** 31)) | 0,
    bits: Number.parseInt(fields.matching('bits', /^[0-9a-fA-F]{8}$/), 16),
    transactions: fields.list('transactions').map((value, i) => transactionOf(value, i)),
    reward: BigInt(fields.number('coinbasevalue', 0, Number.MAX_SAFE_INTEGER)),
    coinbaseExtra: coinbaseExtraOf(fields),
    commitment,
    hasSegwit: commitment !== undefined || rules.includes('!segwit') || rules.includes('segwit'),
    time,
    minTime: mayRollTime ? fields.number('mintime', 0, MAX_U32, time) : time,
    maxTime: mayRollTime ? fields.number('maxtime', 0, MAX_U32, MAX_U32) : time,
    nonces: noncesOf(fields),
    longPollId: fields.optionalText('longpollid'),
  };
}

function checkRules(rules: readonly string[], fields: Fields): void {
  if (fields.has('signet_challenge') || rules.includes('!signet')) throw signedChain();
  const unknown = rules.find((rule) => rule.startsWith('!') && !KNOWN_RULES.has(rule.slice(1)));
  if (unknown !== undefined) {
    throw new MinerError(
      'unsupported-template',
      `the node's blocks follow the rule "${unknown.slice(1)}", which this miner does not know`,
    );
  }
  if (!fields.has('coinbasevalue') && fields.has('coinbasetxn')) {
    throw new MinerError(
      'unsupported-template',
      'the node wants its own coinbase (coinbasetxn) to be mined; this miner writes one that pays you',
    );
  }
}

/** Why blocks of a signet cannot be mined by anybody who comes along. */
export function signedChain(): MinerError {
  return new MinerError(
    'signed-chain',
    'this node is on a signet: its blocks have to be signed by whoever runs it (BIP325), so no one else can mine them',
  );
}

function transactionOf(value: JsonValue, i: number): Transaction {
  const data = new Fields(value, `transactions[${i}]`).matching('data', HEX);
  try {
    return decodeTx(fromHex(data));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw badTemplate(`transactions[${i}] is no transaction: ${error.message}`);
  }
}

/** What a pool's server wants to find again: texts in hex, whose names mean nothing. */
function coinbaseExtraOf(fields: Fields): Uint8Array {
  const given = fields.object('coinbaseaux');
  return concatBytes(...[...given.keys()].map((name) => given.hex(name)));
}

function noncesOf(fields: Fields): WorkTemplate['nonces'] {
  const range = fields.optionalText('noncerange') ?? '00000000ffffffff';
  if (!/^[0-9a-fA-F]{16}$/.test(range)) throw badTemplate(`noncerange is "${range}"`);
  const first = Number.parseInt(range.slice(0, 8), 16);
  const last = Number.parseInt(range.slice(8), 16);
  if (first > last) throw badTemplate(`noncerange is "${range}", which holds no nonce`);
  return { first, last };
}

function badTemplate(what: string): MinerError {
  return new MinerError('bad-template', `the node's template makes no sense: ${what}`);
}

/** The fields of an object, each read as what it has to be. */
class Fields {
  readonly #fields: ReadonlyMap<string, JsonValue>;
  readonly #where: string;

  constructor(value: JsonValue | undefined, where = '') {
    if (!(value instanceof Map)) throw badTemplate(`${where || 'the answer'} is no object`);
    this.#fields = value;
    this.#where = where === '' ? '' : `${where}.`;
  }

  has(name: string): boolean {
    return (this.#fields.get(name) ?? null) !== null;
  }

  keys(): Iterable<string> {
    return this.#fields.keys();
  }

  number(name: string, min = 0, max = MAX_U32, fallback?: number): number {
    const value = this.#fields.get(name);
    if (value === undefined && fallback !== undefined) return fallback;
    const number = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw badTemplate(
      `${this.#where}${name} is ${this.#said(name)}; allowed are whole numbers from ${min} to ${max}`,
    );
  }

  matching(name: string, pattern: RegExp): string {
    const value = this.optionalText(name);
    if (value !== undefined && pattern.test(value)) return value;
    throw badTemplate(`${this.#where}${name} is ${this.#said(name)}`);
  }

  hash(name: string): Uint8Array {
    return fromReversedHex(this.matching(name, HASH));
  }

  hex(name: string): Uint8Array {
    return fromHex(this.matching(name, HEX));
  }

  optionalHex(name: string): Uint8Array | undefined {
    return this.has(name) ? this.hex(name) : undefined;
  }

  optionalText(name: string): string | undefined {
    const value = this.#fields.get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw badTemplate(`${this.#where}${name} is ${this.#said(name)}, and no text`);
  }

  list(name: string): readonly JsonValue[] {
    const value = this.#fields.get(name);
    if (Array.isArray(value)) return value;
    throw badTemplate(`${this.#where}${name} is ${this.#said(name)}, and no list`);
  }

  /** None where there is no such field. */
  texts(name: string): readonly string[] {
    if (!this.has(name)) return [];
    return this.list(name).filter((item) => typeof item === 'string');
  }

  object(name: string): Fields {
    return new Fields(this.#fields.get(name) ?? new Map(), `${this.#where}${name}`);
  }

  #said(name: string): string {
    const value = this.#fields.get(name);
    if (value === undefined) return 'missing';
    if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
    if (value instanceof JsonNumber) return value.text;
    return value === null || typeof value === 'boolean' ? String(value) : 'a list or an object';
  }
}
