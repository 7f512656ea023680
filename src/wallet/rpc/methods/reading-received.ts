/** What came to addresses, and to names. */
import { int32From, stringFrom } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { ByteMap, ByteSet } from '../../../protocol/bytes/byte-map.ts';
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { amountNumber, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { addressFromScript } from '../../../protocol/script/address.ts';
import { byUtf8, type LabelledScript } from '../../ledger/address-book.ts';
import { blocksToMaturity } from '../../ledger/balances.ts';
import type { WalletTx } from '../../ledger/wallet-tx.ts';
import type { Wallet } from '../../wallet.ts';
import { inDestinationOrder } from '../destination-order.ts';
import {
  flagFrom,
  includeImmatureParameter,
  includeWatchOnlyParameter,
  minConfParameter,
} from '../reading-arguments.ts';
import { scriptFrom } from '../script-from.ts';
import { labelFrom } from '../wallet-arguments.ts';
import type { WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const includeEmptyParameter = {
  name: 'include_empty',
  type: 'boolean',
  optional: true,
  about: 'Also those to which nothing came; false by default.',
} as const;

const getReceivedByAddress: WalletMethod = {
  name: 'getreceivedbyaddress',
  family: 'wallet',
  about: 'How much came to an address, be it still there or not.',
  parameters: [
    { name: 'address', type: 'string', about: 'The address.' },
    minConfParameter,
    includeImmatureParameter,
  ],
  result: 'n, in bitcoins',
  run: async ([address, ...rest], call) => {
    const wallet = await call.wallet();
    return received([scriptFrom(address, wallet)], rest, wallet);
  },
};

const getReceivedByLabel: WalletMethod = {
  name: 'getreceivedbylabel',
  family: 'wallet',
  about: 'How much came to the addresses of a name, be it still there or not.',
  parameters: [
    { name: 'label', type: 'string', about: 'The name; "" for addresses without one.' },
    minConfParameter,
    includeImmatureParameter,
  ],
  result: 'n, in bitcoins',
  run: async ([label, ...rest], call) => {
    const wallet = await call.wallet();
    const entries = wallet.state.book.labelled(labelFrom(label));
    if (entries.length === 0) throw new RpcError(RPC.wallet, 'Label not found in wallet');
    const scripts = entries.map(({ script }) => script);
    return received(scripts, rest, wallet);
  },
};

function received(scripts: readonly Uint8Array[], [minConf, immature]: Arguments, wallet: Wallet) {
  const { ledger } = wallet.state;
  const own = new ByteSet();
  for (const script of scripts) if (ledger.isOurs(script)) own.add(script);
  if (own.size === 0) throw new RpcError(RPC.wallet, 'Address not found in wallet');
  const minDepth = minConf === undefined ? 1 : int32From(minConf);
  let amount = 0n;
  for (const { tx } of countedIn(wallet, minDepth, flagFrom(immature))) {
    for (const { scriptPubKey, value } of tx.outputs) if (own.has(scriptPubKey)) amount += value;
  }
  return amountNumber(amount);
}

/** The transactions that are deep enough; without what was mined in a block that is gone. */
function* countedIn(
  { state: { ledger, rules } }: Wallet,
  minDepth: number,
  includeImmature: boolean,
): IterableIterator<WalletTx> {
  for (const walletTx of ledger.newestFirst()) {
    const depth = ledger.depth(walletTx);
    if (depth < minDepth || (walletTx.isCoinbase && depth < 1)) continue;
    if (includeImmature || blocksToMaturity(ledger, walletTx, rules) === 0) yield walletTx;
  }
}

interface Tally {
  amount: bigint;
  depth: number;
  readonly txids: Uint8Array[];
}

const listReceivedByAddress: WalletMethod = {
  name: 'listreceivedbyaddress',
  family: 'wallet',
  about: 'What came to each address that was given out.',
  parameters: [
    minConfParameter,
    includeEmptyParameter,
    includeWatchOnlyParameter('Also addresses that are only watched.'),
    {
      name: 'address_filter',
      type: 'string',
      optional: true,
      about: 'Only this address.',
    },
    includeImmatureParameter,
  ],
  result: '[ { "address", "amount", "confirmations", "label", "txids": [ … ] }, … ]',
  run: async ([minConf, empty, watchOnly, address, immature], call) => {
    const wallet = await call.wallet();
    const includeImmature = flagFrom(immature);
    const rows = rowsOf([minConf, empty, watchOnly, address], includeImmature, wallet);
    const prefixes = wallet.state.options.chain.addressPrefixes;
    return rows.map(({ entry: { script, label }, tally }): JsonObject => {
      return {
        address: addressFromScript(script, prefixes),
        amount: amountNumber(tally?.amount ?? 0n),
        confirmations: tally?.depth ?? 0,
        label,
        txids: tally?.txids.map(toReversedHex) ?? [],
      };
    });
  },
};

const listReceivedByLabel: WalletMethod = {
  name: 'listreceivedbylabel',
  family: 'wallet',
  about: 'What came to the addresses of each name.',
  parameters: [
    minConfParameter,
    includeEmptyParameter,
    includeWatchOnlyParameter('Also addresses that are only watched.'),
    includeImmatureParameter,
  ],
  result: '[ { "amount", "confirmations", "label" }, … ]',
  run: async ([minConf, empty, watchOnly, immature], call) => {
    const wallet = await call.wallet();
    const totals = new Map<string, { amount: bigint; depth: number | undefined }>();
    for (const { entry, tally } of rowsOf(
      [minConf, empty, watchOnly],
      flagFrom(immature),
      wallet,
    )) {
      const total = totals.get(entry.label) ?? { amount: 0n, depth: undefined };
      totals.set(entry.label, total);
      if (tally === undefined) continue;
      total.amount += tally.amount;
      total.depth = Math.min(total.depth ?? tally.depth, tally.depth);
    }
    return [...totals]
      .sort(([a], [b]) => byUtf8(a, b))
      .map(([label, { amount, depth = 0 }]): JsonObject => {
        return { amount: amountNumber(amount), confirmations: depth, label };
      });
  },
};

interface ReceivedRow {
  readonly entry: LabelledScript;
  /** Of addresses to which something came. */
  readonly tally: Tally | undefined;
}

function rowsOf(
  [minConf, empty, watchOnly, address]: Arguments,
  includeImmature: boolean,
  wallet: Wallet,
): readonly ReceivedRow[] {
  const minDepth = minConf === undefined ? 1 : int32From(minConf);
  const includeEmpty = flagFrom(empty);
  flagFrom(watchOnly);
  const only = filterFrom(address, wallet);
  const tallies = talliesOf(wallet, minDepth, includeImmature, only);
  const { book } = wallet.state;
  const entry = only === undefined ? undefined : book.get(only);
  const single = entry === undefined ? [] : [{ script: only as Uint8Array, ...entry }];
  const entries =
    only === undefined ? inDestinationOrder(book.all(), ({ script }) => script) : single;
  return entries
    .map((each) => ({ entry: each, tally: tallies.get(each.script) }))
    .filter(({ tally }) => includeEmpty || tally !== undefined);
}

function filterFrom(value: JsonValue | undefined, wallet: Wallet): Uint8Array | undefined {
  if (value === undefined || stringFrom(value) === '') return undefined;
  return scriptFrom(value, wallet, () => 'address_filter parameter was invalid', RPC.wallet);
}

/** What came to each script of the wallet, a transaction twice where it paid to one twice, as in Core. */
function talliesOf(
  wallet: Wallet,
  minDepth: number,
  includeImmature: boolean,
  only: Uint8Array | undefined,
): ByteMap<Tally> {
  const { ledger } = wallet.state;
  const tallies = new ByteMap<Tally>();
  for (const walletTx of countedIn(wallet, minDepth, includeImmature)) {
    for (const { scriptPubKey, value } of walletTx.tx.outputs) {
      if (only !== undefined && !equalBytes(only, scriptPubKey)) continue;
      if (!ledger.isOurs(scriptPubKey)) continue;
      const depth = ledger.depth(walletTx);
      const tally = tallies.get(scriptPubKey) ?? { amount: 0n, depth, txids: [] };
      tallies.set(scriptPubKey, tally);
      tally.amount += value;
      tally.depth = Math.min(tally.depth, depth);
      tally.txids.push(walletTx.txid);
    }
  }
  return tallies;
}

export const receivedReadingMethods: readonly WalletMethod[] = [
  getReceivedByAddress,
  getReceivedByLabel,
  listReceivedByAddress,
  listReceivedByLabel,
];
