import { type Clock, sleep } from '../../outside/clock/clock.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { isFromWallet } from '../../wallet/ledger/history.ts';
import type { WalletTx } from '../../wallet/ledger/wallet-tx.ts';
import type { BroadcastVerdict } from '../../wallet/source/chain-source.ts';
import { messageOutput } from '../../wallet/spend/message-output.ts';
import { PaymentError } from '../../wallet/spend/payment-error.ts';
import type { Recipient } from '../../wallet/spend/payment-request.ts';
import type { SentPayment, Wallet } from '../../wallet/wallet.ts';
import { WalletError } from '../../wallet/wallet-error.ts';
import { TrafficParty } from './traffic-party.ts';
import { cutAmount, type TrafficStep, trafficStep } from './traffic-plan.ts';

export interface TrafficOptions {
  /** Payments a second, on average. */
  readonly rate: number;
  /** The same one makes the same choices, as far as the coins are the same. */
  readonly seed: string;
}

/** What has come of the traffic so far. */
export interface TrafficTotals {
  /** Payments, without those that replaced one. */
  readonly sent: number;
  readonly waiting: number;
  readonly confirmed: number;
  readonly bumped: number;
  /** What nodes did not want when it was sent; it is sent again. */
  readonly refused: number;
  /** In satoshis, without change and fees. */
  readonly amount: bigint;
  readonly fees: bigint;
}

export type TrafficEvent =
  | {
      readonly kind: 'payment';
      readonly txid: Txid;
      readonly from: string;
      readonly to: readonly string[];
      readonly amount: bigint;
      readonly fee: bigint;
      readonly message: string | undefined;
      readonly verdict: BroadcastVerdict;
    }
  | {
      readonly kind: 'bump';
      readonly txid: Txid;
      readonly replaces: Txid;
      readonly from: string;
      readonly oldFee: bigint;
      readonly fee: bigint;
    }
  /** No wallet can pay now: `coins` waits for blocks, `immature` were mined lately, `none` has nothing. */
  | { readonly kind: 'short'; readonly reason: 'coins' | 'immature' | 'none' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'resumed' };

type Listener = (event: TrafficEvent) => void;

/** Below that, a part would not be worth its fee. */
const LEAST_PART = 10_000n;
/** What a payer must have: a part, and fees at the highest rate. */
const LEAST_FUNDS = 50_000n;
/** With fewer coins, payments have many parts: one coin can be spent once in a block or two. */
const FEW_COINS = 25;
/**
 * Nodes take no chains of more than 25 that wait. So many payments of a wallet may build on each other;
 * then only confirmed coins are spent.
 */
const LONGEST_CHAIN = 20;
const RETRY_MS = 500;
/** What was missed while a wallet was slow is not made up for beyond that. */
const MOST_OWED_MS = 1_000;

/** A payment, whichever of its versions a block takes. */
interface Tracked {
  readonly confirmedAs: Set<string>;
}

/**
 * Random payments between wallets, for chains where coins are worth nothing. It never has more than one under
 * way, and ends between two of them.
 *
 * @example
 * const traffic = new Traffic([alice, bob], { rate: 5, seed: 'friday' }, clock);
 * traffic.on((event) => …);
 * await traffic.run(signal);
 */
export class Traffic {
  readonly #parties: readonly TrafficParty[];
  readonly #options: TrafficOptions;
  readonly #clock: Clock;
  readonly #stops: readonly (() => void)[];
  readonly #listeners = new Set<Listener>();
  readonly #tracked = new Map<string, Tracked>();
  #totals = { sent: 0, confirmed: 0, bumped: 0, refused: 0, amount: 0n, fees: 0n };
  readonly #toldShort = new Set<string>();
  #isAlone = false;

  constructor(wallets: readonly Wallet[], options: TrafficOptions, clock: Clock) {
    this.#parties = wallets.map((wallet) => new TrafficParty(wallet));
    this.#options = options;
    this.#clock = clock;
    this.#stops = this.#parties.map((party) =>
      party.wallet.on((walletTx) => this.#see(party, walletTx)),
    );
  }

  get totals(): TrafficTotals {
    return { ...this.#totals, waiting: this.#totals.sent - this.#totals.confirmed };
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on until the signal fires. @throws what keeps a wallet from paying for good */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#steps(signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    }
  }

  /** Takes no more notice of what becomes of the payments. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #steps(signal: AbortSignal): Promise<void> {
    const { rate, seed } = this.#options;
    const wallets = this.#parties.length;
    let due = this.#clock.monotonic();
    for (let number = 0; ; number++) {
      const step = trafficStep(seed, number, { rate, wallets });
      due = Math.max(due, this.#clock.monotonic() - MOST_OWED_MS) + step.afterMs;
      await sleep(this.#clock, Math.max(0, due - this.#clock.monotonic()), signal);
      while (!(await this.#take(step))) await sleep(this.#clock, RETRY_MS, signal);
    }
  }

  /** Whether the step was taken; otherwise it is tried again, when a block has come or a node. */
  async #take(step: TrafficStep): Promise<boolean> {
    if (this.#parties.some(({ wallet }) => wallet.source?.isReachable !== true)) {
      if (!this.#isAlone) this.#tell({ kind: 'unreachable' });
      this.#isAlone = true;
      return false;
    }
    if (this.#isAlone) this.#tell({ kind: 'resumed' });
    this.#isAlone = false;
    if (step.bumps && (await this.#bump(step))) return true;
    for (const position of step.payers) {
      if (await this.#pay(this.#parties[position] as TrafficParty, step)) return true;
    }
    const reason = this.#shortage();
    // It happens again and again on a busy chain, and is no news then.
    if (!this.#toldShort.has(reason)) this.#tell({ kind: 'short', reason });
    this.#toldShort.add(reason);
    return false;
  }

  async #pay(payer: TrafficParty, step: TrafficStep): Promise<boolean> {
    const minDepth = payer.waiting.size < LONGEST_CHAIN ? 0 : 1;
    const { wallet } = payer;
    const coins = wallet.payer.spendable({ isReachable: true, minDepth });
    const funds = coins.reduce((sum, { output }) => sum + output.value, 0n);
    if (funds < LEAST_FUNDS) return false;
    const amount = largest(LEAST_PART, (funds * BigInt(Math.round(step.share * 1e6))) / 1_000_000n);
    const parts = coins.length < FEW_COINS ? step.parts : step.parts.slice(0, 1);
    const cut = cutAmount(
      amount,
      parts.map(({ weight }) => weight),
      LEAST_PART,
    );
    const payees = cut.map((_, i) => this.#payeeOf(payer, parts[i]?.payee ?? 0));
    const recipients: Recipient[] = [];
    for (const [i, part] of cut.entries()) {
      recipients.push({
        script: await (payees[i] as TrafficParty).script(step.share + i),
        amount: part,
      });
    }
    if (step.message !== undefined) recipients.push(messageOutput(step.message));
    const sent = await this.#send(wallet, recipients, { step, minDepth });
    if (sent === undefined) return false;
    this.#track(payer, sent, undefined);
    const { walletTx, payment, verdict } = sent;
    this.#totals.sent++;
    this.#totals.amount += amount;
    this.#totals.fees += payment.fee;
    if (verdict.kind === 'rejected') this.#totals.refused++;
    const to = [...new Set(payees.map((payee) => payee.wallet.name))];
    const { message } = step;
    const what = { from: wallet.name, to, amount, fee: payment.fee, message, verdict };
    this.#tell({ kind: 'payment', txid: walletTx.txid, ...what });
    return true;
  }

  /** Undefined where the wallet could not afford it after all. */
  async #send(
    wallet: Wallet,
    recipients: readonly Recipient[],
    { step, minDepth }: { readonly step: TrafficStep; readonly minDepth: number },
  ): Promise<SentPayment | undefined> {
    const least = (await wallet.payer.facts({})).terms.minFeeRate;
    const feeRate = (least * BigInt(Math.round(step.feeFactor * 1_000))) / 1_000n;
    try {
      return await wallet.send(recipients, { feeRate, minDepth, replaceable: true });
    } catch (error) {
      if (error instanceof PaymentError) return undefined;
      throw error;
    }
  }

  /** Raises the fee of a payment that waits; false where there is none, or its change is spent. */
  async #bump({ bumped }: TrafficStep): Promise<boolean> {
    const waiting = this.#parties.flatMap((payer) =>
      [...payer.waiting].flatMap(([id, walletTx]) =>
        this.#tracked.has(id) ? [{ payer, walletTx }] : [],
      ),
    );
    const found = waiting[Math.floor(bumped * waiting.length)];
    if (found === undefined) return false;
    const { payer, walletTx } = found;
    const replaces = walletTx.txid;
    try {
      const sent = await payer.wallet.bump(replaces);
      this.#track(payer, sent, this.#tracked.get(toReversedHex(replaces)));
      const { fee } = sent.payment;
      this.#totals.bumped++;
      this.#totals.fees += fee - sent.oldFee;
      const what = { from: payer.wallet.name, oldFee: sent.oldFee, fee };
      this.#tell({ kind: 'bump', txid: sent.walletTx.txid, replaces, ...what });
      return true;
    } catch (error) {
      if (error instanceof PaymentError || error instanceof WalletError) return false;
      throw error;
    }
  }

  /** Somebody else, where there is anybody. */
  #payeeOf(payer: TrafficParty, draw: number): TrafficParty {
    const others = this.#parties.filter((each) => each !== payer);
    return others[Math.floor(draw * others.length)] ?? payer;
  }

  #shortage(): 'coins' | 'immature' | 'none' {
    const balances = this.#parties.map(({ wallet }) => wallet.balances());
    const has = (amountOf: (each: (typeof balances)[number]) => bigint): boolean =>
      balances.some((each) => amountOf(each) > 0n);
    if (has((each) => each.trusted + each.untrustedPending + each.waiting)) return 'coins';
    return has((each) => each.immature) ? 'immature' : 'none';
  }

  #track(payer: TrafficParty, { walletTx }: SentPayment, earlier: Tracked | undefined): void {
    const tracked = earlier ?? { confirmedAs: new Set() };
    this.#tracked.set(toReversedHex(walletTx.txid), tracked);
    this.#see(payer, walletTx);
  }

  #see(party: TrafficParty, walletTx: WalletTx): void {
    party.see(walletTx);
    const id = toReversedHex(walletTx.txid);
    const tracked = this.#tracked.get(id);
    // Those who are paid tell of the same payment.
    if (tracked === undefined || !isFromWallet(party.wallet.state.ledger, walletTx)) return;
    const { confirmedAs } = tracked;
    const before = confirmedAs.size > 0;
    if (walletTx.state.kind === 'confirmed') confirmedAs.add(id);
    else confirmedAs.delete(id);
    const after = confirmedAs.size > 0;
    if (after !== before) this.#totals.confirmed += after ? 1 : -1;
  }

  #tell(event: TrafficEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
