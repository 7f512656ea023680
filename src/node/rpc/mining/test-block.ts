import { unixTime } from '../../../outside/clock/clock.ts';
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { checkBlockContext } from '../../../protocol/consensus/block-context.ts';
import { checkBlockSanity } from '../../../protocol/consensus/check-block.ts';
import { type Coin, type CoinKey, coinKey } from '../../../protocol/consensus/coin.ts';
import { coinsToLoad, connectBlock } from '../../../protocol/consensus/connect-block.ts';
import { checkHeaderContext } from '../../../protocol/consensus/header-context.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import { verifyScripts } from '../../../protocol/consensus/script-job.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Chain } from '../../chain/chain.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';

const SCRIPT_FAILURE = 'mandatory-script-verify-flag-failed';
/** So many transactions are verified before others have a turn. */
const JOBS_IN_A_ROW = 50;

/**
 * Whether a block without proof of work would be valid on top of the tip. Nothing is stored.
 *
 * @returns the rule that it breaks; undefined for a good block
 */
export async function testBlock(
  block: Block,
  { node, clock }: Pick<RpcContext, 'node' | 'clock'>,
  { merkleRoot = true }: { readonly merkleRoot?: boolean } = {},
): Promise<RuleError | undefined> {
  const { chain } = node;
  try {
    checkInPlace(block, chain, unixTime(clock), merkleRoot);
    let done = 0;
    for (const job of await connect(block, chain)) {
      if (++done % JOBS_IN_A_ROW === 0) await clock.nextTurn();
      verifyScripts(job);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const code = reasonOfBlock(error.code);
    return code === error.code ? error : new RuleError(code, error.verdict);
  }
}

/**
 * Core 28 checks the scripts of a block on several threads, and then only knows that one of them
 * failed.
 */
export function reasonOfBlock(code: string): string {
  return code.startsWith(SCRIPT_FAILURE) ? 'block-validation-failed' : code;
}

/** What Core says of a block that it put together itself and that breaks a rule. */
export function templateError(broken: RuleError): RpcError {
  const message = `CreateNewBlock: TestBlockValidity failed: ${broken.message}`;
  return new RpcError(RPC.misc, message);
}

/**
 * Whether a block on top of the tip may have this header. It may not while the clock is hours behind
 * the tip.
 *
 * @throws RpcError -1
 */
export function checkTemplateHeader(
  header: BlockHeader,
  { node, clock }: Pick<RpcContext, 'node' | 'clock'>,
): void {
  try {
    checkHeader(header, node.chain, unixTime(clock));
  } catch (error) {
    throw error instanceof RuleError ? templateError(error) : error;
  }
}

function checkHeader(header: BlockHeader, { tip, params }: Chain, now: number): void {
  const { height, medianTimePast: previousMedianTimePast } = tip;
  const headerAt = (at: number) => tip.ancestor(at) as NonNullable<ReturnType<typeof tip.ancestor>>;
  const position = { chain: { height, headerAt }, previousMedianTimePast, now };
  checkHeaderContext(header, position, params.consensus);
}

function checkInPlace(block: Block, chain: Chain, now: number, merkleRoot: boolean): void {
  const { tip, params } = chain;
  const { consensus } = params;
  const { height } = tip;
  const previousMedianTimePast = tip.medianTimePast;
  checkHeader(block.header, chain, now);
  checkBlockSanity(block, consensus, { proofOfWork: false, merkleRoot });
  checkBlockContext(block, { height: height + 1, previousMedianTimePast }, consensus);
}

async function connect(
  block: Block,
  chain: Chain,
): Promise<ReturnType<typeof connectBlock>['scriptJobs']> {
  const { tip, params } = chain;
  const at = (height: number) => tip.ancestor(height) as NonNullable<typeof tip>;
  const position = {
    height: tip.height + 1,
    medianTimePastAt: (height: number) => at(height).medianTimePast,
    blockHashAt: (height: number) => at(height).hash,
  };
  const created = outputKeys(block);
  const keys = [...coinsToLoad(block, position, params.consensus), ...created];
  const found = await chain.coins(keys);
  const coins = new ByteMap<Coin>();
  keys.forEach((key, i) => {
    const coin = found[i];
    if (coin !== undefined) coins.set(key, coin);
  });
  // Chains that had BIP34 from the beginning need not ask this of blocks that have a proof of work. Here
  // it finds the transaction that is in the chain already, and calls it by Core's name.
  if (created.some((key) => coins.has(key))) throw new RuleError('bad-txns-BIP30', 'invalid');
  return connectBlock(block, { ...position, coins }, params.consensus).scriptJobs;
}

function outputKeys({ transactions }: Block): readonly CoinKey[] {
  return transactions.flatMap((tx) => {
    const id = txid(tx);
    return tx.outputs.map((_, vout) => coinKey({ txid: id, vout }));
  });
}
