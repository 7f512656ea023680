/** What was sent and received. */
import { hashFrom, int32From, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx } from '../../../protocol/primitives/transaction.ts';
import { amountNumber, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { txToJson } from '../../../protocol/report/tx-to-json.ts';
import { blocksToMaturity } from '../../ledger/balances.ts';
import { amountsOf } from '../../ledger/history.ts';
import { lastProcessedBlockToJson } from '../last-processed-block.ts';
import { flagFrom, includeWatchOnlyParameter } from '../reading-arguments.ts';
import { labelFrom } from '../wallet-arguments.ts';
import type { WalletMethod } from '../wallet-method.ts';
import { entriesOf, entriesToJson, historyReport, walletTxToJson } from '../wallet-tx-to-json.ts';

const DEFAULT_COUNT = 10;
const includeWatchOnly = includeWatchOnlyParameter('Also what is only watched.');

const listTransactions: WalletMethod = {
  name: 'listtransactions',
  family: 'wallet',
  about: 'What was sent and received last, the newest at the end.',
  parameters: [
    {
      name: 'label',
      aliases: ['dummy'],
      type: 'string',
      optional: true,
      about: 'Only what came to addresses of this name; "*" for everything.',
    },
    { name: 'count', type: 'number', optional: true, about: 'How many; 10 by default.' },
    {
      name: 'skip',
      type: 'number',
      optional: true,
      about: 'How many of the newest are left out; none by default.',
    },
    includeWatchOnly,
  ],
  result:
    '[ { "address", "category", "amount", "label", "vout", "fee", "confirmations", "blockhash", …, "txid", "time", …, "abandoned" }, … ]',
  run: async ([label, countValue, skipValue, watchOnly], call) => {
    const wallet = await call.wallet();
    const filter = { label: labelFilterFrom(label) };
    const count = countValue === undefined ? DEFAULT_COUNT : int32From(countValue);
    const skip = skipValue === undefined ? 0 : int32From(skipValue);
    flagFrom(watchOnly);
    if (count < 0) throw new RpcError(RPC.invalidParameter, 'Negative count');
    if (skip < 0) throw new RpcError(RPC.invalidParameter, 'Negative from');
    const report = historyReport(wallet, call.context);
    const found: JsonObject[] = [];
    let passed = 0;
    for (const walletTx of wallet.state.ledger.newestFirst()) {
      if (found.length >= count) break;
      // Those that are skipped are counted, and not described.
      const entries = entriesOf(report, walletTx, filter);
      const wanted = entries.slice(Math.max(skip - passed, 0));
      passed += entries.length;
      found.push(...entriesToJson(report, wanted));
    }
    return found.slice(0, count).reverse();
  },
};

function labelFilterFrom(value: JsonValue | undefined): string | undefined {
  if (value === undefined || stringFrom(value) === '*') return undefined;
  const label = labelFrom(value);
  if (label !== '') return label;
  throw new RpcError(RPC.invalidParameter, 'Label argument must be a valid label name or "*".');
}

const getTransaction: WalletMethod = {
  name: 'gettransaction',
  family: 'wallet',
  about: 'A transaction of the wallet, with all that it sent and received.',
  parameters: [
    { name: 'txid', type: 'string', about: 'The transaction.' },
    includeWatchOnly,
    {
      name: 'verbose',
      type: 'boolean',
      optional: true,
      about: 'Also the transaction as decoderawtransaction shows it; false by default.',
    },
  ],
  result:
    '{ "amount", "fee", "confirmations", "blockhash", …, "details": [ { "address", "category", "amount", "vout", … }, … ], "hex", "decoded", "lastprocessedblock" }',
  run: async ([id, watchOnly, isVerbose], call) => {
    const wallet = await call.wallet();
    const { ledger, rules, options } = wallet.state;
    const hash = hashFrom(id, 'txid');
    flagFrom(watchOnly);
    const isDecoded = flagFrom(isVerbose);
    const walletTx = wallet.transaction(hash);
    const report = historyReport(wallet, call.context);
    const { debit, credit, valueOut } = amountsOf(ledger, walletTx);
    // What was mined counts once it can be spent.
    const matured = blocksToMaturity(ledger, walletTx, rules) > 0 ? 0n : credit;
    const fee = debit > 0n ? valueOut - debit : 0n;
    return {
      amount: amountNumber(matured - debit - fee),
      fee: debit > 0n ? amountNumber(fee) : undefined,
      ...walletTxToJson(report, walletTx),
      details: entriesToJson(report, entriesOf(report, walletTx, {}), { isShort: true }),
      hex: toHex(encodeTx(walletTx.tx)),
      decoded: isDecoded ? txToJson(walletTx.tx, options.chain.addressPrefixes) : undefined,
      lastprocessedblock: lastProcessedBlockToJson(wallet),
    };
  },
};

export const historyReadingMethods: readonly WalletMethod[] = [listTransactions, getTransaction];
