/** What those who live in a town do with their wallets, and what happens to them. All by chance. */
import type { Node } from '../../../src/node/node.ts';
import { drawBelow, drawChance, drawUnit, pick } from '../../../src/outside/entropy/draw.ts';
import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { CodedError } from '../../../src/protocol/bytes/coded-error.ts';
import { equalBytes } from '../../../src/protocol/bytes/compare.ts';
import type { OutputType } from '../../../src/protocol/script/descriptor/output-type.ts';
import { NodeSource } from '../../../src/wallet/source/node-source.ts';
import type { Recipient } from '../../../src/wallet/spend/payment-request.ts';
import type { Wallet } from '../../../src/wallet/wallet.ts';
import type { MadePayment, Register } from './register.ts';
import type { Resident } from './resident.ts';
import type { Town } from './town.ts';

const KINDS: readonly OutputType[] = ['bech32', 'bech32m', 'p2sh-segwit', 'legacy'];
const LEAST_AMOUNT = 20_000;
const HIGHEST_RATE = 50_000;
const LEAST_RATE = 1_000;
/** One payment after the other out of change that nobody has confirmed: more than a node takes. */
const LONGEST_CHAIN = 30;
const DEEPEST = 9;

/** A refusal is an answer as well: nothing was paid then. */
const REFUSALS: ReadonlySet<string> = new Set([
  'insufficient-funds',
  'fee-too-high',
  'too-large',
  'already-spent',
  'has-descendants',
  'already-bumped',
  'not-abandonable',
  'bump-below-increment',
  'bump-below-pool-minimum',
  'amount-below-fee',
]);

export class Deeds {
  readonly #town: Town;
  readonly #register: Register;
  readonly #draws: SeededEntropy;
  /** How often each was done. */
  readonly counts: Record<string, number> = {};

  constructor(town: Town, register: Register) {
    this.#town = town;
    this.#register = register;
    this.#draws = town.entropy.fork('deeds');
  }

  /** Somebody does something. */
  async next(): Promise<void> {
    const shares: readonly (readonly [number, () => Promise<void>])[] = [
      [55, () => this.#payOnce()],
      [2, () => this.#payInARow()],
      [9, () => this.#bump()],
      [3, () => this.#thinkBetter()],
      [12, () => this.#mine()],
      [3, () => this.#outdo()],
      [5, () => this.#reopen()],
      [3, () => this.#move()],
      [2, () => this.#restartNode()],
      [3, () => this.#divideOrHeal()],
      [this.#town.isDivided ? 8 : 0, () => this.#spendTwice()],
    ];
    let left = drawBelow(
      this.#draws,
      shares.reduce((sum, [share]) => sum + share, 0),
    );
    for (const [share, deed] of shares) {
      left -= share;
      if (left < 0) return deed();
    }
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #anybody(): Resident {
    return pick(this.#draws, this.#town.residents) as Resident;
  }

  #anyNode(): Node {
    return pick(this.#draws, this.#town.nodes) as Node;
  }

  async #payOnce(): Promise<void> {
    await this.#pay(this.#anybody());
  }

  async #payInARow(): Promise<void> {
    const payer = this.#anybody();
    this.#count('chains of payments');
    for (let i = 2 + drawBelow(this.#draws, LONGEST_CHAIN); i > 0; i--) {
      if ((await this.#pay(payer, 200)) === undefined) return;
    }
  }

  /** To one, two or three others. Answers with nothing if it was refused. */
  async #pay(payer: Resident, part = 6): Promise<MadePayment | undefined> {
    const draws = this.#draws;
    const { trusted, waiting } = payer.wallet.balances();
    const most = Number((trusted + waiting) / BigInt(part));
    const recipients: Recipient[] = [];
    for (let i = drawChance(draws, 0.2) ? 3 : 1; i > 0; i--) {
      const amount = BigInt(LEAST_AMOUNT + Math.floor(drawUnit(draws) * most));
      recipients.push({ script: await this.#newScript(this.#anybody()), amount });
    }
    const wishes = { feeRate: this.#feeRate() };
    const sent = await this.#refusable('payments', () =>
      this.#unlocked(payer, (wallet) => wallet.send(recipients, wishes)),
    );
    if (sent === undefined) return undefined;
    this.#count(payer.isOnline ? `told: ${sent.verdict.kind}` : 'payments without a node');
    return this.#register.add(payer, sent.walletTx, recipients);
  }

  /** Of an address that nobody has had before. */
  async #newScript({ wallet }: Resident): Promise<Uint8Array> {
    const type = pick(this.#draws, KINDS) as OutputType;
    return (await this.#town.settle(wallet.newAddress({ type, label: 'paid' }))).script;
  }

  #feeRate(): bigint {
    return BigInt(LEAST_RATE + drawBelow(this.#draws, HIGHEST_RATE));
  }

  /** A higher fee for a payment that waits. */
  async #bump(): Promise<void> {
    const payment = this.#waiting(() => true);
    const last = payment?.transactions.at(-1);
    if (payment === undefined || last === undefined) return;
    const { payer } = payment;
    const wishes = drawChance(this.#draws, 0.5) ? { feeRate: this.#feeRate() * 3n } : {};
    const bumped = await this.#refusable('bumps', () =>
      this.#unlocked(payer, (wallet) => wallet.bump(last.txid, wishes)),
    );
    if (bumped !== undefined) this.#register.addTransaction(payment, bumped.walletTx);
  }

  /** Pays while there is no node, and gives the payment up before there is one. */
  async #thinkBetter(): Promise<void> {
    const payer = this.#anybody();
    await this.#town.settle(payer.wallet.detach());
    const payment = await this.#pay(payer);
    const [made] = payment?.transactions ?? [];
    if (payment !== undefined && made !== undefined) {
      await this.#town.settle(payer.wallet.abandon(made.txid));
      payment.isAbandoned = true;
      this.#count('payments given up');
    }
    await this.#town.goOnline(payer);
  }

  async #mine(): Promise<void> {
    this.#count('blocks');
    await this.#town.mine(this.#anyNode(), this.#anybody());
  }

  async #outdo(): Promise<void> {
    this.#count('blocks outdone at once');
    const depth = 1 + drawBelow(this.#draws, DEEPEST);
    await this.#town.outdo(this.#anyNode(), depth, this.#anybody());
  }

  async #reopen(): Promise<void> {
    const resident = this.#anybody();
    const hasPower = drawChance(this.#draws, 0.5);
    this.#count(hasPower ? 'wallets restarted' : 'wallets without power');
    await this.#town.settle(hasPower ? resident.restart() : resident.crash());
    if (drawChance(this.#draws, 0.7)) await this.#town.goOnline(resident);
  }

  /** To another node, or from none to one. */
  async #move(): Promise<void> {
    const resident = this.#anybody();
    this.#count('wallets moved');
    await this.#town.settle(resident.wallet.detach());
    resident.home = drawBelow(this.#draws, this.#town.nodeCount);
    await this.#town.goOnline(resident);
  }

  async #restartNode(): Promise<void> {
    const number = drawBelow(this.#draws, this.#town.nodeCount);
    this.#count('nodes restarted');
    await this.#town.stopNode(number);
    for (let i = drawBelow(this.#draws, 6); i > 0; i--) {
      await this.#payOnce();
      await this.#town.pass(1000);
    }
    await this.#town.startNode(number);
  }

  async #divideOrHeal(): Promise<void> {
    if (!this.#town.isDivided) {
      this.#count('times divided');
      this.#town.divide(drawBelow(this.#draws, this.#town.nodeCount));
      return;
    }
    await this.reunite();
  }

  /** The longest branch wins, and somebody's chance decides which that is. */
  async reunite(): Promise<void> {
    const node = this.#anyNode();
    const highest = Math.max(...this.#town.nodes.map(({ chain }) => chain.tip.height));
    while (node.chain.tip.height <= highest) await this.#town.mine(node, this.#anybody());
    this.#town.heal();
    if (!(await this.#town.comeToAgree())) throw new Error('the nodes do not come to agree');
  }

  /** The words of a wallet pay from the other side of the cut what the wallet itself has paid out. */
  async #spendTwice(): Promise<void> {
    const payment = this.#waiting(({ isDoubleSpend, payer }) => !isDoubleSpend && payer.isOnline);
    const [made] = payment?.transactions ?? [];
    const node = this.#anyNode();
    if (payment === undefined || made === undefined) return;
    const { payer } = payment;
    const twin = await this.#town.settle(payer.twin());
    await this.#town.settle(twin.attach(new NodeSource(node)));
    const coin = twin
      .coins()
      .find(({ walletTx, vout, depth }) =>
        made.tx.inputs.some(
          ({ prevout }) =>
            depth > 0 && prevout.vout === vout && equalBytes(prevout.txid, walletTx.txid),
        ),
      );
    const spendable = coin && twin.payer.asSpendable(coin);
    if (spendable !== undefined) {
      const amount = spendable.output.value / 2n;
      const recipients = [{ script: await this.#newScript(this.#anybody()), amount }];
      const wishes = { feeRate: this.#feeRate(), required: [spendable] };
      const sent = await this.#refusable('double spends', () =>
        this.#town.settle(twin.send(recipients, wishes)),
      );
      if (sent?.verdict.kind === 'accepted') {
        this.#register.add(payer, sent.walletTx, recipients, true);
      }
    }
    await this.#town.settle(twin.close());
  }

  /** One of the payments that no block has yet. */
  #waiting(isFit: (payment: MadePayment) => boolean): MadePayment | undefined {
    const fit = this.#register.payments.filter((payment) => {
      const last = payment.transactions.at(-1);
      const kind = last && payment.payer.wallet.state.ledger.get(last.txid)?.state.kind;
      return (kind === 'pool' || kind === 'waiting') && !payment.isAbandoned && isFit(payment);
    });
    return pick(this.#draws, fit);
  }

  /** With a wallet that has been unlocked, if it was not. */
  async #unlocked<T>(resident: Resident, task: (wallet: Wallet) => Promise<T>): Promise<T> {
    try {
      return await this.#town.settle(task(resident.wallet));
    } catch (error) {
      if (!(error instanceof CodedError && error.code === 'locked')) throw error;
      this.#count('refused: locked');
      await resident.unlock();
      return await this.#town.settle(task(resident.wallet));
    }
  }

  async #refusable<T>(what: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await task();
      this.#count(what);
      return answer;
    } catch (error) {
      if (!(error instanceof CodedError && REFUSALS.has(error.code))) throw error;
      this.#count(`refused: ${error.code}`);
      return undefined;
    }
  }
}
