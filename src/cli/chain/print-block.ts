/** A block as people read it. */
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { blockWeight } from '../../protocol/primitives/block.ts';
import {
  isCoinbase,
  type Transaction,
  type TxIn,
  type TxOut,
  txSize,
} from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { amountNumber, amountText, type JsonObject } from '../../protocol/report/json-text.ts';
import type { AddressPrefixes } from '../../protocol/script/address.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { scriptToAsm } from '../../protocol/script/asm.ts';
import type { Paint } from '../paint.ts';
import { dateText, grouped } from '../plain-words.ts';
import { type BlockFacts, feeOf } from './block-facts.ts';

const SHORT_HASH = 16;
/** Longer scripts are cut: data of strangers can fill a block. */
const MAX_SCRIPT = 100;

/** The titles above lines of blocks. */
export function blockLineTitles(isWide: boolean): string {
  return line([
    'HEIGHT',
    isWide ? 'HASH'.padEnd(64) : 'HASH'.padEnd(SHORT_HASH + 1),
    'TIME'.padEnd(19),
    'TXS',
    'SIZE',
    'REWARD',
    'FEES',
  ]);
}

/**
 * A block as a line.
 *
 * @param isWide whether the hash may be shown in full
 */
export function blockLine({ node, block, raw, reward, fees }: BlockFacts, isWide: boolean): string {
  const hash = toReversedHex(node.hash);
  return line([
    String(node.height),
    isWide ? hash : `${hash.slice(0, SHORT_HASH)}…`,
    dateText(node.time).slice(0, -4),
    String(block.transactions.length),
    String(raw.length),
    amountText(reward),
    amountText(fees),
  ]);
}

const WIDTHS = [8, 0, 0, 5, 8, 14, 12];

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0)).join('  ');
}

/** The same for programs. The reward is what the coinbase took, and `fees` is a part of it. */
export function blockLineJson({ node, block, raw, reward, fees }: BlockFacts): JsonObject {
  return {
    height: node.height,
    hash: toReversedHex(node.hash),
    time: node.time,
    nTx: block.transactions.length,
    size: raw.length,
    weight: blockWeight(block),
    reward: amountNumber(reward),
    fees: amountNumber(fees),
  };
}

/** A block with all its transactions. */
export function blockText(facts: BlockFacts, prefixes: AddressPrefixes, paint: Paint): string {
  const { node, block, raw, spent, reward, fees, subsidy } = facts;
  const { header } = node;
  const size = `${grouped(raw.length)} bytes, weight ${grouped(blockWeight(block))}`;
  const lines = [
    paint.bold(`Block ${node.height}  ${toReversedHex(node.hash)}`),
    `  time      ${dateText(node.time)}`,
    `  previous  ${toReversedHex(header.previousBlockHash)}`,
    `  merkle    ${toReversedHex(header.merkleRoot)}`,
    `  version   ${word(header.version)}, bits ${word(header.bits)}, nonce ${header.nonce}`,
    `  size      ${size}`,
    `  reward    ${amountText(reward)}: of ${amountText(subsidy)} new, and ${amountText(fees)} in fees`,
  ];
  block.transactions.forEach((tx, i) => {
    lines.push(...transactionLines(tx, i, spent[i] ?? [], prefixes, paint));
  });
  return `${lines.join('\n')}\n`;
}

function transactionLines(
  tx: Transaction,
  number: number,
  spent: readonly TxOut[],
  prefixes: AddressPrefixes,
  paint: Paint,
): readonly string[] {
  const what = isCoinbase(tx) ? 'coinbase' : `fee ${amountText(feeOf(tx, spent))}`;
  return [
    `  ${paint.cyan(`tx ${number}`)}  ${toReversedHex(txid(tx))}  ${grouped(txSize(tx))} bytes, ${what}`,
    ...tx.inputs.map((input, i) => `    in   ${inputText(input, spent[i], prefixes)}`),
    ...tx.outputs.map((output) => `    out  ${outputText(output, prefixes)}`),
  ];
}

function inputText(
  { prevout, scriptSig }: TxIn,
  spent: TxOut | undefined,
  prefixes: AddressPrefixes,
): string {
  if (spent === undefined) return `new coins (${cut(toHex(scriptSig))})`;
  const from = `${toReversedHex(prevout.txid)}:${prevout.vout}`;
  return `${outputText(spent, prefixes)}  (${from})`;
}

function outputText({ value, scriptPubKey }: TxOut, prefixes: AddressPrefixes): string {
  const owner = addressFromScript(scriptPubKey, prefixes) ?? cut(scriptToAsm(scriptPubKey));
  return `${amountText(value).padStart(17)}  ${owner}`;
}

function cut(text: string): string {
  return text.length > MAX_SCRIPT ? `${text.slice(0, MAX_SCRIPT)}…` : text;
}

function word(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
