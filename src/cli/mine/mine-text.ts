/** What a miner tells people. */
import type { MinerTotals, SoloMinerEvent } from '../../miner/miner-event.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Paint } from '../paint.ts';
import { grouped, shortDuration } from '../plain-words.ts';
import { oneLine } from '../quote.ts';
import { coinsText, rateText } from '../start/status-text.ts';

/** What a miner is at, at one moment. */
export interface MineStatus {
  readonly height: number | undefined;
  readonly hashesPerSecond: number;
  readonly totals: MinerTotals;
  /** Since the beginning. */
  readonly seconds: number;
  /** Whether the node is there. */
  readonly isWaiting: boolean;
}

/**
 * The line for what has happened; undefined for what the status shows anyway.
 *
 * @example
 * eventLine({ kind: 'resumed' }, paint) // 'The node is there again.'
 */
export function eventLine(event: SoloMinerEvent, paint: Paint): string | undefined {
  switch (event.kind) {
    case 'accepted': {
      const { height, reward, hash } = event.block;
      const what = `${paint.green(`Block ${grouped(height)} is yours`)}: ${coinsText(reward)} coins`;
      return `${what}  ${paint.dim(toReversedHex(hash))}`;
    }
    case 'refused': {
      const { block, reason, words } = event;
      const what = paint.red(`Block ${grouped(block.height)} was refused`);
      return `${what} (${oneLine(reason)}): ${words}`;
    }
    case 'unsent': {
      const what = paint.yellow(`Block ${grouped(event.block.height)} is not handed in yet`);
      return `${what}: ${oneLine(event.error.message)}; it is tried again until the node takes it`;
    }
    case 'waiting':
      return waitingLine(event.error, event.retryMs, paint);
    case 'resumed':
      return paint.green('The node is there again.');
    default:
      return undefined;
  }
}

/** Why there is nothing to mine, and what happens next. */
export function waitingLine(error: Error, retryMs: number, paint: Paint): string {
  const next = shortDuration(retryMs / 1000);
  return `${paint.yellow('Waiting')}: ${oneLine(error.message)}; asking again in ${next}, and then now and then`;
}

/**
 * The status in a line of some width: what matters least, at the end, is left out.
 *
 * @example
 * statusLine(status, 80) // '9.6 MH/s  height 1,234  2 blocks, 100 coins  0 refused  12 min'
 */
export function statusLine(status: MineStatus, width = Number.POSITIVE_INFINITY): string {
  const { hashesPerSecond, height, totals, seconds, isWaiting } = status;
  const rate = hashesPerSecond === 0 ? 'measuring' : rateText(hashesPerSecond);
  const parts = [
    isWaiting ? 'waiting for the node' : rate,
    ...(height === undefined ? [] : [`height ${grouped(height)}`]),
    `${blocksText(totals.accepted)}, ${coinsText(totals.reward)} coins`,
    `${grouped(totals.refused)} refused`,
    shortDuration(seconds),
  ];
  while (parts.length > 1 && parts.join('  ').length > width) parts.pop();
  return parts.join('  ').slice(0, Math.max(0, width));
}

/** What there is to say in the end. */
export function endLine({ totals, seconds }: MineStatus): string {
  const { found, accepted, refused, reward, hashes, searchedMs } = totals;
  const rate = searchedMs > 0 ? `, ${rateText((hashes / searchedMs) * 1000)} on average` : '';
  const lost = found - accepted - refused;
  const unsent = lost > 0 ? `, ${grouped(lost)} not handed in` : '';
  return `Mined for ${shortDuration(seconds)}: ${blocksText(accepted)}, ${coinsText(reward)} coins, ${grouped(refused)} refused${unsent}${rate}.`;
}

function blocksText(count: number): string {
  return count === 1 ? '1 block' : `${grouped(count)} blocks`;
}
