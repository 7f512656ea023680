/** What a mining node is at, for people at a terminal: a few lines that are drawn again and again. */
import { COIN } from '../../protocol/primitives/amount.ts';
import type { Paint } from '../paint.ts';
import { grouped, shortDuration } from '../plain-words.ts';
import type { LiveStatus, RecentBlock } from './live-status.ts';

const LABEL_WIDTH = 11;
const NUMBER_WIDTH = 9;
const HASH_DIGITS = 20;
/** The longest bar of transactions in a block. */
const MOST_MARKS = 12;

/**
 * @example
 * statusLines(watch.now(), paint) // ['  height     1,234 …', …]
 */
export function statusLines(status: LiveStatus, paint: Paint): readonly string[] {
  const { height, peersIn, peersOut, poolTransactions, poolVsize, recent } = status;
  const last = recent[0];
  const age = last === undefined ? '' : paint.dim(`the last block ${agoText(last.age)}`);
  const pool = `${countText(poolTransactions, 'transaction')}  ${paint.dim(`${grouped(poolVsize)} vbytes`)}`;
  const peers = `${peersIn + peersOut}  ${paint.dim(`${peersOut} out, ${peersIn} in`)}`;
  return [
    row('height', `${paint.bold(grouped(height))}  ${age}`, paint),
    row('hash rate', hashRateText(status, paint), paint),
    row('peers', peers, paint),
    row('mempool', pool, paint),
    row('found', foundText(status, paint), paint),
    '',
    ...recent.map((block, i) => blockLine(block, i === 0, paint)),
    `${' '.repeat(NUMBER_WIDTH)} ${legend(paint)}`,
  ];
}

/**
 * The same in one line, for a log.
 *
 * @example
 * statusLine(watch.now()) // 'height 1,234, 9.6 MH/s, 2 peers, 14 transactions waiting, 12 blocks found'
 */
export function statusLine(status: LiveStatus): string {
  const { height, hashRate, peersIn, peersOut, poolTransactions, found } = status;
  return [
    `height ${grouped(height)}`,
    rateText(hashRate),
    countText(peersIn + peersOut, 'peer'),
    `${countText(poolTransactions, 'transaction')} waiting`,
    `${countText(found, 'block')} found`,
  ].join(', ');
}

/** @example blockWords(block) // 'block 7, 1 transaction, 00000a…' */
export function blockWords({ height, transactions, hash }: RecentBlock): string {
  return `block ${grouped(height)}, ${countText(transactions, 'transaction')}, ${hash}`;
}

function row(label: string, text: string, paint: Paint): string {
  return `  ${paint.dim(label.padEnd(LABEL_WIDTH))}${text}`;
}

function hashRateText(status: LiveStatus, paint: Paint): string {
  const { hashRate, hashesPerBlock, threads } = status;
  if (hashRate === 0) return paint.dim('measuring');
  const expected = shortDuration(hashesPerBlock / hashRate);
  const words = `${countText(threads, 'thread')}; alone, a block every ${expected}`;
  return `${paint.bold(rateText(hashRate))}  ${paint.dim(words)}`;
}

function foundText({ found, rewards, reorganisations }: LiveStatus, paint: Paint): string {
  const worth = found === 0 ? '' : `  ${paint.dim(`worth ${coinsText(rewards)} coins`)}`;
  const back = `  ${paint.dim(`${countText(reorganisations, 'reorganisation')} seen`)}`;
  return `${paint.bold(countText(found, 'block'))}${worth}${reorganisations === 0 ? '' : back}`;
}

function blockLine(block: RecentBlock, isTip: boolean, paint: Paint): string {
  const { height, hash, transactions, age, isOwn } = block;
  const sign = isOwn ? paint.green('■') : paint.cyan('■');
  const number = grouped(height).padStart(NUMBER_WIDTH);
  const digits = hash.slice(0, HASH_DIGITS);
  const zeros = /^0*/.exec(digits)?.[0] ?? '';
  // The zeros are the proof of work.
  const shown = `${paint.bold(zeros)}${paint.dim(`${digits.slice(zeros.length)}…`)}`;
  const marks = paint.dim('▪'.repeat(Math.min(transactions, MOST_MARKS)));
  const text = `${number} ${sign} ${shown}  ${agoText(age).padEnd(12)} ${marks}`;
  return isTip ? text : text.trimEnd();
}

function legend(paint: Paint): string {
  const own = `${paint.green('■')} ${paint.dim('found here')}`;
  const others = `${paint.cyan('■')} ${paint.dim('found before, or by others')}`;
  return `${own}  ${others}  ${paint.dim('▪ a transaction')}`;
}

/**
 * @example
 * rateText(9_600_000) // '9.6 MH/s'
 */
export function rateText(hashesPerSecond: number): string {
  const units = ['H/s', 'kH/s', 'MH/s', 'GH/s', 'TH/s'];
  const power = Math.min(
    units.length - 1,
    Math.floor(Math.log10(Math.max(1, hashesPerSecond)) / 3),
  );
  const value = hashesPerSecond / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

function agoText(seconds: number): string {
  return seconds === 0 ? 'now' : `${shortDuration(seconds)} ago`;
}

function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${grouped(count)} ${what}s`;
}

/** @example coinsText(150_000_000n) // '1.5' */
export function coinsText(satoshis: bigint): string {
  const whole = satoshis / COIN;
  const rest = (satoshis % COIN).toString().padStart(8, '0').replace(/0+$/, '');
  return rest === '' ? grouped(whole) : `${grouped(whole)}.${rest}`;
}
