/** What others can tell of a wallet's addresses. */
import { amountNumber, type Json } from '../../../protocol/report/json-text.ts';
import { addressFromScript } from '../../../protocol/script/address.ts';
import { addressGroups, scriptBalances } from '../address-groups.ts';
import { inDestinationOrder } from '../destination-order.ts';
import type { WalletMethod } from '../wallet-method.ts';

const listAddressGroupings: WalletMethod = {
  name: 'listaddressgroupings',
  family: 'wallet',
  about:
    'Groups of addresses that anybody can tell to be of one owner, since they were spent from together, or took the change of that.',
  parameters: [],
  result: '[ [ [ "address", amount, "label" ], … ], … ]',
  run: async (_, call) => {
    const { state } = await call.wallet();
    const { book, options } = state;
    const balances = scriptBalances(state);
    const groups = addressGroups(state).map((group) => inDestinationOrder(group, itself));
    const inOrder = inDestinationOrder(groups, ([first]) => first as Uint8Array);
    return inOrder.map((group) =>
      group.map((script): Json => {
        const address = addressFromScript(script, options.chain.addressPrefixes) as string;
        const amount = amountNumber(balances.get(script) ?? 0n);
        const label = book.get(script)?.label;
        return label === undefined ? [address, amount] : [address, amount, label];
      }),
    );
  },
};

function itself(script: Uint8Array): Uint8Array {
  return script;
}

export const groupReadingMethods: readonly WalletMethod[] = [listAddressGroupings];
