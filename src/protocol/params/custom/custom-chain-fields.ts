/**
 * Every field of a chain file: what it means, what is allowed, and what holds where it is left out.
 * This one table reads the files, writes them with an explanation of every field, gives the errors
 * their words, and is the reference in the documentation.
 */
import type { ChainParams, Ports } from '../chain-params.ts';
import { takenChainNames } from '../chains.ts';
import { lab } from '../lab.ts';
import { regtest } from '../regtest.ts';
import type { BaseChain, CustomChainSpec } from './custom-chain-spec.ts';
import {
  MAX_PREMINE_OUTPUTS,
  printPorts,
  printPrefixes,
  printPremine,
  readPorts,
  readPrefixes,
  readPremine,
} from './field-objects.ts';
import { coins, coinText, oneOf, textThat, type ValueKind, wholeNumber } from './field-values.ts';
import type { JsonNode } from './read-json.ts';

export interface ChainField<T> {
  /** What it means, in a sentence or two. */
  readonly about: string;
  readonly allowed: string;
  /** Whether the first block commits to it: two chains that differ in it never mix. */
  readonly rule: boolean;
  /** What holds where the field is left out; undefined if it may not be. */
  readonly fallback: ((base: BaseChain) => T) | undefined;
  /** Reads the field; `base` fills in for what a part of it does not say. */
  readonly read: (node: JsonNode, path: string, base: BaseChain) => T;
  /** Writes it as JSON; undefined leaves it out. */
  readonly print: (value: T) => string | undefined;
}

export type ChainFields = { readonly [K in keyof CustomChainSpec]: ChainField<CustomChainSpec[K]> };

/** The chains that a custom one builds on. */
export const baseChains: Readonly<Record<BaseChain, ChainParams>> = { lab, regtest };

/** A coinbase's script has 100 bytes at most, of which 9 stand in front of the message. */
const MAX_MESSAGE_BYTES = 91;

/** More than fit into a block. */
export const NO_TRANSACTION_LIMIT = 100_000;

const DEFAULT_PORTS: Ports = { p2p: 22333, rpc: 22332 };

const ofBase =
  <T>(read: (params: ChainParams) => T) =>
  (base: BaseChain): T =>
    read(baseChains[base]);

/** A field whose JSON is its value. */
function plain<T extends string | number>(
  kind: ValueKind<T>,
  about: string,
  rule: boolean,
  fallback: ((base: BaseChain) => T) | undefined,
): ChainField<T> {
  return { ...kind, about, rule, fallback, print: (value) => JSON.stringify(value) };
}

/** A field that is empty until the first block is mined. */
function mined<T extends string | number>(
  kind: ValueKind<T>,
  about: string,
): ChainField<T | undefined> {
  return {
    ...kind,
    about,
    rule: false,
    fallback: () => undefined,
    print: (value) => (value === undefined ? undefined : JSON.stringify(value)),
  };
}

export const customChainFields: ChainFields = {
  basedOn: plain(
    oneOf<BaseChain>('lab', 'regtest'),
    'The chain whose settings hold for every field that is left out: "lab" for real mining that is fun to watch, "regtest" for tests, where a block takes no work.',
    true,
    () => 'lab',
  ),
  name: plain(
    textThat(
      'lower-case letters, digits and hyphens, a letter first, 30 at most, and not the name of a chain that exists',
      (text) => /^[a-z][a-z0-9-]{0,29}$/.test(text) && !takenChainNames.has(text),
    ),
    'What the chain is called, in commands and in the folder of its data.',
    true,
    undefined,
  ),
  difficultyBits: plain(
    wholeNumber(0, 32),
    'With how many zero bits the hash of the easiest block begins. Each bit doubles the work: 20 are about a million hashes, a second or two.',
    true,
    ofBase(({ consensus }) => 256 - consensus.powLimit.toString(2).length),
  ),
  retarget: plain(
    oneOf('none', 'bitcoin', 'asert'),
    'How the difficulty follows the miners: "none" never, "bitcoin" every 2016 blocks, "asert" after every block, twice as hard for every 12 block times that the chain is early and twice as easy if it is late.',
    true,
    (base) => (base === 'lab' ? 'asert' : 'none'),
  ),
  spacingSeconds: plain(
    wholeNumber(1, 1_209_600),
    'How many seconds there should be between two blocks. With "retarget": "none" nothing enforces it.',
    true,
    ofBase(({ consensus }) => consensus.spacingSeconds),
  ),
  blockReward: {
    ...coins(0n),
    about: 'How many coins each of the first blocks creates for its miner.',
    rule: true,
    fallback: ofBase(({ consensus }) => consensus.initialSubsidy),
    print: (value) => JSON.stringify(coinText(value)),
  },
  halvingInterval: plain(
    wholeNumber(1, 1_000_000_000),
    'After how many blocks the reward is cut in half, again and again.',
    true,
    ofBase(({ consensus }) => consensus.halvingInterval),
  ),
  minTransactionsPerBlock: plain(
    wholeNumber(1, NO_TRANSACTION_LIMIT),
    'How many transactions a block must hold, the coinbase counted. Blocks before the first coinbase has matured may hold fewer.',
    true,
    () => 1,
  ),
  maxTransactionsPerBlock: plain(
    wholeNumber(1, NO_TRANSACTION_LIMIT),
    'How many transactions a block may hold, the coinbase counted. The default is more than fit.',
    true,
    () => NO_TRANSACTION_LIMIT,
  ),
  coinbaseMaturity: plain(
    wholeNumber(1, 10_000),
    'How many blocks deep a reward must lie before it can be spent.',
    true,
    ofBase(({ consensus }) => consensus.coinbaseMaturity),
  ),
  confirmations: plain(
    wholeNumber(1, 10_000),
    'How many confirmations make a payment final in wallets and in the explorer. No rule of the chain.',
    false,
    ofBase(({ confirmations }) => confirmations),
  ),
  addressPrefixes: {
    about:
      'What addresses begin with: the byte in front of a public key hash, the one in front of a script hash, and the letters of SegWit addresses.',
    allowed:
      '{ "pubKeyHash": …, "scriptHash": …, "bech32": … }, none of them as on Bitcoin\'s main network (0, 5, "bc")',
    rule: false,
    fallback: ofBase(({ addressPrefixes }) => addressPrefixes),
    read: (node, path, base) => readPrefixes(node, path, baseChains[base].addressPrefixes),
    print: printPrefixes,
  },
  premine: {
    about:
      'Coins that exist from the start, as outputs of the first block. They can be spent at once, since nothing can undo that block.',
    allowed: `a list of { "address": …, "amount": … }, ${MAX_PREMINE_OUTPUTS} at most`,
    rule: false,
    fallback: () => [],
    read: readPremine,
    print: printPremine,
  },
  ports: {
    about: 'The ports that nodes listen on by default, for other nodes and for JSON-RPC.',
    allowed: '{ "p2p": …, "rpc": … }, two different ports',
    rule: false,
    fallback: () => DEFAULT_PORTS,
    read: (node, path) => readPorts(node, path, DEFAULT_PORTS),
    print: printPorts,
  },
  genesisMessage: plain(
    textThat(
      `text of 1 to ${MAX_MESSAGE_BYTES} bytes in UTF-8, without control characters`,
      isMessage,
    ),
    'What the first block says. A headline of the day shows that nobody mined before it.',
    false,
    () => 'A chain of my own',
  ),
  genesisTime: plain(
    wholeNumber(1_231_006_505, 0xffff_ffff),
    'When the first block was made, in seconds since 1970. Later than the clock of a node, and it refuses every block until its clock is there.',
    false,
    ofBase(() => lab.genesis.header.time),
  ),
  genesisNonce: mined(
    wholeNumber(0, 0xffff_ffff),
    'The number that mining the first block has found. It fits the rules of this file and no others.',
  ),
  genesisHash: mined(
    textThat('64 lower-case hex digits', (text) => /^[0-9a-f]{64}$/.test(text)),
    'The hash of the first block, as a check: no rule can change after it unnoticed.',
  ),
};

/** The names of the fields, in the order of the table. */
export const customChainFieldNames = Object.keys(
  customChainFields,
) as readonly (keyof CustomChainSpec)[];

function isMessage(text: string): boolean {
  const { length } = new TextEncoder().encode(text);
  // Half of a surrogate pair has no UTF-8, and would come back as another character.
  return length >= 1 && length <= MAX_MESSAGE_BYTES && !/[\p{Cc}\p{Cs}]/u.test(text);
}
