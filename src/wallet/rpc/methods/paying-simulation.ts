/** What transactions would do, without sending any. */
import { arrayFrom, checkFields, objectFrom } from '../../../node/rpc/arguments.ts';
import { txFromHex } from '../../../node/rpc/decode-tx-hex.ts';
import { outPointName } from '../../../node/rpc/prevouts-from.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { outputsSpentBy } from '../../../node/rpc/signed-transaction-to-json.ts';
import type { TxOut } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { amountNumber, type Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { namedOnly } from '../paying/parameters.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const simulateRawTransaction: WalletMethod = {
  name: 'simulaterawtransaction',
  family: 'wallet',
  about: 'What would become of the balance if these transactions were signed and sent.',
  parameters: [
    {
      name: 'rawtxs',
      type: 'array',
      optional: true,
      usage: '["rawtx",...]',
      about: 'The transactions, in hexadecimal digits, and in their order.',
    },
    {
      ...namedOnly,
      name: 'include_watchonly',
      type: 'boolean',
      about: 'Makes no difference: a wallet either signs for all that it holds, or watches it.',
    },
    {
      name: 'options',
      type: 'object',
      optional: true,
      usage: '{"include_watchonly":bool,...}',
      about: 'That as a field.',
    },
  ],
  result: '{ "balance_change": amount }',
  run: simulate,
};

async function simulate([list, options]: Arguments, call: WalletCall): Promise<Json> {
  const { ledger } = (await call.wallet()).state;
  if (options !== undefined) {
    const types = { include_watchonly: 'bool' } as const;
    checkFields(objectFrom(options), types, { allowMissing: true, strict: true });
  }
  const worth = ({ value, scriptPubKey }: TxOut): bigint =>
    ledger.isOurs(scriptPubKey) ? value : 0n;
  let change = 0n;
  const made = new Map<string, bigint>();
  const spent = new Set<string>();
  for (const hex of arrayFrom(list)) {
    const tx = txFromHex(hex, 'either', 'Transaction hex string decoding failure.');
    const coins = await outputsSpentBy(tx, call.context.node);
    for (const { prevout } of tx.inputs) {
      const name = outPointName(prevout);
      if (spent.has(name)) {
        throw invalid('Transaction(s) are spending the same output more than once');
      }
      const coin = coins.get(name);
      if (!made.has(name) && coin === undefined) {
        throw invalid('One or more transaction inputs are missing or have been spent already');
      }
      // Of outputs that the wallet has no transaction of, it does not know that they are its own.
      const own = ledger.output(prevout);
      change -= made.get(name) ?? (own === undefined ? 0n : worth(own));
      made.delete(name);
      spent.add(name);
    }
    for (const [vout, output] of tx.outputs.entries()) {
      made.set(outPointName({ txid: txid(tx), vout }), worth(output));
      change += worth(output);
    }
  }
  return { balance_change: amountNumber(change) };
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

export const simulationMethods: readonly WalletMethod[] = [simulateRawTransaction];
