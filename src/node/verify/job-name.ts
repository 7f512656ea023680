import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import type { BlockScripts } from './script-verifier.ts';

/** Names scripts for people: those of a block, or of one of its transactions. */
export function jobName({ block, jobs }: BlockScripts, number: number | undefined): string {
  const blockName = `block ${toReversedHex(blockHash(block))}`;
  const job = number === undefined ? undefined : jobs[number];
  return job === undefined
    ? `the scripts of ${blockName}`
    : `the scripts of transaction ${toReversedHex(txid(job.tx))} in ${blockName}`;
}
