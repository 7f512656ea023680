import { toHex } from '../protocol/bytes/hex.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import type { KnownStandings } from './ancestor-fees.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import type { ChainSource, PoolStanding } from './source/chain-source.ts';
import type { SpendableCoin } from './spend/coin-input.ts';
import type { WalletState } from './wallet-state.ts';

/** Each is a question to the node, which may be far away. */
const MOST_ASKED = 100;

/** Asks the node for what others have sent and this payment may depend on: the wallet cannot tell its fees. */
export async function foreignStandings(
  { ledger }: Pick<WalletState, 'ledger'>,
  wishes: {
    readonly required?: readonly Pick<SpendableCoin, 'outPoint'>[];
    readonly includesUnsafe?: boolean;
  },
  source: ChainSource,
): Promise<KnownStandings> {
  const ids = new Map<string, Txid>();
  const add = (id: Txid): void => {
    if (ids.size < MOST_ASKED) ids.set(toHex(id), id);
  };
  const isForeign = ({ tx, state }: WalletTx): boolean =>
    state.kind === 'pool' && tx.inputs.some(({ prevout }) => ledger.output(prevout) === undefined);
  for (const { outPoint } of wishes.required ?? []) {
    const known = ledger.get(outPoint.txid);
    if (known === undefined || isForeign(known)) add(outPoint.txid);
  }
  if (wishes.includesUnsafe === true) {
    for (const { walletTx } of ledger.unspent()) if (isForeign(walletTx)) add(walletTx.txid);
  }
  const standings = new Map<string, PoolStanding>();
  for (const [name, id] of ids) {
    const standing = await source.poolStanding(id);
    if (standing !== undefined) standings.set(name, standing);
  }
  return standings;
}
