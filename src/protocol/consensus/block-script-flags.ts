import { toReversedHex } from '../bytes/hex.ts';
import type { ConsensusParams } from '../params/chain-params.ts';
import type { Block } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import {
  CHECKLOCKTIMEVERIFY,
  CHECKSEQUENCEVERIFY,
  DERSIG,
  NULLDUMMY,
  P2SH,
  scriptFlags,
  TAPROOT,
  WITNESS,
} from '../script/flags.ts';

type FlagParams = Pick<ConsensusParams, 'buried' | 'scriptFlagExceptions'>;

/**
 * The rules that the scripts in a block are run under.
 *
 * P2SH, SegWit and Taproot each began at some height, but it is simpler, and as good, to ask them of
 * all blocks: a chain names the one or two that broke them before.
 *
 * @example
 * blockScriptFlags(block, 1, regtest.consensus)
 */
export function blockScriptFlags(block: Block, height: number, params: FlagParams): number {
  return scriptFlagsAt(height, params, exceptionFor(block, params));
}

/**
 * The rules of a block that nobody has made yet, which is no exception: what the mempool looks ahead
 * to.
 *
 * @example
 * scriptFlagsAt(tip.height + 1, regtest.consensus)
 */
export function scriptFlagsAt(
  height: number,
  { buried }: Pick<FlagParams, 'buried'>,
  since = P2SH | WITNESS | TAPROOT,
): number {
  let flags = since;
  if (height >= buried.bip66) flags |= DERSIG;
  if (height >= buried.bip65) flags |= CHECKLOCKTIMEVERIFY;
  if (height >= buried.csv) flags |= CHECKSEQUENCEVERIFY;
  // BIP147 came with SegWit.
  if (height >= buried.segwit) flags |= NULLDUMMY;
  return flags;
}

function exceptionFor(block: Block, { scriptFlagExceptions }: FlagParams): number | undefined {
  if (scriptFlagExceptions.length === 0) return undefined;
  const hash = toReversedHex(blockHash(block));
  const exception = scriptFlagExceptions.find(({ blockHash }) => blockHash === hash);
  return exception && scriptFlags(...exception.flags);
}
