/** Random trees of blocks whose branches spend the same coins in different ways, some of them invalid. */
import fc from 'fast-check';
import { toHex } from '../../../src/protocol/bytes/hex.ts';
import type { ChainParams } from '../../../src/protocol/params/chain-params.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import type { Txid } from '../../../src/protocol/primitives/hashes.ts';
import type { Transaction } from '../../../src/protocol/primitives/transaction.ts';
import { txid } from '../../../src/protocol/primitives/transaction-id.ts';
import { blockOn, type MadeBlock, placed } from './made-block.ts';
import { type OpenCoin, openOutput, openPayment } from './open-coin.ts';

/** Regtest, but a coinbase can be spent by the next block, and rewards stay what they are. */
export const treeParams: ChainParams = {
  ...regtest,
  consensus: { ...regtest.consensus, coinbaseMaturity: 1, halvingInterval: 1_000_000 },
};

const SUBSIDY = 5_000_000_000n;

/** What is wrong with a block, if anything. All of it shows only when the block is connected. */
type Flaw = (typeof FLAWS)[number];
const FLAWS = [
  ...(['none', 'none', 'none', 'none', 'none'] as const),
  /** The coinbase takes too much. */
  'reward',
  /** It spends what another branch has, or what its own branch has spent before. */
  'missing coin',
  /** A witness is not that of the output. */
  'witness',
] as const;

/** How a block comes to be. Numbers choose among what there is. */
interface BlockWish {
  /** How many blocks before the last one its parent is. */
  readonly parent: number;
  readonly payments: readonly PaymentWish[];
  readonly flaw: Flaw;
}

interface PaymentWish {
  readonly coins: readonly number[];
  /** The scripts of the outputs. Siblings that spend the same coin differ by them. */
  readonly outputs: readonly (number | undefined)[];
}

export interface TreeBlock extends MadeBlock {
  /** Undefined for the first block alone. */
  readonly parent: TreeBlock | undefined;
  /** Whether it and all before it keep the rules. */
  readonly isValid: boolean;
  /** The coins that there are after it. */
  readonly coins: readonly OpenCoin[];
}

const payment = fc.record<PaymentWish>({
  coins: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  outputs: fc.array(fc.option(fc.nat(50), { nil: undefined }), { minLength: 1, maxLength: 3 }),
});

const wish = fc.record<BlockWish>({
  // Mostly on top of the last one, so that branches grow long; sometimes anywhere.
  parent: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(6)),
  payments: fc.array(payment, { maxLength: 4 }),
  flaw: fc.constantFrom(...FLAWS),
});

/** How a tree comes to be: short enough to be shown when it has led to a failure. */
export type TreeWishes = readonly BlockWish[];

export const MOST_BLOCKS = 24;

export const treeWishes: fc.Arbitrary<TreeWishes> = fc.array(wish, {
  minLength: 2,
  maxLength: MOST_BLOCKS,
});

/** A tree, as its blocks without the first, each behind its parent. */
export function growTree(wishes: TreeWishes): readonly TreeBlock[] {
  const first = placed(treeParams.genesis, 0);
  const blocks: TreeBlock[] = [{ ...first, parent: undefined, isValid: true, coins: [] }];
  for (const [i, each] of wishes.entries()) {
    const parent = blocks[Math.max(0, i - each.parent)] as TreeBlock;
    blocks.push(grow(parent, each, i, blocks));
  }
  return blocks.slice(1);
}

function grow(
  parent: TreeBlock,
  { payments, flaw }: BlockWish,
  salt: number,
  others: readonly TreeBlock[],
): TreeBlock {
  let coins = [...parent.coins];
  const transactions: Transaction[] = [];
  for (const { coins: picks, outputs } of payments) {
    const spent = new Set(picks.map((pick) => coins[pick % coins.length]));
    const chosen = [...spent].filter((coin) => coin !== undefined);
    if (chosen.length === 0) continue;
    const { tx, made } = pay(chosen, outputs);
    transactions.push(tx);
    // What this very block makes can be spent by it, too.
    coins = [...coins.filter((coin) => !spent.has(coin)), ...made];
  }
  const flawed = addFlaw(transactions, flaw, coins, others);
  // More than the subsidy and all that the divisions above have left over as fees.
  const value = flaw === 'reward' ? SUBSIDY + 100n : SUBSIDY;
  const number = salt % 3 === 0 ? undefined : salt;
  const reward = [openOutput(value, number)];
  const made = blockOn(parent, { transactions, reward, salt });
  const id = txid(made.block.transactions[0] as Transaction);
  const coinbase: OpenCoin = { outPoint: { txid: id, vout: 0 }, value, number };
  const isValid = parent.isValid && flaw !== 'reward' && !flawed;
  return { ...made, parent, isValid, coins: [...coins, coinbase] };
}

function pay(
  coins: readonly OpenCoin[],
  numbers: readonly (number | undefined)[],
): ReturnType<typeof openPayment> {
  const value = coins.reduce((sum, coin) => sum + coin.value, 0n) / BigInt(numbers.length);
  return openPayment(
    coins,
    numbers.map((number) => ({ value, number })),
  );
}

/** Adds a transaction that must not be there; false if there is nothing to make one of. */
function addFlaw(
  transactions: Transaction[],
  flaw: Flaw,
  coins: readonly OpenCoin[],
  others: readonly TreeBlock[],
): boolean {
  if (flaw === 'missing coin') {
    // Branches can have the same transaction, and with it the same coin.
    const here = new Set(coins.map(nameOf));
    const elsewhere = others
      .flatMap((block) => block.coins)
      .find((coin) => !here.has(nameOf(coin)));
    transactions.push(pay([elsewhere ?? nobodysCoin], [undefined]).tx);
    return true;
  }
  const locked = coins.find(({ number }) => number !== undefined);
  if (flaw !== 'witness' || locked?.number === undefined) return false;
  transactions.push(pay([{ ...locked, number: locked.number + 1 }], [undefined]).tx);
  return true;
}

function nameOf({ outPoint }: OpenCoin): string {
  return `${toHex(outPoint.txid)}:${outPoint.vout}`;
}

const nobodysCoin: OpenCoin = {
  outPoint: { txid: new Uint8Array(32).fill(7) as Txid, vout: 3 },
  value: 1n,
  number: undefined,
};
