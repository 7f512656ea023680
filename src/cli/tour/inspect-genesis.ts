/** Takes the first block of a chain apart and checks it, from nothing but its bytes. */
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { checkBlockSanity } from '../../protocol/consensus/check-block.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { type Block, decodeBlock, encodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { blockMerkleRoot } from '../../protocol/primitives/merkle-tree.ts';
import {
  blockWork,
  hashToNumber,
  meetsTarget,
  targetFromCompact,
} from '../../protocol/primitives/target.ts';
import { coinbaseMessage, genesisReward } from '../genesis-facts.ts';

export interface GenesisFindings {
  readonly bytes: Uint8Array;
  readonly block: Block;
  readonly hash: BlockHash;
  readonly target: bigint;
  /** Zero bits in front of the hash, read as a number. */
  readonly zeroBits: number;
  /** How many hashes had to be tried for it, on average. */
  readonly tries: bigint;
  readonly message: string;
  /** Satoshis that it created. */
  readonly reward: bigint;
  readonly checks: GenesisChecks;
}

interface GenesisChecks {
  /** The block is read, and written again to the same bytes. */
  readonly bytes: boolean;
  /** The hash is not above the target, nor the target above what the chain allows. */
  readonly work: boolean;
  /** The payments hash to what the header says. */
  readonly merkleRoot: boolean;
  /** All other rules that need no other block. */
  readonly rules: boolean;
}

/**
 * What there is to find in the first block of a chain.
 *
 * @example
 * inspectGenesis(main).zeroBits // 43
 */
export function inspectGenesis(params: ChainParams): GenesisFindings {
  const bytes = encodeBlock(params.genesis);
  const block = decodeBlock(bytes);
  const hash = blockHash(block);
  const { bits, merkleRoot } = block.header;
  return {
    bytes,
    block,
    hash,
    target: targetFromCompact(bits).value,
    zeroBits: zeroBits(hashToNumber(hash)),
    tries: blockWork(bits),
    message: coinbaseMessage(block),
    reward: genesisReward(block),
    checks: {
      bytes: equalBytes(encodeBlock(block), bytes),
      work: meetsTarget(hash, bits, params.consensus.powLimit),
      merkleRoot: equalBytes(blockMerkleRoot(block).root, merkleRoot),
      rules: isSane(block, params),
    },
  };
}

/** Whether every check was passed. */
export function isValid({ checks }: GenesisFindings): boolean {
  return checks.bytes && checks.work && checks.merkleRoot && checks.rules;
}

/**
 * With how many zero bits a number of 256 bits begins.
 *
 * @example
 * zeroBits(1n << 255n) // 0
 */
export function zeroBits(number: bigint): number {
  return number === 0n ? 256 : 256 - number.toString(2).length;
}

/**
 * The same block with the last letter of its message changed, and all that follows from that: the
 * Merkle root, and with it the hash.
 */
export function tamperWithMessage(block: Block): Block {
  const [coinbase, ...others] = block.transactions;
  const [input] = coinbase?.inputs ?? [];
  if (coinbase === undefined || input === undefined) return block;
  const scriptSig = Uint8Array.from(input.scriptSig);
  scriptSig[scriptSig.length - 1] = (scriptSig.at(-1) ?? 0) ^ 1;
  const transactions = [{ ...coinbase, inputs: [{ ...input, scriptSig }] }, ...others];
  const forged = { header: block.header, transactions };
  return {
    transactions,
    header: { ...block.header, merkleRoot: blockMerkleRoot(forged).root },
  };
}

function isSane(block: Block, params: ChainParams): boolean {
  try {
    checkBlockSanity(block, params.consensus);
    return true;
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}
