import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { isFromWallet } from '../../wallet/ledger/history.ts';
import type { WalletTx } from '../../wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../../wallet/wallet.ts';

/** Addresses of a wallet that are used again and again: traffic has nothing to hide. */
const ADDRESSES = 8;
const LABEL = 'traffic';

/** A wallet that takes part in random traffic. */
export class TrafficParty {
  readonly wallet: Wallet;
  /** Its own payments that have no block. */
  readonly waiting = new Map<string, WalletTx>();
  #scripts: Uint8Array[];

  constructor(wallet: Wallet) {
    const { ledger, book } = wallet.state;
    this.wallet = wallet;
    this.#scripts = book
      .labelled(LABEL)
      .map(({ script }) => script)
      .filter((script) => ledger.isOurs(script));
    for (const walletTx of ledger.all()) this.see(walletTx);
  }

  see(walletTx: WalletTx): void {
    const id = toReversedHex(walletTx.txid);
    const { kind } = walletTx.state;
    const isWaiting = kind === 'pool' || kind === 'waiting';
    if (isWaiting && isFromWallet(this.wallet.state.ledger, walletTx))
      this.waiting.set(id, walletTx);
    else this.waiting.delete(id);
  }

  /** An address to be paid at, one of a few. */
  async script(draw: number): Promise<Uint8Array> {
    if (this.#scripts.length < ADDRESSES) {
      const { script } = await this.wallet.newAddress({ label: LABEL });
      this.#scripts.push(script);
      return script;
    }
    return this.#scripts[Math.floor(draw * 1e6) % this.#scripts.length] as Uint8Array;
  }
}
