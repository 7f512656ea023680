/**
 * A regtest chain of signed inputs, a thousand a block unless others are wanted: of seven, three P2WPKH, two P2TR by key, one
 * P2PKH and one P2WSH 2-of-3. Half of the inputs are alone in their transaction, half in pairs; each
 * transaction has two outputs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writer } from '../src/protocol/bytes/writer.ts';
import { type Block, encodeBlock } from '../src/protocol/primitives/block.ts';
import {
  type OutPoint,
  SEQUENCE_FINAL,
  type Transaction,
  type TxOut,
} from '../src/protocol/primitives/transaction.ts';
import { txid } from '../src/protocol/primitives/transaction-id.ts';
import { p2wpkh } from '../src/protocol/script/templates.ts';
import { BlockFileWriter } from './block-file.ts';
import { ChainMaker } from './chain-maker.ts';
import { madeFolder } from './made-folder.ts';
import { showProgress } from './progress.ts';
import { checksOf, writeCheck } from './signature-checks.ts';
import {
  digest,
  type InputKind,
  type SignedCoin,
  signedCoin,
  signTransaction,
} from './signed-coins.ts';

const KINDS: readonly InputKind[] = [
  'P2WPKH',
  'P2TR key path',
  'P2WPKH',
  'P2PKH',
  'P2WPKH',
  'P2TR key path',
  'P2WSH 2-of-3',
];
const INPUTS_A_BLOCK = 1000;
const OUTPUTS_OF_A_FUNDING = 2000;
/** Their outputs fill less than half of a block. */
const FUNDINGS_A_BLOCK = 5;
const COIN_VALUE = 1_000_000n;

export interface SignedChain {
  /** Framed blocks, without the first, which everybody has. */
  readonly blocksFile: string;
  /** The signature checks that verifying the chain takes: see `signature-checks.ts`. */
  readonly checksFile: string;
}

/** The chain with so many signed inputs: a multiple of what a funding transaction has outputs. */
export function signedChain(inputs: number): SignedChain {
  const blocks = Array.from({ length: inputs / INPUTS_A_BLOCK }, () => INPUTS_A_BLOCK);
  return signedBlocks(blocks, `signed-chain-${inputs}`);
}

/** A chain that ends with blocks of so many signed inputs, in multiples of four: those make three transactions. */
export function signedBlocks(inputsOfBlocks: readonly number[], name: string): SignedChain {
  const folder = madeFolder(name, (path) => makeChain(filesIn(path), inputsOfBlocks));
  return filesIn(folder);
}

function filesIn(folder: string): SignedChain {
  return { blocksFile: join(folder, 'blocks.dat'), checksFile: join(folder, 'checks.dat') };
}

/** A coin that stands in the chain. */
interface FundedCoin extends SignedCoin {
  readonly outPoint: OutPoint;
}

function makeChain(
  { blocksFile, checksFile }: SignedChain,
  inputsOfBlocks: readonly number[],
): void {
  const inputs = inputsOfBlocks.reduce((sum, count) => sum + count, 0);
  const chain = new ChainMaker();
  const file = new BlockFileWriter(blocksFile);
  const add = (transactions: readonly Transaction[]): Block => {
    const block = chain.mine(transactions);
    file.add(encodeBlock(block));
    return block;
  };
  const fundings = Math.ceil(inputs / OUTPUTS_OF_A_FUNDING);
  const coinbases = Array.from({ length: fundings }, () => add([]).transactions[0] as Transaction);
  while (chain.height < 100 + fundings) add([]);
  const coins: FundedCoin[] = [];
  for (let from = 0; from < fundings; from += FUNDINGS_A_BLOCK) {
    const made = coinbases.slice(from, from + FUNDINGS_A_BLOCK).map((coinbase) => {
      const { tx, coins: funded } = fund(coinbase, coins.length);
      coins.push(...funded);
      return tx;
    });
    add(made);
    showProgress('making coins', coins.length, inputs);
  }
  const checks = new Writer();
  let from = 0;
  for (const count of inputsOfBlocks) {
    const spendings = spend(coins.slice(from, from + count), from);
    for (const { tx, spentOutputs } of spendings) {
      for (const check of checksOf(tx, spentOutputs)) writeCheck(checks, check);
    }
    add(spendings.map(({ tx }) => tx));
    from += count;
    showProgress('signing inputs', from, inputs);
  }
  file.close();
  writeFileSync(checksFile, checks.finish());
}

/** Coins two by two of a kind, so that those that are spent in pairs are. */
function fund(
  coinbase: Transaction,
  first: number,
): { readonly tx: Transaction; readonly coins: readonly FundedCoin[] } {
  const coins = Array.from({ length: OUTPUTS_OF_A_FUNDING }, (_, i) => {
    const kind = KINDS[((first + i) >>> 1) % KINDS.length] as InputKind;
    return signedCoin(kind, first + i, COIN_VALUE);
  });
  const tx = unsigned(
    [{ txid: txid(coinbase), vout: 0 }],
    coins.map(({ output }) => output),
  );
  return {
    tx,
    coins: coins.map((coin, vout) => ({ ...coin, outPoint: { txid: txid(tx), vout } })),
  };
}

interface Spending {
  readonly tx: Transaction;
  readonly spentOutputs: readonly TxOut[];
}

/** The first half of the coins is spent one by one, the second half in pairs. */
function spend(coins: readonly FundedCoin[], first: number): readonly Spending[] {
  const spendings: Spending[] = [];
  for (let from = 0; from < coins.length; ) {
    const count = from < coins.length / 2 ? 1 : 2;
    const spent = coins.slice(from, from + count);
    const value = (COIN_VALUE * BigInt(count)) / 2n;
    const outputs = ['payment', 'change'].map((purpose) => ({
      value,
      scriptPubKey: p2wpkh(digest(`${purpose} ${first + from}`).subarray(0, 20)),
    }));
    const outPoints = spent.map(({ outPoint }) => outPoint);
    spendings.push({
      tx: signTransaction(unsigned(outPoints, outputs), spent),
      spentOutputs: spent.map(({ output }) => output),
    });
    from += count;
  }
  return spendings;
}

function unsigned(outPoints: readonly OutPoint[], outputs: readonly TxOut[]): Transaction {
  return {
    version: 2,
    inputs: outPoints.map((prevout) => ({
      prevout,
      scriptSig: new Uint8Array(0),
      sequence: SEQUENCE_FINAL,
      witness: [],
    })),
    outputs,
    lockTime: 0,
  };
}
