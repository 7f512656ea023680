/** Chains without signatures, which measure everything but those. */
import { join } from 'node:path';
import { drawBelow } from '../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../src/outside/entropy/seeded-entropy.ts';
import { sha256 } from '../src/protocol/crypto/hash.ts';
import { encodeBlock } from '../src/protocol/primitives/block.ts';
import {
  type OutPoint,
  SEQUENCE_FINAL,
  type Transaction,
} from '../src/protocol/primitives/transaction.ts';
import { txid } from '../src/protocol/primitives/transaction-id.ts';
import { p2wsh } from '../src/protocol/script/templates.ts';
import { BlockFileWriter } from './block-file.ts';
import { ANYONE, ChainMaker } from './chain-maker.ts';
import { madeFolder } from './made-folder.ts';
import { showProgress } from './progress.ts';

const BLOCKS_FILE = 'blocks.dat';
const MATURITY = 100;

const FUNDING_OUTPUTS = 2000;
const FUNDINGS_A_BLOCK = 5;
const SPENDINGS_A_BLOCK = 500;
/** The first funding shares out a reward of 50 coins, and pays for the others. */
const FIRST_VALUE = 2_500_000n;
const VALUE = 1000n;

/** As long as most outputs, and spent by anyone: the script in the witness is the only one there is. */
const ANYONE_BY_HASH = p2wsh(sha256(ANYONE));

/** A file of so many blocks with nothing in them but a coinbase. */
export function emptyChain(blocks: number): string {
  return chainFile(`empty-chain-${blocks}`, (add) => {
    for (let height = 1; height <= blocks; height++) {
      add([]);
      if (height % 1000 === 0) showProgress('mining blocks', height, blocks);
    }
  });
}

export interface GrowthChain {
  readonly blocksFile: string;
  /** All coins have been made. Each block behind this height spends 500, and makes as many. */
  readonly grownHeight: number;
  readonly lastHeight: number;
}

/** A chain that makes so many coins, and then spends some, anywhere among them, for so many blocks. */
export function growthChain(coins: number, spendingBlocks: number): GrowthChain {
  const fundings = coins / FUNDING_OUTPUTS;
  const grownHeight = MATURITY + 1 + Math.ceil((fundings - 1) / FUNDINGS_A_BLOCK);
  const blocksFile = chainFile(`growth-chain-${coins}-${spendingBlocks}`, (add) => {
    const rewarded = add([]);
    for (let height = 2; height <= MATURITY; height++) add([]);
    const first = transaction({ txid: txid(rewarded), vout: 0 }, [], FUNDING_OUTPUTS, FIRST_VALUE);
    add([first]);
    const unspent: OutPoint[] = [];
    for (let from = 1; from < fundings; from += FUNDINGS_A_BLOCK) {
      const count = Math.min(FUNDINGS_A_BLOCK, fundings - from);
      const transactions = Array.from({ length: count }, (_, i) =>
        transaction({ txid: txid(first), vout: from + i }, [ANYONE], FUNDING_OUTPUTS, VALUE),
      );
      add(transactions);
      for (const tx of transactions) unspent.push(...outPointsOf(tx));
      showProgress('making coins', unspent.length, coins - FUNDING_OUTPUTS);
    }
    const entropy = new SeededEntropy('which coins are spent');
    for (let block = 1; block <= spendingBlocks; block++) {
      add(spendSome(unspent, entropy));
      showProgress('spending coins', block, spendingBlocks);
    }
  });
  return { blocksFile, grownHeight, lastHeight: grownHeight + spendingBlocks };
}

/** Adds a block with these transactions, and answers with its coinbase. */
type AddBlock = (transactions: readonly Transaction[]) => Transaction;

function chainFile(name: string, make: (add: AddBlock) => void): string {
  const folder = madeFolder(name, (path) => {
    const chain = new ChainMaker();
    const file = new BlockFileWriter(join(path, BLOCKS_FILE));
    make((transactions) => {
      const block = chain.mine(transactions);
      file.add(encodeBlock(block));
      return block.transactions[0] as Transaction;
    });
    file.close();
  });
  return join(folder, BLOCKS_FILE);
}

/** Spends as many as a block is to spend, and puts what it made in their places. */
function spendSome(unspent: OutPoint[], entropy: SeededEntropy): readonly Transaction[] {
  return Array.from({ length: SPENDINGS_A_BLOCK }, () => {
    const at = drawBelow(entropy, unspent.length);
    const tx = transaction(unspent[at] as OutPoint, [ANYONE], 1, VALUE);
    unspent[at] = { txid: txid(tx), vout: 0 };
    return tx;
  });
}

function transaction(
  prevout: OutPoint,
  witness: readonly Uint8Array[],
  outputs: number,
  value: bigint,
): Transaction {
  return {
    version: 2,
    inputs: [{ prevout, scriptSig: new Uint8Array(0), sequence: SEQUENCE_FINAL, witness }],
    outputs: Array.from({ length: outputs }, () => ({ value, scriptPubKey: ANYONE_BY_HASH })),
    lockTime: 0,
  };
}

function outPointsOf(tx: Transaction): readonly OutPoint[] {
  return tx.outputs.map((_, vout) => ({ txid: txid(tx), vout }));
}
