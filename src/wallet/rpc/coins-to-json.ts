/** Coins of a wallet as `listunspent` shows them. */
import type { RpcContext } from '../../node/rpc/rpc-context.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { ripemd160 } from '../../protocol/crypto/hash.ts';
import { amountNumber, type JsonObject } from '../../protocol/report/json-text.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import type { Descriptor } from '../../protocol/script/descriptor/descriptor.ts';
import type { KnownSolutions } from '../../protocol/script/descriptor/known-solutions.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { descriptorToString } from '../../protocol/script/descriptor/print.ts';
import { solveScript } from '../../protocol/script/templates.ts';
import { Trust } from '../ledger/balances.ts';
import type { OwnCoin } from '../ledger/wallet-tx.ts';
import type { Wallet } from '../wallet.ts';
import { solutionOf } from './solution-of.ts';
import { OUTPUT_TYPES } from './wallet-arguments.ts';
import { parentDescriptors } from './wallet-tx-to-json.ts';

/** Which coins are wanted. */
export interface CoinFilter {
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly includeUnsafe: boolean;
  readonly includeImmature?: boolean;
  readonly minAmount?: bigint | undefined;
  readonly maxAmount?: bigint | undefined;
  /** Coins of this sum are enough. */
  readonly minSum?: bigint | undefined;
  /** As many coins as this are enough; 0 and less for no bound. */
  readonly maxCount?: bigint | undefined;
}

/** A coin that was found, and what is only true as long as the wallet does not change. */
export interface FoundCoin {
  readonly coin: OwnCoin;
  readonly depth: number;
  readonly isSafe: boolean;
}

/**
 * The coins that nothing spends and nobody has locked: by their kinds, as Core has them, and the newest
 * of each kind first.
 *
 * @example
 * findCoins(wallet, { minDepth: 1, maxDepth: 9_999_999, includeUnsafe: true })
 */
export function findCoins({ state }: Wallet, filter: CoinFilter): readonly FoundCoin[] {
  const { ledger, lockedCoins, rules } = state;
  const { minAmount = 0n, maxAmount, minSum, maxCount = 0n } = filter;
  const trust = new Trust(ledger, rules);
  const found: FoundCoin[] = [];
  let sum = 0n;
  for (const coin of newestFirst(ledger.unspent())) {
    const { walletTx, output } = coin;
    const depth = ledger.depth(walletTx);
    if (depth < 0 || (depth === 0 && walletTx.state.kind !== 'pool')) continue;
    if (filter.includeImmature !== true && !trust.isMature(coin)) continue;
    const { replaces, replacedBy } = walletTx.notes;
    const isDisputed = depth === 0 && (replaces !== undefined || replacedBy !== undefined);
    const isSafe = !isDisputed && trust.isTrusted(walletTx);
    if (!isSafe && !filter.includeUnsafe) continue;
    if (depth < filter.minDepth || depth > filter.maxDepth) continue;
    if (output.value < minAmount || (maxAmount !== undefined && output.value > maxAmount)) continue;
    if (lockedCoins.has(coin.key)) continue;
    found.push({ coin, depth, isSafe });
    sum += output.value;
    if (minSum !== undefined && sum >= minSum) break;
    if (maxCount > 0n && BigInt(found.length) >= maxCount) break;
  }
  return byKind(found, state);
}

function newestFirst(coins: Iterable<OwnCoin>): readonly OwnCoin[] {
  return [...coins].sort((a, b) => b.walletTx.order - a.walletTx.order || a.vout - b.vout);
}

/** Coins of no kind that is given out are the last. */
function byKind(found: readonly FoundCoin[], { keys }: Wallet['state']): readonly FoundCoin[] {
  const groups: FoundCoin[][] = [...OUTPUT_TYPES, undefined].map(() => []);
  for (const each of found) {
    const { scriptPubKey } = each.coin.output;
    const type = kindOf(scriptPubKey, keys.ownerOf(scriptPubKey)?.keeper.descriptor);
    groups[type === undefined ? OUTPUT_TYPES.length : OUTPUT_TYPES.indexOf(type)]?.push(each);
  }
  return groups.flat();
}

/** By the script as Core sorts coins, to which multisig behind a script hash is of no kind. */
function kindOf(script: Uint8Array, descriptor: Descriptor | undefined): OutputType | undefined {
  switch (solveScript(script).kind) {
    case 'witness_v1_taproot':
      return 'bech32m';
    case 'witness_v0_keyhash':
    case 'witness_v0_scripthash':
      return 'bech32';
    case 'pubkeyhash':
      return 'legacy';
    case 'scripthash': {
      if (descriptor?.kind === 'combo') return 'p2sh-segwit';
      if (descriptor?.kind !== 'sh') return 'legacy';
      const { kind } = descriptor.inner;
      if (kind === 'pkh') return 'legacy';
      return kind === 'wpkh' || kind === 'wsh' ? 'p2sh-segwit' : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Describes coins in two steps: at once what may change with the wallet, and later what takes time and
 * stays as it is.
 *
 * @example
 * const makers = findCoins(wallet, filter).map(coinDescriber(wallet, mempool));
 * makers.map((make) => make()) // [{ txid: …, desc: … }]
 */
export function coinDescriber(
  wallet: Wallet,
  mempool: RpcContext['node']['mempool'],
): (found: FoundCoin) => () => JsonObject {
  const { book, options, format, isUsed } = wallet.state;
  const { chain } = options;
  const spendingOf = spendingFrom(wallet);
  return ({ coin, depth, isSafe }) => {
    const { walletTx, vout, output } = coin;
    const script = output.scriptPubKey;
    const address = addressFromScript(script, chain.addressPrefixes);
    const label = book.get(script)?.label;
    const entry = depth === 0 ? mempool.get(walletTx.txid) : undefined;
    const pending = entry && {
      ancestorcount: entry.ancestorCount,
      ancestorsize: entry.ancestorVsize,
      ancestorfees: entry.ancestorFees,
    };
    const reused = format.avoidsReuse ? isUsed(script) : undefined;
    return () => {
      const spending = spendingOf(script);
      return {
        txid: toReversedHex(walletTx.txid),
        ...{ vout, address, label },
        ...spending.scripts,
        scriptPubKey: toHex(script),
        amount: amountNumber(output.value),
        confirmations: depth,
        ...pending,
        // As in Core, all that a wallet of descriptors holds; even where it only watches.
        spendable: true,
        solvable: spending.desc !== undefined,
        desc: spending.desc,
        parent_descs: parentDescriptors(wallet, script),
        reused,
        safe: isSafe,
      };
    };
  };
}

interface Spending {
  readonly scripts: JsonObject;
  readonly desc: string | undefined;
}

/** What it takes to spend from scripts: calculated once for each, since many coins may be at one address. */
function spendingFrom(wallet: Wallet): (script: Uint8Array) => Spending {
  const made = new ByteMap<Spending>();
  return (script) => {
    const before = made.get(script);
    if (before !== undefined) return before;
    const { known, descriptor } = solutionOf(wallet, script) ?? {};
    const desc = descriptor && descriptorToString(descriptor, wallet.state.options.chain);
    const spending = { scripts: known === undefined ? {} : scriptsToJson(script, known), desc };
    made.set(script, spending);
    return spending;
  };
}

/** The scripts of which an output has the hash. */
function scriptsToJson(script: Uint8Array, known: KnownSolutions): JsonObject {
  const form = solveScript(script);
  if (form.kind === 'scripthash') {
    const inner = known.script(form.hash);
    if (inner === undefined) return {};
    return { redeemScript: toHex(inner), witnessScript: witnessScriptOf(inner, known) };
  }
  return { witnessScript: witnessScriptOf(script, known) };
}

function witnessScriptOf(script: Uint8Array, known: KnownSolutions): string | undefined {
  const form = solveScript(script);
  if (form.kind !== 'witness_v0_scripthash') return undefined;
  const inner = known.script(ripemd160(form.hash));
  return inner && toHex(inner);
}
