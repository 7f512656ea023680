/** What has happened to a wallet since a block. */
import type { BlockNode } from '../../../node/chain/block-node.ts';
import { ChainError } from '../../../node/chain/chain-error.ts';
import { int32From, stringFrom } from '../../../node/rpc/arguments.ts';
import { findBlock } from '../../../node/rpc/find-block.ts';
import type { RpcContext } from '../../../node/rpc/rpc-context.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { WalletTx } from '../../ledger/wallet-tx.ts';
import type { Wallet } from '../../wallet.ts';
import { lastBlockOf } from '../last-processed-block.ts';
import { flagFrom, includeWatchOnlyParameter } from '../reading-arguments.ts';
import { labelFrom } from '../wallet-arguments.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';
import { type EntryFilter, entriesOf, entriesToJson, historyReport } from '../wallet-tx-to-json.ts';

/** Transactions that are looked at until others have their turn. */
const TRANSACTIONS_A_TURN = 500;

const listSinceBlock: WalletMethod = {
  name: 'listsinceblock',
  family: 'wallet',
  about:
    'What was sent and received since a block, and what that block and others of its branch had, if they are out of the chain.',
  parameters: [
    {
      name: 'blockhash',
      type: 'string',
      optional: true,
      about: 'The block; everything by default.',
    },
    {
      name: 'target_confirmations',
      type: 'number',
      optional: true,
      about: 'Which block of the chain, from its end, to answer with as lastblock; 1 by default.',
    },
    includeWatchOnlyParameter('Also what is only watched.'),
    {
      name: 'include_removed',
      type: 'boolean',
      optional: true,
      about: 'Also what fell out of the chain by a reorganisation; true by default.',
    },
    {
      name: 'include_change',
      type: 'boolean',
      optional: true,
      about: 'Also what came back to the wallet; false by default.',
    },
    {
      name: 'label',
      type: 'string',
      optional: true,
      about: 'Only what came to addresses of this name.',
    },
  ],
  result: '{ "transactions": [ … ] as of listtransactions, "removed": [ … ], "lastblock": "hash" }',
  run: async (args, call) => {
    return since(args, await call.wallet(), call);
  },
};

async function since(
  [block, target, watchOnly, removed, change, labelValue]: readonly (JsonValue | undefined)[],
  wallet: Wallet,
  { context }: WalletCall,
): Promise<Json> {
  const { chain } = context.node;
  const { hash, height } = lastBlockOf(wallet);
  const isEverything = block === undefined || stringFrom(block) === '';
  const start = isEverything ? undefined : findBlock(block, chain);
  const tip = chain.lookup(hash) ?? chain.tip;
  const fork = start?.forkWith(tip);
  const wanted = target === undefined ? 1 : int32From(target);
  if (wanted < 1) throw new RpcError(RPC.invalidParameter, 'Invalid parameter');
  flagFrom(watchOnly);
  const isRemovedWanted = flagFrom(removed, true);
  const label = labelValue === undefined ? undefined : labelFrom(labelValue);
  const filter: EntryFilter = { includeChange: flagFrom(change), label };
  const depth = fork === undefined ? Number.POSITIVE_INFINITY : height + 1 - fork.height;
  const recent = recentOf(wallet, depth);
  const detached =
    start && fork && isRemovedWanted ? await removedOf(wallet, start, fork, context) : [];
  const last = tip.ancestor(Math.max(tip.height + 1 - wanted, 0));
  return {
    transactions: await describe(recent, wallet, context, filter),
    removed: isRemovedWanted
      ? await describe(detached, wallet, context, { ...filter, minDepth: Number.NEGATIVE_INFINITY })
      : undefined,
    lastblock: toReversedHex((last ?? tip).hash),
  };
}

/** All that is not as deep, in the chain or ruled out by it. */
function recentOf({ state: { ledger } }: Wallet, depth: number): readonly WalletTx[] {
  const found: WalletTx[] = [];
  for (const walletTx of ledger.newestFirst()) {
    if (Math.abs(ledger.depth(walletTx)) < depth) found.push(walletTx);
  }
  return found;
}

/** What the blocks of a branch had that is out of the chain. It may be back in another block by now. */
async function removedOf(
  { state: { ledger } }: Wallet,
  start: BlockNode,
  fork: BlockNode,
  { node }: RpcContext,
): Promise<readonly WalletTx[]> {
  const found: WalletTx[] = [];
  for (let at = start; at !== fork && at.parent !== undefined; at = at.parent) {
    for (const tx of await transactionsOf(at, node)) {
      const walletTx = ledger.get(txid(tx));
      if (walletTx !== undefined) found.push(walletTx);
    }
  }
  return found;
}

async function transactionsOf(block: BlockNode, { chain }: RpcContext['node']) {
  try {
    return (await chain.readBlock(block)).block.transactions;
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    throw new RpcError(RPC.internal, "Can't read block from disk");
  }
}

/**
 * The wallet goes on meanwhile, since the node would wait for it. Whatever happens after `lastblock` was
 * chosen is told again to those who ask from there on.
 */
async function describe(
  transactions: readonly WalletTx[],
  wallet: Wallet,
  context: RpcContext,
  filter: EntryFilter,
): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (let at = 0; at < transactions.length; at += TRANSACTIONS_A_TURN) {
    if (at > 0) await context.clock.nextTurn();
    if (context.signal.aborted) break;
    const report = historyReport(wallet, context);
    for (const walletTx of transactions.slice(at, at + TRANSACTIONS_A_TURN)) {
      found.push(...entriesToJson(report, entriesOf(report, walletTx, filter)));
    }
  }
  return found;
}

export const sinceReadingMethods: readonly WalletMethod[] = [listSinceBlock];
