/** The coins of a wallet, and which of them are left alone. */
import {
  amountFrom,
  arrayFrom,
  checkFields,
  type FieldTypes,
  hashFrom,
  int32From,
  int64From,
  objectFrom,
  stringFrom,
} from '../../../node/rpc/arguments.ts';
import type { RpcContext } from '../../../node/rpc/rpc-context.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import { ByteSet } from '../../../protocol/bytes/byte-map.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { coinKey } from '../../../protocol/consensus/coin.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { OutPoint } from '../../../protocol/primitives/transaction.ts';
import type { JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { Wallet } from '../../wallet.ts';
import { type CoinFilter, coinDescriber, findCoins } from '../coins-to-json.ts';
import { flagFrom } from '../reading-arguments.ts';
import { scriptFrom } from '../script-from.ts';
import type { WalletMethod } from '../wallet-method.ts';

const DEFAULT_MAX_DEPTH = 9_999_999;
/** What it takes to spend a coin is calculated, so that others want their turn soon. */
const COINS_A_TURN = 50;

const OPTIONS: FieldTypes = {
  minimumAmount: 'any',
  maximumAmount: 'any',
  minimumSumAmount: 'any',
  maximumCount: 'number',
  include_immature_coinbase: 'bool',
};

function option(name: string, type: RpcParameter['type'], about: string): RpcParameter {
  return { name, type, optional: true, namedOnly: true, about };
}

const listUnspent: WalletMethod = {
  name: 'listunspent',
  family: 'wallet',
  about: 'The coins of the wallet that nothing spends, without those that are locked.',
  parameters: [
    {
      name: 'minconf',
      type: 'number',
      optional: true,
      about: 'How many confirmations a coin has at least; 1 by default.',
    },
    {
      name: 'maxconf',
      type: 'number',
      optional: true,
      about: 'How many it has at most; 9999999 by default.',
    },
    {
      name: 'addresses',
      type: 'array',
      optional: true,
      usage: '["address",...]',
      about: 'Only coins at these addresses.',
    },
    {
      name: 'include_unsafe',
      type: 'boolean',
      optional: true,
      about: 'Also what is under way and might never confirm; true by default.',
    },
    option('minimumAmount', 'amount', 'The least that a coin may hold; 0 by default.'),
    option('maximumAmount', 'amount', 'The most that a coin may hold.'),
    option('maximumCount', 'number', 'As many coins as this are enough.'),
    option('minimumSumAmount', 'amount', 'Coins of this sum are enough.'),
    option(
      'include_immature_coinbase',
      'boolean',
      'Also what was mined and cannot be spent yet; false by default.',
    ),
    {
      name: 'query_options',
      type: 'object',
      optional: true,
      usage: 'query_options',
      about: 'The options above.',
    },
  ],
  result:
    '[ { "txid", "vout", "address", "label", "redeemScript", "witnessScript", "scriptPubKey", "amount", "confirmations", "ancestorcount", "ancestorsize", "ancestorfees", "spendable", "solvable", "desc", "parent_descs": [ … ], "reused", "safe" }, … ]',
  run: async ([minConf, maxConf, addresses, unsafe, options], call) => {
    const now = call.walletNow();
    const minDepth = minConf === undefined ? 1 : int32From(minConf);
    const maxDepth = maxConf === undefined ? DEFAULT_MAX_DEPTH : int32From(maxConf);
    const scripts = addresses === undefined ? undefined : scriptsFrom(addresses, now);
    const includeUnsafe = flagFrom(unsafe, true);
    const limits = options === undefined ? {} : limitsFrom(options);
    const wallet = await call.wallet();
    const coins = findCoins(wallet, { minDepth, maxDepth, includeUnsafe, ...limits });
    // Core looks at addresses last: coins elsewhere count for the sum, too.
    const wanted = coins.filter(
      ({ coin }) =>
        scripts === undefined || scripts.size === 0 || scripts.has(coin.output.scriptPubKey),
    );
    const describe = coinDescriber(wallet, call.context.node.mempool);
    return inTurns(wanted.map(describe), call.context);
  },
};

/** Makes each of many objects, with turns for others in between. */
async function inTurns(
  makers: readonly (() => JsonObject)[],
  { clock, signal }: RpcContext,
): Promise<readonly JsonObject[]> {
  const made: JsonObject[] = [];
  for (const make of makers) {
    if (signal.aborted) break;
    if (made.length % COINS_A_TURN === COINS_A_TURN - 1) await clock.nextTurn();
    made.push(make());
  }
  return made;
}

function scriptsFrom(value: JsonValue, wallet: Wallet): ByteSet {
  const scripts = new ByteSet();
  for (const address of arrayFrom(value)) {
    const script = scriptFrom(address, wallet, (_, text) => `Invalid Bitcoin address: ${text}`);
    if (scripts.add(script)) continue;
    throw new RpcError(
      RPC.invalidParameter,
      `Invalid parameter, duplicated address: ${stringFrom(address)}`,
    );
  }
  return scripts;
}

function limitsFrom(value: JsonValue): Partial<CoinFilter> {
  const options = objectFrom(value);
  checkFields(options, OPTIONS, { allowMissing: true, strict: true });
  const amount = (name: string) => (options.has(name) ? amountFrom(options.get(name)) : undefined);
  return {
    minAmount: amount('minimumAmount'),
    maxAmount: amount('maximumAmount'),
    minSum: amount('minimumSumAmount'),
    maxCount: options.has('maximumCount') ? int64From(options.get('maximumCount')) : undefined,
    includeImmature: flagFrom(options.get('include_immature_coinbase')),
  };
}

const lockUnspent: WalletMethod = {
  name: 'lockunspent',
  family: 'wallet',
  about:
    'Locks coins, so that the wallet does not choose them by itself, or unlocks them; without coins, unlocks all.',
  parameters: [
    { name: 'unlock', type: 'boolean', about: 'true unlocks, false locks.' },
    {
      name: 'transactions',
      type: 'array',
      optional: true,
      usage: '[{"txid":"hex","vout":n},...]',
      about: 'The coins.',
    },
    {
      name: 'persistent',
      type: 'boolean',
      optional: true,
      about: 'Locks them beyond the next start; false by default.',
    },
  ],
  result: 'true',
  run: async ([unlock, coins, persistent], call) => {
    const { state } = await call.wallet();
    const isUnlocked = flagFrom(unlock);
    const isPersistent = flagFrom(persistent);
    if (coins === undefined && !isUnlocked) return true;
    await state.change((batch) => {
      const { lockedCoins } = state;
      const given = coins === undefined ? undefined : arrayFrom(coins);
      const found =
        given?.map((coin) => lockableFrom(coin, state, { isUnlocked, isPersistent })) ??
        lockedCoins.all();
      for (const outPoint of found) {
        if (isUnlocked) lockedCoins.unlock(outPoint, batch);
        else lockedCoins.lock(outPoint, isPersistent, batch);
      }
    });
    return true;
  },
};

function lockableFrom(
  value: JsonValue,
  { ledger, lockedCoins }: Wallet['state'],
  { isUnlocked, isPersistent }: { isUnlocked: boolean; isPersistent: boolean },
): OutPoint {
  const object = objectFrom(value);
  checkFields(object, { txid: 'string', vout: 'number' });
  const id = hashFrom(object.get('txid'), 'txid') as Txid;
  const vout = int32From(object.get('vout'));
  if (vout < 0) throw invalid('vout cannot be negative');
  const walletTx = ledger.get(id);
  if (walletTx === undefined) throw invalid('unknown transaction');
  if (vout >= walletTx.tx.outputs.length) throw invalid('vout index out of bounds');
  const outPoint = { txid: walletTx.txid, vout };
  if (ledger.isSpent(outPoint)) throw invalid('expected unspent output');
  const isLocked = lockedCoins.has(coinKey(outPoint));
  if (isUnlocked && !isLocked) throw invalid('expected locked output');
  if (!isUnlocked && isLocked && !isPersistent) throw invalid('output already locked');
  return outPoint;
}

function invalid(problem: string): RpcError {
  return new RpcError(RPC.invalidParameter, `Invalid parameter, ${problem}`);
}

const listLockUnspent: WalletMethod = {
  name: 'listlockunspent',
  family: 'wallet',
  about: 'The coins that are locked.',
  parameters: [],
  result: '[ { "txid", "vout" }, … ]',
  run: async (_, call) => {
    const { state } = await call.wallet();
    return state.lockedCoins.all().map(({ txid, vout }) => ({ txid: toReversedHex(txid), vout }));
  },
};

export const coinReadingMethods: readonly WalletMethod[] = [
  listLockUnspent,
  listUnspent,
  lockUnspent,
];
