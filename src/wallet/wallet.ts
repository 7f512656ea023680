import type { WriteBatch } from '../node/storage/write-batch.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { ExtendedPrivateKey } from '../protocol/keys/extended-key.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import type { OutPoint, Transaction } from '../protocol/primitives/transaction.ts';
import { addressFromScript } from '../protocol/script/address.ts';
import type { OutputType } from '../protocol/script/descriptor/output-type.ts';
import { Broadcaster } from './broadcaster.ts';
import { type BumpWishes, bumpPayment } from './bump-payment.ts';
import { Drafts } from './drafts.ts';
import { changeWalletPassphrase, encryptWallet } from './encrypt-wallet.ts';
import type { FeeReason } from './fee-choice.ts';
import { Follower } from './follower.ts';
import {
  addStandardDescriptors,
  importDescriptor,
  type LabelledImport,
} from './import-descriptor.ts';
import type { DescriptorKeeper } from './keys/descriptor-keeper.ts';
import { type Balances, balancesOf } from './ledger/balances.ts';
import { type HistoryEntry, historyOf } from './ledger/history.ts';
import { isOutdone } from './ledger/outdone.ts';
import type { OwnCoin, TxNotes, WalletTx } from './ledger/wallet-tx.ts';
import { Payer, type PaymentWishes } from './payer.ts';
import type { RescanOptions, RescanResult } from './rescan.ts';
import type { BroadcastVerdict, ChainSource } from './source/chain-source.ts';
import type { Payment, Recipient } from './spend/payment-request.ts';
import { backupTo } from './store/backup-file.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletListener, WalletState } from './wallet-state.ts';

/** A payment that is kept, and what the node said to it. */
export interface SentPayment {
  readonly walletTx: WalletTx;
  readonly payment: Payment;
  /** Whatever it is, the payment is sent again until it is confirmed, or abandoned. */
  readonly verdict: BroadcastVerdict;
}

export interface NewAddress {
  readonly script: Uint8Array;
  readonly address: string;
}

/**
 * A wallet: keys, what was paid to them and from them, and the way to pay. It can be used with a node
 * or without; what is sent meanwhile waits for one.
 *
 * Whatever it acknowledges is on the disk: an address that was given out, a payment that was made.
 *
 * @example
 * const { wallet, words } = await createWallet('savings', store, options, doors);
 * await wallet.attach(new NodeSource(node));
 * const { address } = await wallet.newAddress({ label: 'rent' });
 * await wallet.send([{ script, amount: 100_000n }]);
 */
export class Wallet {
  /** All that the wallet knows, to be read. */
  readonly state: WalletState;
  readonly payer: Payer;
  /** Payments that are not sent at once. */
  readonly drafts: Drafts;
  readonly #follower: Follower;
  readonly #broadcaster: Broadcaster;

  constructor(state: WalletState) {
    const source = (): ChainSource | undefined => this.#follower.source;
    this.state = state;
    this.#broadcaster = new Broadcaster(state, source);
    this.#follower = new Follower(
      state,
      () => this.#broadcaster.kick(),
      () => this.#broadcaster.soon(),
    );
    this.payer = new Payer(state, source);
    this.drafts = new Drafts({
      ...{ state, payer: this.payer },
      find: (id) => this.transaction(id),
      keep: (tx, batch) => this.#keep(tx, undefined, batch),
      offer: (walletTx) => this.#offer(walletTx),
    });
  }

  get name(): string {
    return this.state.name;
  }

  get source(): ChainSource | undefined {
    return this.#follower.source;
  }

  get isScanning(): boolean {
    return this.#follower.isScanning;
  }

  /** Whether it is on its way to the tip of its node. */
  get isCatchingUp(): boolean {
    return this.#follower.isCatchingUp;
  }

  /** Meets a node: catches up with its chain, follows it, and sends what waits. */
  attach(source: ChainSource): Promise<void> {
    return this.#follower.attach(source);
  }

  detach(): Promise<void> {
    return this.#follower.detach();
  }

  /** Resolves when all is done that was heard of so far, and all is offered that waits. */
  async settled(): Promise<void> {
    await this.state.queue.idle();
    await this.#follower.idle();
    await this.#broadcaster.settled();
    await this.state.queue.idle();
  }

  /** Tells of transactions that come or change; what it gives back ends that. */
  on(listener: WalletListener): () => void {
    return this.state.on(listener);
  }

  /**
   * An address that nobody has had before.
   *
   * @throws `WalletError` `no-keys`
   */
  newAddress({
    type,
    label = '',
  }: {
    type?: OutputType;
    label?: string;
  } = {}): Promise<NewAddress> {
    const { keys, book, options } = this.state;
    return this.state.change((batch) => {
      const script = keys.next(type ?? options.addressType, false, batch);
      book.set(script, { label, purpose: 'receive' }, batch);
      return this.#named(script);
    });
  }

  /** An address for change: it is in no book. */
  changeAddress(type: OutputType = this.state.options.addressType): Promise<NewAddress> {
    return this.state.change((batch) => this.#named(this.state.keys.next(type, true, batch)));
  }

  /** Names an address, the wallet's own or somebody else's. */
  setLabel(script: Uint8Array, label: string): Promise<void> {
    const { book, ledger } = this.state;
    const purpose = ledger.isOurs(script) ? 'receive' : 'send';
    return this.state.change((batch) => book.set(script, { label, purpose }, batch));
  }

  /** What it has. With `avoidsReuse`, coins at addresses that were paid from are counted apart, as `used`. */
  balances(minDepth = 0, avoidsReuse = this.state.format.avoidsReuse): Balances {
    const { ledger, rules, isUsed } = this.state;
    return balancesOf(ledger, { ...rules, minDepth, ...(avoidsReuse && { isUsed }) });
  }

  /** What the wallet has, be it confirmed or not; without what was given up, or another payment outdoes. */
  coins(): readonly (OwnCoin & { readonly depth: number })[] {
    const { ledger } = this.state;
    return [...ledger.unspent()]
      .map((coin) => ({ ...coin, depth: ledger.depth(coin.walletTx) }))
      .filter(({ depth, walletTx }) => depth >= 0 && walletTx.state.kind !== 'abandoned')
      .filter(({ walletTx }) => !isOutdone(ledger, walletTx));
  }

  /** All that was sent and received, the oldest first. */
  history(): readonly HistoryEntry[] {
    const { ledger, isChange, rules } = this.state;
    return [...ledger.all()]
      .sort((a, b) => a.order - b.order)
      .flatMap((walletTx) => historyOf({ ledger, isChange, rules }, walletTx));
  }

  /**
   * The transaction of a txid.
   *
   * @throws {@link WalletError} `unknown-transaction`
   */
  transaction(id: Uint8Array): WalletTx {
    const walletTx = this.state.ledger.get(id);
    if (walletTx !== undefined) return walletTx;
    throw new WalletError(
      'unknown-transaction',
      `this wallet has no transaction ${toReversedHex(id)}`,
      'Invalid or non-wallet transaction id',
    );
  }

  /** What the node said last to a transaction that waits. */
  verdictOf(walletTx: WalletTx): BroadcastVerdict | undefined {
    return this.#broadcaster.verdictOf(walletTx);
  }

  /**
   * Pays. The payment is on the disk before any node hears of it, and is sent again until it confirms.
   *
   * @throws `PaymentError`, {@link WalletError}, `VaultError` `locked`; nothing has been paid then
   */
  async send(
    recipients: readonly Recipient[],
    wishes: PaymentWishes = {},
  ): Promise<SentPayment & { readonly feeReason: FeeReason }> {
    this.state.requireKeys();
    const facts = await this.payer.facts(wishes);
    const kept = await this.state.change((batch) => {
      const payment = this.payer.create(recipients, facts, wishes, batch);
      const tx = this.payer.sign(payment.tx, outputsOf(payment));
      return { payment, walletTx: this.#keep(tx, wishes.notes, batch) };
    });
    const { feeReason } = facts;
    return { ...kept, feeReason, verdict: await this.#offer(kept.walletTx) };
  }

  /** What {@link send} would pay, and how: nothing is signed, kept or sent. */
  draft(recipients: readonly Recipient[], wishes: PaymentWishes = {}): Promise<Payment> {
    return this.drafts.try(recipients, wishes);
  }

  /** Keeps and sends a transaction that was put together and signed elsewhere. */
  async commit(tx: Transaction, notes: TxNotes = {}): Promise<Omit<SentPayment, 'payment'>> {
    const walletTx = await this.state.change((batch) => this.#keep(tx, notes, batch));
    return { walletTx, verdict: await this.#offer(walletTx) };
  }

  /**
   * Replaces a payment that waits by one with a higher fee (BIP125).
   *
   * @throws `PaymentError`, {@link WalletError}, `VaultError` `locked`
   */
  async bump(
    id: Txid,
    wishes: BumpWishes = {},
  ): Promise<SentPayment & { readonly oldFee: bigint }> {
    this.state.requireKeys();
    const facts = await this.drafts.bumpFacts(wishes);
    const { state, payer } = this;
    const kept = await this.state.change((batch) => {
      const original = this.transaction(id);
      const payment = bumpPayment(original, wishes, { state, payer, facts, batch });
      const tx = this.payer.sign(payment.tx, outputsOf(payment));
      const walletTx = this.#keep(tx, { ...original.notes, replaces: id }, batch);
      this.state.ledger.note(original, { replacedBy: walletTx.txid });
      return { payment, walletTx, oldFee: payment.oldFee };
    });
    return { ...kept, verdict: await this.#offer(kept.walletTx) };
  }

  /**
   * Gives up a payment that no node has: what it spends is free again.
   *
   * @throws {@link WalletError} `unknown-transaction`, `not-abandonable`
   */
  abandon(id: Uint8Array): Promise<void> {
    const { ledger } = this.state;
    return this.state.change(() => {
      const walletTx = this.transaction(id);
      const { kind } = walletTx.state;
      if (kind === 'waiting' || kind === 'abandoned') {
        ledger.abandon(walletTx);
        return;
      }
      throw new WalletError(
        'not-abandonable',
        `the transaction ${toReversedHex(id)} cannot be given up: ${kind === 'pool' ? 'a node has it' : 'a block has it, or what it spends'}`,
        'Transaction not eligible for abandonment',
      );
    });
  }

  lockCoin(outPoint: OutPoint, isPersistent = false): Promise<void> {
    return this.state.change((batch) => this.state.lockedCoins.lock(outPoint, isPersistent, batch));
  }

  unlockCoin(outPoint: OutPoint): Promise<void> {
    return this.state.change((batch) => this.state.lockedCoins.unlock(outPoint, batch));
  }

  /**
   * Takes a descriptor in. What was paid to it before is found by {@link rescanSince}.
   *
   * @throws {@link WalletError} `no-private-keys`, `bad-range`, `bad-descriptor`; `VaultError` `locked`
   */
  importDescriptor(request: LabelledImport): Promise<void> {
    return importDescriptor(this.state, request);
  }

  /** Gives out addresses of a kind from a root. Answers with the descriptors that are new. */
  addStandardDescriptors(
    master: ExtendedPrivateKey,
    type: OutputType,
    internals: readonly boolean[],
  ): Promise<readonly DescriptorKeeper[]> {
    return addStandardDescriptors(this.state, master, type, internals);
  }

  rescan(options: RescanOptions): Promise<RescanResult> {
    return this.#follower.rescan(options);
  }

  /** Looks at all blocks since a time, in seconds since 1970; undefined where there are none. */
  rescanSince(
    timestamp: number,
    options: Pick<RescanOptions, 'signal' | 'onProgress'> = {},
  ): Promise<RescanResult | undefined> {
    return this.#follower.rescanSince(timestamp, options);
  }

  /** Makes addresses ahead: Core's `keypoolrefill`. */
  async refill(size?: number): Promise<void> {
    const { keys, doors } = this.state;
    const derived = await keys.deriveForRefill(doors.clock, size);
    await this.state.change((batch) => keys.refill(batch, size, derived));
  }

  get isEncrypted(): boolean {
    return this.state.keys.secrets.vault !== undefined;
  }

  /** When it locks itself, in seconds since 1970; 0 while it is locked. */
  get unlockedUntil(): number {
    return this.state.keys.secrets.vault?.unlockedUntil ?? 0;
  }

  /** Puts all secrets under a passphrase; with `freshSeed`, addresses come from a new seed, as in Core. */
  encrypt(passphrase: string, options: { readonly freshSeed?: boolean } = {}): Promise<void> {
    return encryptWallet(this.state, passphrase, options);
  }

  /** @throws `VaultError` `wrong-passphrase`, `bad-timeout`; {@link WalletError} `not-encrypted` */
  async unlock(passphrase: string, seconds: number): Promise<void> {
    await this.#vault().unlock(passphrase, seconds);
    await this.refill();
  }

  /** @throws {@link WalletError} `not-encrypted` */
  lock(): void {
    this.#vault().lock();
  }

  changePassphrase(old: string, passphrase: string): Promise<void> {
    return changeWalletPassphrase(this.state, this.#vault(), old, passphrase);
  }

  /** Writes all of it into one file, which only its owner may read. */
  backup(disk: Disk, path: string): Promise<void> {
    return this.state.queue.run(() => backupTo(this.state.store, disk, path));
  }

  async close(): Promise<void> {
    await this.#follower.detach();
    await this.#broadcaster.close();
    await this.state.close();
  }

  #keep(tx: Transaction, notes: TxNotes | undefined, batch: WriteBatch): WalletTx {
    for (const { prevout } of tx.inputs) this.state.lockedCoins.unlock(prevout, batch);
    return this.state.ledger.send(tx, {
      now: this.state.now,
      ...(notes !== undefined && { notes }),
    });
  }

  async #offer(walletTx: WalletTx): Promise<BroadcastVerdict> {
    if (!this.state.options.broadcasts) return { kind: 'unreachable' };
    const verdict = await this.#broadcaster.send(walletTx);
    // The pool tells of it, and the answer shall be true once it is given.
    await this.state.queue.idle();
    return verdict;
  }

  #vault(): NonNullable<WalletState['keys']['secrets']['vault']> {
    const { vault } = this.state.keys.secrets;
    if (vault !== undefined) return vault;
    throw new WalletError('not-encrypted', 'this wallet has no passphrase: encrypt it first');
  }

  #named(script: Uint8Array): NewAddress {
    const address = addressFromScript(script, this.state.options.chain.addressPrefixes);
    return { script, address: address ?? '' };
  }
}

function outputsOf({ coins }: Payment): readonly OwnCoin['output'][] {
  return coins.map(({ output }) => output);
}
