/** The rules of a header that depend on the headers before it, and on the clock. */
import type { BuriedDeployments, ConsensusParams } from '../params/chain-params.ts';
import type { BlockHeader } from '../primitives/block-header.ts';
import { retargetInterval } from './difficulty/bitcoin-retarget.ts';
import type { DifficultyParams, HeaderChain } from './difficulty/header-chain.ts';
import { nextBits } from './difficulty/next-bits.ts';
import { MAX_FUTURE_BLOCK_TIME, MAX_TIMEWARP } from './limits.ts';
import { RuleError } from './rule-error.ts';

export interface HeaderContext {
  /** The branch that the header builds on. Its last block is the header's parent. */
  readonly chain: HeaderChain;
  /** The median time past of the parent. */
  readonly previousMedianTimePast: number;
  /** What the node takes for the present, in seconds. */
  readonly now: number;
  /** The height of the last checkpoint whose block is known, on whatever branch. */
  readonly lastCheckpoint?: number;
}

export type HeaderContextParams = DifficultyParams & Pick<ConsensusParams, 'buried'>;

/**
 * Checks a header against its ancestors. That its hash is below the target which it names has been
 * checked before ({@link checkHeaderSanity}); here it turns out whether that is the right target.
 *
 * @example
 * checkHeaderContext(header, { chain, previousMedianTimePast, now: clock.now() }, params)
 *
 * @throws {@link RuleError} with Bitcoin Core's reason. The verdict is `not-yet` for a header from
 * the future (`time-too-new`): it may be offered again.
 */
export function checkHeaderContext(
  header: BlockHeader,
  context: HeaderContext,
  params: HeaderContextParams,
): void {
  const { chain, previousMedianTimePast, now, lastCheckpoint = 0 } = context;
  const height = chain.height + 1;
  if (header.bits !== nextBits(params, chain, header.time)) {
    throw new RuleError('bad-diffbits', 'invalid', 'incorrect proof of work');
  }
  if (height < lastCheckpoint) throw new RuleError('bad-fork-prior-to-checkpoint', 'invalid');
  if (header.time <= previousMedianTimePast) {
    throw new RuleError('time-too-old', 'invalid', "block's timestamp is too early");
  }
  checkTimewarp(header, height, chain, params);
  if (header.time > now + MAX_FUTURE_BLOCK_TIME) {
    throw new RuleError('time-too-new', 'not-yet', 'block timestamp too far in the future');
  }
  checkVersion(header.version, height, params.buried);
}

/**
 * BIP94. A period is measured from its first block, and miners together could set that one's clock
 * far back each time, while the median allows it: the difficulty would fall for ever.
 */
function checkTimewarp(
  header: BlockHeader,
  height: number,
  chain: HeaderChain,
  params: DifficultyParams,
): void {
  const rules = params.retarget;
  if (rules.kind !== 'bitcoin' || !rules.enforceBip94) return;
  if (height % retargetInterval(params.spacingSeconds, rules) !== 0) return;
  if (header.time < chain.headerAt(chain.height).time - MAX_TIMEWARP) {
    const details = "block's timestamp is too early on diff adjustment block";
    throw new RuleError('time-timewarp-attack', 'invalid', details);
  }
}

/** The first soft forks counted versions 2 to 4, and shut out the older ones once they were active. */
function checkVersion(version: number, height: number, buried: BuriedDeployments): void {
  if (
    (version < 2 && height >= buried.bip34) ||
    (version < 3 && height >= buried.bip66) ||
    (version < 4 && height >= buried.bip65)
  ) {
    const hex = `0x${(version >>> 0).toString(16).padStart(8, '0')}`;
    throw new RuleError(`bad-version(${hex})`, 'invalid', `rejected nVersion=${hex} block`);
  }
}
