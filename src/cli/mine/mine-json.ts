/** What a miner tells programs: an object for each thing that happens. */
import type { FoundBlock, MinerTotals, SoloMinerEvent } from '../../miner/miner-event.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { amountNumber, type JsonObject } from '../../protocol/report/json-text.ts';

/**
 * @example
 * jsonText(eventJson({ kind: 'resumed' })) // '{"event":"resumed"}'
 */
export function eventJson(event: SoloMinerEvent): JsonObject {
  switch (event.kind) {
    case 'template': {
      const { height, previousBlockHash, transactions, reward, bits } = event.template;
      return {
        event: 'template',
        height,
        previousBlockHash: toReversedHex(previousBlockHash),
        transactions: transactions.length,
        reward: amountNumber(reward),
        bits: bits.toString(16).padStart(8, '0'),
        isNewTip: event.isNewTip,
      };
    }
    case 'waiting':
      return waitingJson(event.error, event.retryMs);
    case 'resumed':
      return { event: 'resumed' };
    case 'rate':
      return { event: 'rate', hashesPerSecond: Math.round(event.hashesPerSecond) };
    case 'found':
    case 'accepted':
      return { event: event.kind, ...blockJson(event.block) };
    case 'refused':
      return {
        event: 'refused',
        ...blockJson(event.block),
        reason: event.reason,
        explanation: event.words,
      };
    case 'unsent':
      return { event: 'unsent', ...blockJson(event.block), error: event.error.message };
  }
}

export function waitingJson(error: Error, retryMs: number): JsonObject {
  return { event: 'waiting', error: error.message, retrySeconds: retryMs / 1000 };
}

export function totalsJson(totals: MinerTotals): JsonObject {
  const { found, accepted, refused, reward, hashes, searchedMs } = totals;
  const seconds = Math.round(searchedMs) / 1000;
  return { found, accepted, refused, reward: amountNumber(reward), hashes, seconds };
}

function blockJson({ height, hash, reward }: FoundBlock): JsonObject {
  return { height, hash: toReversedHex(hash), reward: amountNumber(reward) };
}
