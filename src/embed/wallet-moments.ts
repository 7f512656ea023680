/** What becomes of the wallets of a node whose past is changed, beside what the chain does to them. */
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { WalletTx } from '../wallet/ledger/wallet-tx.ts';
import type { NodeCore } from './node-core.ts';

/** How many transactions each open wallet knew, by their names. */
export type WalletMoment = ReadonlyMap<string, number>;

/** What the open wallets know now. */
export async function walletMoment({ service }: NodeCore): Promise<WalletMoment> {
  const open = (await service.wallets?.opened()) ?? [];
  return new Map(open.map(({ name, state }) => [name, state.ledger.size]));
}

/**
 * Changes the past. Wallets follow, and send nothing meanwhile: what they would send again is just what is
 * to be undone.
 */
export function withQuietWallets<T>({ service }: NodeCore, work: () => Promise<T>): Promise<T> {
  return service.wallets?.withoutSending(work) ?? work();
}

/** Has the wallets forget what they heard of after a moment: nobody has it any more, and nobody sends it again. */
export function giveUpSince(core: NodeCore, moment: WalletMoment): Promise<void> {
  return giveUp(core, ({ order }, name) => order >= (moment.get(name) ?? 0));
}

/** Has the wallets forget transactions, by their ids. */
export function giveUpThese(core: NodeCore, ids: ReadonlySet<string>): Promise<void> {
  return giveUp(core, ({ txid }) => ids.has(toReversedHex(txid)));
}

async function giveUp(
  { service }: NodeCore,
  isMeant: (walletTx: WalletTx, name: string) => boolean,
): Promise<void> {
  await service.wallets?.settled();
  for (const wallet of (await service.wallets?.opened()) ?? []) {
    const { name, state } = wallet;
    const waiting = [...state.ledger.all()].filter(
      (walletTx) => walletTx.state.kind === 'waiting' && isMeant(walletTx, name),
    );
    for (const { txid } of waiting) await wallet.abandon(txid);
  }
}
