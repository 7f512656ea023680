/** What happens in `sockets.ts`, and when: all of it drawn from a seed beforehand. */
import {
  drawBelow,
  drawChance,
  drawExponential,
  drawUnit,
  pick,
} from '../../src/outside/entropy/draw.ts';
import type { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { blockSubsidy } from '../../src/protocol/consensus/subsidy.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { encodeTx, type Transaction } from '../../src/protocol/primitives/transaction.ts';
import { txid } from '../../src/protocol/primitives/transaction-id.ts';
import { blockOn, type MadeBlock, placed } from './made/made-block.ts';
import { type OpenCoin, openOutput, openPayment } from './made/open-coin.ts';

/** What one node is to do, or what is to be done to it. Times are since the beginning. */
export type Step = { readonly atMs: number; readonly node: number } & (
  | { readonly what: 'mine' }
  | { readonly what: 'pay'; readonly tx: Uint8Array }
  | { readonly what: 'kill' | 'stop'; readonly downMs: number }
);

export interface PlanSize {
  readonly nodes: number;
  /** The first so many are left alone: they see all the others come and go. */
  readonly survivors: number;
  readonly interruptions: number;
  /** From one interruption, block, or payment to the next, on average. */
  readonly interruptionMs: number;
  readonly blockMs: number;
  readonly paymentMs: number;
  /** How long a node is away at most. */
  readonly longestDownMs: number;
}

/** So often, a node is asked to stop and not killed. */
const STOPPED = 0.25;
/** While a node starts, it is asked for nothing. */
const STARTING_MS = 1500;
/** So often, a payment spends what an earlier one has made, which may be lost or on its way. */
const CHAINED = 0.3;
const FEE = 1000n;
const COINS_OF_A_REWARD = 1000;
const { coinbaseMaturity } = regtest.consensus;

/** Blocks that make so many coins, which anybody can spend. */
export function openingBlocks(coins: number): {
  readonly blocks: readonly MadeBlock[];
  readonly coins: readonly OpenCoin[];
} {
  const blocks: MadeBlock[] = [];
  const rewards: OpenCoin[] = [];
  let end = placed(regtest.genesis, 0);
  const add = (transactions: readonly Transaction[]): void => {
    const value = blockSubsidy(end.height + 1, regtest.consensus);
    end = blockOn(end, { transactions, reward: [openOutput(value, 0)] });
    blocks.push(end);
    const [coinbase] = end.block.transactions as readonly [Transaction];
    rewards.push({ outPoint: { txid: txid(coinbase), vout: 0 }, value, number: 0 });
  };
  while (end.height < coinbaseMaturity) add([]);
  const made: OpenCoin[] = [];
  for (let i = 0; made.length < coins; i++) {
    const reward = rewards[i] as OpenCoin;
    const value = reward.value / BigInt(COINS_OF_A_REWARD);
    const wishes = Array.from({ length: COINS_OF_A_REWARD }, (_, number) => ({ value, number }));
    const payment = openPayment([reward], wishes);
    made.push(...payment.made);
    add([payment.tx]);
  }
  return { blocks, coins: made.slice(0, coins) };
}

/** How many payments a plan has at most. */
export function mostPayments({ interruptions, interruptionMs, paymentMs }: PlanSize): number {
  return Math.ceil((2 * interruptions * interruptionMs) / paymentMs) + 10;
}

/** Everything that happens, in its order. */
export function planSteps(
  entropy: SeededEntropy,
  size: PlanSize,
  coins: readonly OpenCoin[],
): readonly Step[] {
  const downs = interruptions(entropy.fork('interruptions'), size);
  const endMs = size.interruptions * size.interruptionMs;
  const isUp = (node: number, atMs: number): boolean =>
    !downs.some(
      (down) =>
        down.node === node && atMs >= down.atMs && atMs < down.atMs + down.downMs + STARTING_MS,
    );
  const all = Array.from({ length: size.nodes }, (_, node) => node);
  const steps: Step[] = [...downs];
  const draw = entropy.fork('nodes');
  for (const atMs of moments(entropy.fork('blocks'), size.blockMs, endMs)) {
    const node = pick(
      draw,
      all.filter((one) => isUp(one, atMs)),
    ) as number;
    steps.push({ what: 'mine', atMs, node });
  }
  const payments = paymentsOf(entropy.fork('payments'), coins);
  for (const atMs of moments(entropy.fork('moments'), size.paymentMs, endMs)) {
    const node = pick(
      draw,
      all.filter((one) => isUp(one, atMs)),
    ) as number;
    const { value: tx, done } = payments.next();
    if (done !== true) steps.push({ what: 'pay', atMs, node, tx });
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

type Interruption = Extract<Step, { readonly what: 'kill' | 'stop' }>;

function interruptions(entropy: SeededEntropy, size: PlanSize): readonly Interruption[] {
  const steps: Interruption[] = [];
  for (let i = 0; i < size.interruptions; i++) {
    const atMs = (i + drawUnit(entropy)) * size.interruptionMs;
    const running: number[] = [];
    for (let node = size.survivors; node < size.nodes; node++) {
      // It may well be killed while it starts.
      if (!steps.some((one) => one.node === node && one.atMs + one.downMs > atMs))
        running.push(node);
    }
    const node = pick(entropy, running);
    const what = drawChance(entropy, STOPPED) ? 'stop' : 'kill';
    const downMs = drawUnit(entropy) * size.longestDownMs;
    if (node !== undefined) steps.push({ what, atMs, node, downMs });
  }
  return steps;
}

function* moments(entropy: SeededEntropy, meanMs: number, endMs: number): Generator<number> {
  let atMs = drawExponential(entropy, meanMs);
  for (; atMs < endMs; atMs += drawExponential(entropy, meanMs)) yield atMs;
}

/** Payments of coins of the chain, and of what such payments have made. Nothing is spent twice. */
function* paymentsOf(
  entropy: SeededEntropy,
  coins: readonly OpenCoin[],
): Generator<Uint8Array, undefined> {
  const left = [...coins];
  const unconfirmed: OpenCoin[] = [];
  for (;;) {
    const isChained = unconfirmed.length > 0 && drawChance(entropy, CHAINED);
    const coin = isChained ? takeAny(entropy, unconfirmed) : left.pop();
    if (coin === undefined) return undefined;
    const number = drawBelow(entropy, 1000);
    const { tx, made } = openPayment([coin], [{ value: coin.value - FEE, number }]);
    unconfirmed.push(...made);
    yield encodeTx(tx);
  }
}

function takeAny(entropy: SeededEntropy, coins: OpenCoin[]): OpenCoin | undefined {
  return coins.splice(drawBelow(entropy, coins.length), 1)[0];
}
