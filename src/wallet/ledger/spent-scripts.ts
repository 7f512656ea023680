import { ByteSet } from '../../protocol/bytes/byte-map.ts';
import type { OutPoint, TxOut } from '../../protocol/primitives/transaction.ts';
import type { WalletTx } from './wallet-tx.ts';

/** What has to be known of a ledger. */
interface SpendingView {
  all(): Iterable<WalletTx>;
  output(outPoint: OutPoint): TxOut | undefined;
  spenders(outPoint: OutPoint): readonly WalletTx[];
}

/**
 * The scripts from which something was spent, for wallets that do not want to pay from them again. It
 * follows from the transactions, so it is written nowhere; and it costs nothing until somebody asks.
 */
export class SpentScripts {
  readonly #view: SpendingView;
  readonly #seed: number;
  #scripts: ByteSet | undefined;

  constructor(view: SpendingView, seed: number) {
    this.#view = view;
    this.#seed = seed;
  }

  has(script: Uint8Array): boolean {
    if (this.#scripts === undefined) {
      this.#scripts = new ByteSet(this.#seed);
      for (const walletTx of this.#view.all()) this.#takeInputs(walletTx);
    }
    return this.#scripts.has(script);
  }

  /** A transaction has come. It may be the one that another spends from which came before. */
  take(walletTx: WalletTx): void {
    if (this.#scripts === undefined) return;
    this.#takeInputs(walletTx);
    const { txid, tx } = walletTx;
    for (const [vout, { scriptPubKey }] of tx.outputs.entries()) {
      if (this.#view.spenders({ txid, vout }).length > 0) this.#scripts.add(scriptPubKey);
    }
  }

  #takeInputs({ tx, isCoinbase }: WalletTx): void {
    for (const { prevout } of isCoinbase ? [] : tx.inputs) {
      const output = this.#view.output(prevout);
      if (output !== undefined) this.#scripts?.add(output.scriptPubKey);
    }
  }
}
