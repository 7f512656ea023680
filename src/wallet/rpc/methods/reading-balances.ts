/** How much a wallet has. */
import { booleanFrom, int32From, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { amountNumber } from '../../../protocol/report/json-text.ts';
import { lastProcessedBlockToJson } from '../last-processed-block.ts';
import { avoidReuseFrom, includeWatchOnlyParameter } from '../reading-arguments.ts';
import type { WalletMethod } from '../wallet-method.ts';

const getBalance: WalletMethod = {
  name: 'getbalance',
  family: 'wallet',
  about: 'What can be spent now.',
  parameters: [
    {
      name: 'dummy',
      type: 'string',
      optional: true,
      about: 'From the times of accounts: nothing, or "*".',
    },
    {
      name: 'minconf',
      type: 'number',
      optional: true,
      about: 'How many confirmations a coin must have to be counted; 0 by default.',
    },
    includeWatchOnlyParameter('Also what is only watched.'),
    {
      name: 'avoid_reuse',
      type: 'boolean',
      optional: true,
      about:
        'Without coins at addresses that were paid from; the default of wallets that avoid those, and for them alone.',
    },
  ],
  result: 'n, in bitcoins',
  run: async ([dummy, minconf, includeWatchOnly, avoidReuse], call) => {
    const wallet = await call.wallet();
    if (dummy !== undefined && stringFrom(dummy) !== '*') {
      const words = 'dummy first argument must be excluded or set to "*".';
      throw new RpcError(RPC.methodDeprecated, words);
    }
    const minDepth = minconf === undefined ? 0 : int32From(minconf);
    if (includeWatchOnly !== undefined) booleanFrom(includeWatchOnly);
    return amountNumber(wallet.balances(minDepth, avoidReuseFrom(avoidReuse, wallet)).trusted);
  },
};

const getBalances: WalletMethod = {
  name: 'getbalances',
  family: 'wallet',
  about: 'What the wallet has, by how sure it is.',
  parameters: [],
  result:
    '{ "mine": { "trusted", "untrusted_pending", "immature", "used" }, "lastprocessedblock": { "hash", "height" } }',
  run: async (_, call) => {
    const wallet = await call.wallet();
    const { trusted, untrustedPending, immature, used } = wallet.balances();
    return {
      mine: {
        trusted: amountNumber(trusted),
        untrusted_pending: amountNumber(untrustedPending),
        immature: amountNumber(immature),
        used: wallet.state.format.avoidsReuse ? amountNumber(used) : undefined,
      },
      lastprocessedblock: lastProcessedBlockToJson(wallet),
    };
  },
};

const getUnconfirmedBalance: WalletMethod = {
  name: 'getunconfirmedbalance',
  family: 'wallet',
  about:
    'What is under way from others: untrusted_pending of getbalances, which is to be preferred.',
  parameters: [],
  result: 'n, in bitcoins',
  run: async (_, call) => amountNumber((await call.wallet()).balances().untrustedPending),
};

export const balanceReadingMethods: readonly WalletMethod[] = [
  getBalance,
  getBalances,
  getUnconfirmedBalance,
];
