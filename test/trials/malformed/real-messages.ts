/** Messages about things that a node has, and things that it would take, to be mutated. */
import type { BlockNode } from '../../../src/node/chain/block-node.ts';
import type { ChainReader } from '../../../src/node/chain/chain-reader.ts';
import { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { blockSubsidy } from '../../../src/protocol/consensus/subsidy.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import type { Transaction } from '../../../src/protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../src/protocol/primitives/transaction-id.ts';
import {
  MSG_BLOCK,
  MSG_CMPCT_BLOCK,
  MSG_FILTERED_BLOCK,
  MSG_TX,
  MSG_WITNESS_BLOCK,
  MSG_WITNESS_TX,
  MSG_WTX,
} from '../../../src/protocol/wire/inventory.ts';
import type { Message } from '../../../src/protocol/wire/message.ts';
import { Payer } from '../../../src/sim/payer.ts';
import type { Dice } from '../../fuzz/mutate.ts';
import { type BranchEnd, blockOn, type MadeBlock } from '../made/made-block.ts';
import { openOutput } from '../made/open-coin.ts';

/** Made blocks are so many seconds later than what they are built on; these are not to be of the future. */
const SPACING = 598;

/**
 * Messages about blocks of a chain, transactions that spend coins of it, and blocks beside its tip.
 *
 * @param salt makes blocks and payments that were not there before
 */
export async function realMessages(
  chain: ChainReader,
  salt: number,
  dice: Dice,
): Promise<readonly Message[]> {
  const nodes = Array.from({ length: 12 }, () => chain.blockAt(1 + dice(chain.tip.height)));
  const chosen = [...nodes, chain.tip].filter((one) => one !== undefined);
  const [first, last] = [chosen[0] as BlockNode, chain.tip];
  const blocks = await Promise.all(chosen.map((one) => chain.readBlock(one)));
  const raws = await Promise.all(chosen.map((one) => chain.readRaw(one)));
  const payments = await openPayments(chain, salt);
  const rivals = rivalBlocks(last, payments, salt);
  const hashes = chosen.map(({ hash }) => hash);
  const txs = [...payments, ...blocks.flatMap(({ block }) => block.transactions)].slice(0, 40);
  const invOf = (types: readonly number[], of: readonly Uint8Array[]) =>
    types.flatMap((type) => of.map((hash) => ({ type, hash })));
  const blockItems = invOf(
    [MSG_BLOCK, MSG_WITNESS_BLOCK, MSG_CMPCT_BLOCK, MSG_FILTERED_BLOCK],
    hashes,
  );
  const txItems = [
    ...invOf([MSG_TX, MSG_WITNESS_TX], txs.map(txid)),
    ...invOf([MSG_WTX], txs.map(wtxid)),
  ];
  const compact = [...blocks.map(({ block }) => block), ...rivals.map(({ block }) => block)];
  const filters = {
    filterType: 0,
    startHeight: Math.max(0, last.height - 50),
    stopHash: last.hash,
  };
  return [
    ...raws.map((raw): Message => ({ command: 'block', raw })),
    ...rivals.map(({ raw }): Message => ({ command: 'block', raw })),
    ...payments.map((tx): Message => ({ command: 'tx', tx })),
    { command: 'headers', headers: rivals.map(({ block }) => block.header) },
    { command: 'headers', headers: chosen.slice(-1).map(({ header }) => header) },
    { command: 'inv', items: blockItems },
    { command: 'inv', items: txItems },
    { command: 'getdata', items: blockItems.slice(0, 8) },
    { command: 'getdata', items: txItems },
    { command: 'getheaders', version: 70016, locator: hashes, stop: last.hash },
    { command: 'getblocks', version: 70016, locator: hashes, stop: last.hash },
    ...compact.map(
      ({ header, transactions }): Message => ({
        ...{ command: 'cmpctblock', header, nonce: 7n },
        shortIds: transactions.slice(1).map(() => dice(2 ** 32)),
        prefilled: transactions.slice(0, 1).map((tx, index) => ({ index, tx })),
      }),
    ),
    ...chosen.map(
      ({ hash }): Message => ({ command: 'getblocktxn', blockHash: hash, indexes: [0, 1] }),
    ),
    { command: 'blocktxn', blockHash: first.hash, transactions: txs.slice(0, 3) },
    ...rivals.map(({ hash, block }): Message => {
      return { command: 'blocktxn', blockHash: hash, transactions: block.transactions.slice(1) };
    }),
    { command: 'getcfilters', ...filters },
    { command: 'getcfheaders', ...filters },
    { command: 'getcfcheckpt', filterType: 0, stopHash: last.hash },
    { command: 'feefilter', feeRate: 21n * 10n ** 14n },
  ];
}

/** Payments that nobody else makes, of coins that are old enough. */
async function openPayments(chain: ChainReader, salt: number): Promise<readonly Transaction[]> {
  const payer = new Payer(new SeededEntropy(`rival payments ${salt}`));
  for (let height = 11; height <= 40; height++) {
    const at = chain.blockAt(height);
    if (at === undefined) continue;
    const { block } = await chain.readBlock(at);
    const [coinbase] = block.transactions;
    const value = blockSubsidy(height, regtest.consensus);
    if (coinbase !== undefined) payer.add({ txid: txid(coinbase), vout: 0 }, value);
  }
  return Array.from({ length: 30 }, () => payer.pay()).flatMap((paid) => (paid ? [paid.tx] : []));
}

/** Blocks that could be next: three of the same height, and one on top of another of that height. */
function rivalBlocks(
  { hash, height, time }: BlockNode,
  payments: readonly Transaction[],
  salt: number,
): readonly MadeBlock[] {
  const make = (
    end: BranchEnd,
    number: number,
    transactions: readonly Transaction[],
  ): MadeBlock => {
    const value = blockSubsidy(end.height + 1, regtest.consensus);
    return blockOn(end, { transactions, reward: [openOutput(value, number)], salt: salt + number });
  };
  const tip = { hash, height, time: time - SPACING };
  const beside = [0, 1, 2, 3].map((i) => make(tip, i, payments.slice(3 * i, 3 * i + 3)));
  return [...beside, make(beside[3] as MadeBlock, 4, [])];
}
