/** Whether wallets tell the truth about the chain: looked at from the coins of a node. */
import { utxoGroups } from '../../../src/node/coins/utxo-groups.ts';
import type { Node } from '../../../src/node/node.ts';
import { toHex } from '../../../src/protocol/bytes/hex.ts';
import { coinKey } from '../../../src/protocol/consensus/coin.ts';
import { txid } from '../../../src/protocol/primitives/transaction-id.ts';
import { amountsOf } from '../../../src/wallet/ledger/history.ts';
import type { WalletTx } from '../../../src/wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../../../src/wallet/wallet.ts';
import type { Town } from './town.ts';

interface ChainCoin {
  readonly value: bigint;
  readonly script: Uint8Array;
}

/** All coins of a node, by their outpoints in hex. */
type ChainCoins = ReadonlyMap<string, ChainCoin>;

/** The wallets that talk to a node have the coins that the chain of that node has for them, each of them. */
export async function auditTown(town: Town): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let number = 0; number < town.nodeCount; number++) {
    const node = town.node(number);
    const here = town.residents.filter(({ home, isOnline }) => home === number && isOnline);
    if (node === undefined || here.length === 0) continue;
    const coins = await town.settle(coinsOf(node));
    for (const { wallet } of here) failures.push(...auditWallet(wallet, coins));
  }
  return failures;
}

export async function coinsOf({ chain }: Node): Promise<ChainCoins> {
  const { snapshot } = await chain.snapshotCoins();
  const found = new Map<string, ChainCoin>();
  for await (const { txid: id, coins } of utxoGroups(snapshot)) {
    for (const { vout, coin } of coins) {
      const { value, scriptPubKey: script } = coin.output;
      found.set(toHex(coinKey({ txid: id, vout })), { value, script });
    }
  }
  await snapshot.release();
  return found;
}

/** Of the wallet's ledger and its balance, each reckoned from the chain as well. */
export function auditWallet(wallet: Wallet, coins: ChainCoins): readonly string[] {
  const { name } = wallet;
  const { ledger } = wallet.state;
  const failures: string[] = [];
  const known = new Set<string>();
  let [settled, moved] = [0n, 0n];
  for (const walletTx of ledger.all()) {
    if (walletTx.state.kind !== 'confirmed') continue;
    const { credit, debit } = amountsOf(ledger, walletTx);
    moved += credit - debit;
    for (const [vout, { scriptPubKey }] of walletTx.tx.outputs.entries()) {
      if (!ledger.isOurs(scriptPubKey)) continue;
      const outPoint = { txid: walletTx.txid, vout };
      const spenders = ledger.spenders(outPoint);
      if (spenders.some(({ state }) => state.kind === 'confirmed')) continue;
      const key = toHex(coinKey(outPoint));
      known.add(key);
      const coin = coins.get(key);
      if (coin === undefined) failures.push(`${name} has a coin ${key} that the chain lacks`);
      else if (!spenders.some((each) => isUnderWay(wallet, each))) settled += coin.value;
    }
  }
  let held = 0n;
  for (const [key, { script, value }] of coins) {
    if (!ledger.isOurs(script)) continue;
    held += value;
    if (!known.has(key)) failures.push(`${name} does not know its coin ${key}`);
  }
  if (moved !== held) failures.push(`what moved in ${name} is ${moved}, and it holds ${held}`);
  const { trusted, immature } = wallet.balances(1);
  if (trusted + immature !== settled) {
    failures.push(`${name} tells of ${trusted + immature}, and has ${settled}`);
  }
  return failures;
}

/** Whether a payment has the better claim to its coins, as things are. */
function isUnderWay({ state: { ledger } }: Wallet, walletTx: WalletTx): boolean {
  const { kind } = walletTx.state;
  return (kind === 'pool' || kind === 'waiting') && ledger.poolConflicts(walletTx).length === 0;
}

/** The transactions of a chain, by their ids: all of them, with what they spend. */
export interface ChainRecord {
  /** In how many blocks a transaction is, of those that are. */
  readonly confirmed: ReadonlyMap<string, number>;
  /** Who spends a coin, by its outpoint in hex. */
  readonly spenders: ReadonlyMap<string, string>;
  /** What was paid to a script, by its hex. */
  readonly paid: ReadonlyMap<string, readonly bigint[]>;
}

export async function recordChain({ chain }: Node): Promise<ChainRecord> {
  const confirmed = new Map<string, number>();
  const spenders = new Map<string, string>();
  const paid = new Map<string, bigint[]>();
  for (let height = 1; height <= chain.tip.height; height++) {
    const place = chain.blockAt(height);
    if (place === undefined) throw new Error(`there is no block ${height}`);
    const { block } = await chain.readBlock(place);
    for (const tx of block.transactions) {
      const id = toHex(txid(tx));
      confirmed.set(id, (confirmed.get(id) ?? 0) + 1);
      for (const { prevout } of tx.inputs) spenders.set(toHex(coinKey(prevout)), id);
      for (const { scriptPubKey, value } of tx.outputs) {
        const script = toHex(scriptPubKey);
        paid.set(script, [...(paid.get(script) ?? []), value]);
      }
    }
  }
  return { confirmed, spenders, paid };
}
