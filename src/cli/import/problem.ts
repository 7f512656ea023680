/** What can be wrong with a file of blocks: a line each, with the place in the file. */
import type { FoundCutOff, FoundGarbage } from '../../node/storage/scan-frames.ts';
import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { chains } from '../../protocol/params/chains.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import { grouped } from '../plain-words.ts';

/**
 * - `garbage`: bytes between blocks that are neither a block nor zeros
 * - `cut-off`: the file ends within a block
 * - `other-chain`: the file holds blocks of another chain
 * - `no-block`: there is no block in the file
 * - `refused`: a block breaks a rule
 * - `stranded`: a block builds on one that is nowhere
 */
type ProblemKind = 'garbage' | 'cut-off' | 'other-chain' | 'no-block' | 'refused' | 'stranded';

export interface Problem {
  readonly kind: ProblemKind;
  readonly file: string;
  readonly byte: number;
  /** A line that says all of the above, and what helps. */
  readonly message: string;
}

export function garbageProblem(file: string, { from, end }: FoundGarbage): Problem {
  const count = end - from;
  const what =
    count === 1 ? `the byte at ${from} is` : `the ${grouped(count)} bytes from byte ${from} on are`;
  const message = `${file}: ${what} no part of a block, and passed over`;
  return { kind: 'garbage', file, byte: from, message };
}

export function cutOffProblem(file: string, { offset, length, end }: FoundCutOff): Problem {
  const there = Math.max(0, end - offset);
  const message = `${file}: the block at byte ${offset} is cut off: ${grouped(there)} of its ${grouped(length)} bytes are there; get the rest of the file, and import it again`;
  return { kind: 'cut-off', file, byte: offset, message };
}

export interface ForeignFacts {
  readonly from: number;
  readonly end: number;
  /** What the file begins with; fewer than four bytes where there are no more. */
  readonly start: Uint8Array;
}

/** The file does not begin with a block of the chain, and nothing in it is one. */
export function foreignProblem(
  file: string,
  { from, start }: ForeignFacts,
  { name, magic }: ChainParams,
): Problem {
  if (start.length === 0) {
    return { kind: 'no-block', file, byte: 0, message: `${file} is empty` };
  }
  const other = chainOfMagic(start);
  if (other !== undefined && other.name !== name) {
    const help = other.isBuiltIn
      ? `import it with --chain ${other.name}`
      : 'that chain is not built in';
    const message = `${file}: at byte ${from} begin blocks of ${other.name} (magic ${toHex(start.subarray(0, 4))}), not of ${name}; ${help}`;
    return { kind: 'other-chain', file, byte: from, message };
  }
  const message = `${file} holds no block of ${name}: it begins with ${toHex(start.subarray(0, 4))}, where ${toHex(magic)} belongs`;
  return { kind: 'no-block', file, byte: from, message };
}

/** Its magic bytes are well known, and the files are still around. */
const TESTNET3_MAGIC = Uint8Array.of(0x0b, 0x11, 0x09, 0x07);

export function chainOfMagic(
  start: Uint8Array,
): { readonly name: string; readonly isBuiltIn: boolean } | undefined {
  const magic = start.subarray(0, 4);
  const known = chains.find((chain) => equalBytes(chain.magic, magic));
  if (known !== undefined) return { name: known.name, isBuiltIn: true };
  return equalBytes(magic, TESTNET3_MAGIC) ? { name: 'testnet3', isBuiltIn: false } : undefined;
}

export function refusedProblem(
  file: string,
  byte: number,
  hash: Uint8Array,
  error: CodedError,
): Problem {
  const reason = error instanceof RuleError ? error.message : `it is no block: ${error.message}`;
  const message = `${file}: the block at byte ${byte} (${toReversedHex(hash)}) is refused: ${reason}`;
  return { kind: 'refused', file, byte, message };
}

export interface StrandedBlock {
  readonly file: string;
  readonly byte: number;
  readonly header: BlockHeader;
}

/** Some of the blocks that were left out, and how many these are in all. */
export function strandedProblem(blocks: readonly StrandedBlock[], count: number): Problem {
  const hashes = blocks.map(({ header }) => toHex(blockHash(header)));
  const waiting = new Set(hashes);
  // What is missing is the parent of the first in a row, and not those within it.
  const isFirst = ({ header }: StrandedBlock): boolean =>
    !waiting.has(toHex(header.previousBlockHash));
  const { file, byte, header } = (blocks.find(isFirst) ?? blocks[0]) as StrandedBlock;
  const which = `the block at byte ${byte} (${toReversedHex(blockHash(header))})`;
  const parent = `builds on ${toReversedHex(header.previousBlockHash)}, which is nowhere`;
  const what =
    count === 1
      ? `${file}: ${which} is left out: it ${parent}`
      : `${grouped(count)} blocks are left out; one of them, ${which} in ${file}, ${parent}`;
  const message = `${what}; import the files that hold the blocks before it as well`;
  return { kind: 'stranded', file, byte, message };
}
