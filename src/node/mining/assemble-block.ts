/** The block that Bitcoin Core would offer to miners on top of a tip, but for its nonce. */
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { retargetInterval } from '../../protocol/consensus/difficulty/bitcoin-retarget.ts';
import { nextBits } from '../../protocol/consensus/difficulty/next-bits.ts';
import { MAX_TIMEWARP } from '../../protocol/consensus/limits.ts';
import { blockSubsidy } from '../../protocol/consensus/subsidy.ts';
import {
  computeBlockVersion,
  type DeploymentCache,
} from '../../protocol/consensus/version-bits.ts';
import {
  makeWitnessCommitment,
  WITNESS_RESERVED_VALUE,
} from '../../protocol/consensus/witness-commitment.ts';
import type { ConsensusParams, DeploymentName } from '../../protocol/params/chain-params.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import { ZERO_HASH } from '../../protocol/primitives/hashes.ts';
import { blockMerkleRoot } from '../../protocol/primitives/merkle-tree.ts';
import {
  NULL_VOUT,
  SEQUENCE_FINAL,
  type Transaction,
  type TxOut,
} from '../../protocol/primitives/transaction.ts';
import { pushNumber } from '../../protocol/script/build-script.ts';
import { opcodes } from '../../protocol/script/opcodes.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { CandidateTransaction } from './transaction-source.ts';

/** A script of less than two bytes is no coinbase's, hence the zero behind the height. */
const HEIGHT_ONLY = Uint8Array.of(opcodes.OP_0);

export interface BlockRequest {
  /** The block to build on. */
  readonly tip: BlockNode;
  /** The time, in seconds. */
  readonly now: number;
  /** Where the subsidy and the fees go. */
  readonly scriptPubKey: Uint8Array;
  /**
   * What follows the height in the coinbase's script, which has room for 90 bytes of it: another extra
   * nonce makes another header. A zero unless given.
   */
  readonly coinbaseExtra?: Uint8Array | undefined;
  /** The rest of the block, each after those that it spends from; none by default. */
  readonly transactions?: readonly CandidateTransaction[];
  /** The version, where it shall not be the one that the rules lead to: `-blockversion`. */
  readonly version?: number | undefined;
  /** What is known of soft forks, kept from one block to the next. */
  readonly deployments: DeploymentCaches;
}

export type DeploymentCaches = Readonly<Record<DeploymentName, DeploymentCache>>;

/**
 * A block that is valid but for proof of work, if its transactions are.
 *
 * It is what `generatetoaddress` of Bitcoin Core 28 begins with, bit for bit: the clock's time where
 * the rules allow it, a coinbase with nothing in its script but the height, and a witness commitment
 * in every block, whether it has witnesses or not.
 *
 * @example
 * assembleBlock({ tip, now: unixTime(clock), scriptPubKey, deployments }, regtest.consensus)
 */
export function assembleBlock(request: BlockRequest, params: ConsensusParams): Block {
  const { tip, now, scriptPubKey, coinbaseExtra = HEIGHT_ONLY, transactions = [] } = request;
  const height = tip.height + 1;
  const fees = transactions.reduce((sum, { fee }) => sum + fee, 0n);
  const reward: TxOut = { value: blockSubsidy(height, params) + fees, scriptPubKey };
  const header: BlockHeader = {
    version: request.version ?? nextVersion(request, params),
    previousBlockHash: tip.hash.slice() as BlockHash,
    merkleRoot: ZERO_HASH,
    time: nextTime(tip, now, params),
    bits: 0,
    nonce: 0,
  };
  const bits = nextBits(params, chainTo(tip), header.time);
  // The height (BIP34).
  const scriptSig = concatBytes(pushNumber(height), coinbaseExtra);
  const coinbase = { height, scriptSig };
  const withoutCommitment = withCoinbase(coinbase, [reward], params, transactions);
  const commitment = makeWitnessCommitment({ header, transactions: withoutCommitment });
  const outputs = [reward, { value: 0n, scriptPubKey: commitment }];
  const block: Block = {
    header: { ...header, bits },
    transactions: withCoinbase(coinbase, outputs, params, transactions),
  };
  const merkleRoot = blockMerkleRoot(block).root;
  return { ...block, header: { ...block.header, merkleRoot } };
}

/**
 * The time that a block on top of `tip` may have and that is nearest to the clock's, though never
 * before it: later than the median of those before it; and, where BIP94 holds, a period must not
 * begin much before the last block of the one before.
 */
export function nextTime(
  tip: BlockNode,
  now: number,
  { retarget, spacingSeconds }: Pick<ConsensusParams, 'retarget' | 'spacingSeconds'>,
): number {
  const time = Math.max(now, tip.medianTimePast + 1);
  if (retarget.kind !== 'bitcoin' || !retarget.enforceBip94) return time;
  if ((tip.height + 1) % retargetInterval(spacingSeconds, retarget) !== 0) return time;
  return Math.max(time, tip.time - MAX_TIMEWARP);
}

function nextVersion({ tip, deployments }: BlockRequest, params: ConsensusParams): number {
  const ancestorAt = (height: number): BlockNode => tip.ancestor(height) as BlockNode;
  const ancestors = {
    blockHashAt: (height: number): BlockHash => ancestorAt(height).hash,
    medianTimePastAt: (height: number): number => ancestorAt(height).medianTimePast,
    versionAt: (height: number): number => ancestorAt(height).version,
  };
  return computeBlockVersion(tip.height + 1, params.versionBits, ancestors, deployments);
}

function chainTo(tip: BlockNode): { height: number; headerAt: (height: number) => BlockNode } {
  return { height: tip.height, headerAt: (height) => tip.ancestor(height) as BlockNode };
}

interface CoinbaseInput {
  readonly height: number;
  readonly scriptSig: Uint8Array;
}

function withCoinbase(
  { height, scriptSig }: CoinbaseInput,
  outputs: readonly TxOut[],
  { buried }: Pick<ConsensusParams, 'buried'>,
  candidates: readonly CandidateTransaction[],
): readonly Transaction[] {
  const coinbase: Transaction = {
    version: 2,
    inputs: [
      {
        prevout: { txid: ZERO_HASH as Txid, vout: NULL_VOUT },
        scriptSig,
        sequence: SEQUENCE_FINAL,
        // Before SegWit no block may have a witness, though nobody minds a commitment.
        witness: height >= buried.segwit ? [WITNESS_RESERVED_VALUE] : [],
      },
    ],
    outputs,
    lockTime: 0,
  };
  return [coinbase, ...candidates.map(({ tx }) => tx)];
}
