/** A transaction, of the mempool or, by the index of transactions, of the chain. */
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { encodeTx } from '../../protocol/primitives/transaction.ts';
import { txToJson } from '../../protocol/report/tx-to-json.ts';
import { indexState } from '../rpc/index-state.ts';
import { indexedTransaction } from '../rpc/methods/rawtransactions-lookup.ts';
import { answerWith } from './rest-answer.ts';
import { hashIn, type RestEndpoint } from './rest-endpoint.ts';
import { notFound } from './rest-error.ts';

export const transactionEndpoint: RestEndpoint = {
  path: '/rest/tx/',
  async answer(question, { node }) {
    const id = hashIn(question.rest) as Txid;
    await indexState(node, 'transactions');
    const waiting = node.mempool.get(id);
    const found = waiting === undefined ? await indexedTransaction(id, node) : undefined;
    const tx = waiting?.tx ?? found?.tx;
    if (tx === undefined) throw notFound(`${question.rest} not found`);
    return answerWith(question, {
      bytes: () => encodeTx(tx),
      json: () => {
        const { hex, ...fields } = txToJson(tx, node.chain.params.addressPrefixes, { hex: true });
        return { ...fields, blockhash: found && toReversedHex(found.block.hash), hex };
      },
    });
  },
};
