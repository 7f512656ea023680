import type { ConsensusParams } from '../../../protocol/params/chain-params.ts';
import type { FollowedBlock, IndexDefinition } from '../index-definition.ts';
import { historyKey, historyValue, unspentKey, unspentValue } from './address-rows.ts';
import { coinMovesAt, coinsRepeatedBy, type RepeatedCoinbaseParams } from './coin-moves.ts';

export type AddressIndexParams = RepeatedCoinbaseParams & Pick<ConsensusParams, 'genesisSpendable'>;

/**
 * What every script was paid and has spent, and which coins it has. It agrees with the coins of the
 * chain: outputs that never become coins are left out.
 *
 * Sums are not kept. For every transaction they would be read and written again, all over the disk,
 * where everything else is only ever written; and they are quickly made of the rows.
 */
export function addressIndex(params: AddressIndexParams): IndexDefinition {
  return {
    name: 'addresses',
    version: 1,
    async connect(followed, changes, pace) {
      const { height } = followed.node;
      const repeated = await coinsRepeatedBy(followed, params, changes);
      const count = transactionsIn(followed, params);
      for (let i = 0; i < count; i++) {
        if (pace.isDue) await pace.turn();
        const { txid, spent, made, amounts } = coinMovesAt(i, followed, repeated);
        for (const { script, outPoint, coin } of spent) {
          changes.delete(unspentKey(script, coin.height, outPoint));
        }
        for (const { script, outPoint, coin } of made) {
          changes.create(unspentKey(script, height, outPoint), unspentValue(coin));
        }
        for (const { script, received, spent } of amounts) {
          changes.create(historyKey(script, height, i), historyValue(txid, received, spent));
        }
      }
    },
    async disconnect(followed, changes, pace) {
      const { height } = followed.node;
      const repeated = await coinsRepeatedBy(followed, params, changes);
      // From the last to the first: coins that one makes may be spent by others behind it.
      for (let i = transactionsIn(followed, params) - 1; i >= 0; i--) {
        if (pace.isDue) await pace.turn();
        const { spent, made, amounts } = coinMovesAt(i, followed, repeated);
        for (const { script, outPoint } of made) {
          changes.delete(unspentKey(script, height, outPoint));
        }
        for (const { script, outPoint, coin } of spent) {
          changes.create(unspentKey(script, coin.height, outPoint), unspentValue(coin));
        }
        for (const { script } of amounts) changes.delete(historyKey(script, height, i));
      }
    },
  };
}

/** How many transactions of a block move coins. The outputs of Bitcoin's first block are none. */
function transactionsIn({ node, block }: FollowedBlock, params: AddressIndexParams): number {
  return node.height === 0 && !params.genesisSpendable ? 0 : block.transactions.length;
}
