/** What random traffic tells people, and programs. */
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { JsonObject } from '../../protocol/report/json-text.ts';
import { grouped, shortDuration } from '../plain-words.ts';
import { coinsText } from '../start/status-text.ts';
import { exactCoins } from './amount-text.ts';
import type { TrafficEvent, TrafficTotals } from './traffic.ts';

/**
 * The counts in a line of some width: what matters least, at the end, is left out.
 *
 * @example
 * trafficLine(totals, 12.4, 80) // '12 sent  4 waiting  8 confirmed  1.0/s  3.5 coins'
 */
export function trafficLine(
  totals: TrafficTotals,
  seconds: number,
  width = Number.POSITIVE_INFINITY,
): string {
  const { sent, waiting, confirmed, bumped, refused, amount } = totals;
  const parts = [
    `${grouped(sent)} sent`,
    `${grouped(waiting)} waiting`,
    `${grouped(confirmed)} confirmed`,
    `${rateText(sent, seconds)}/s`,
    `${coinsText(amount)} coins`,
    ...(bumped === 0 ? [] : [`${grouped(bumped)} bumped`]),
    ...(refused === 0 ? [] : [`${grouped(refused)} refused at first`]),
  ];
  while (parts.length > 1 && parts.join('  ').length > width) parts.pop();
  return parts.join('  ').slice(0, Math.max(0, width));
}

/** What there is to say in the end. */
export function trafficEnd(totals: TrafficTotals, seconds: number, seed: string): string {
  const { sent, waiting, confirmed, bumped, refused, amount, fees } = totals;
  const payments = sent === 1 ? '1 payment' : `${grouped(sent)} payments`;
  const more = [
    ...(bumped === 0 ? [] : [`${grouped(bumped)} bumped`]),
    ...(refused === 0 ? [] : [`${grouped(refused)} refused at first`]),
  ];
  const extra = more.length === 0 ? '' : `, ${more.join(', ')}`;
  return `Sent ${payments} in ${shortDuration(seconds)}, ${coinsText(amount)} coins and ${coinsText(fees)} in fees: ${grouped(confirmed)} confirmed, ${grouped(waiting)} waiting${extra}. Seed: ${seed}`;
}

/**
 * What has happened, for programs.
 *
 * @example
 * trafficJson({ kind: 'unreachable' }) // { event: 'unreachable' }
 */
export function trafficJson(event: TrafficEvent): JsonObject {
  switch (event.kind) {
    case 'payment': {
      const { txid, from, to, amount, fee, message, verdict } = event;
      const refusal = verdict.kind === 'rejected' ? verdict.reason : undefined;
      return {
        ...{ event: 'payment', txid: toReversedHex(txid), from, to },
        ...{ amount: exactCoins(amount), fee: exactCoins(fee), message },
        ...{ verdict: verdict.kind, reason: refusal },
      };
    }
    case 'bump': {
      const { txid, replaces, from, oldFee, fee } = event;
      return {
        ...{ event: 'bump', txid: toReversedHex(txid), replaces: toReversedHex(replaces), from },
        ...{ oldFee: exactCoins(oldFee), fee: exactCoins(fee) },
      };
    }
    case 'short':
      return { event: 'short', reason: event.reason };
    case 'unreachable':
    case 'resumed':
      return { event: event.kind };
  }
}

export function totalsJson(totals: TrafficTotals): JsonObject {
  const { sent, waiting, confirmed, bumped, refused, amount, fees } = totals;
  const money = { amount: exactCoins(amount), fees: exactCoins(fees) };
  return { sent, waiting, confirmed, bumped, refused, ...money };
}

function rateText(count: number, seconds: number): string {
  const rate = seconds > 0 ? count / seconds : 0;
  return rate >= 10 ? grouped(Math.round(rate)) : rate.toFixed(rate >= 1 ? 1 : 2);
}
