/** What somebody sees who follows their wallets: a line for each block, and for each payment that changes. */
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import { amountsOf } from '../../wallet/ledger/history.ts';
import type { WalletTx } from '../../wallet/ledger/wallet-tx.ts';
import type { SourceEvent } from '../../wallet/source/chain-source.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { Io } from '../io.ts';
import { type Paint, paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { oneLine } from '../quote.ts';
import { coinsText } from '../start/status-text.ts';
import { coinWords, exactCoins } from './amount-text.ts';
import { messageOf } from './history-rows.ts';
import { shortened } from './text-table.ts';
import { sumsOf } from './wallet-sums.ts';

const TXID_WIDTH = 13;
const CLOCK_START = 11;
const CLOCK_END = 19;

export class SyncView {
  readonly #io: Pick<Io, 'out' | 'clock'>;
  readonly #json: boolean;
  readonly #paint: Paint;
  readonly #params: ChainParams;
  /** What was told last of each payment, so that nothing is told twice. */
  readonly #told = new Map<string, WalletTx['state']['kind']>();

  constructor(io: Pick<Io, 'out' | 'clock'>, params: ChainParams, { json }: { json: boolean }) {
    this.#io = io;
    this.#json = json;
    this.#paint = paintFor(io.out);
    this.#params = params;
  }

  /** The wallets are where the chain is. */
  begin(wallets: readonly Wallet[]): void {
    for (const wallet of wallets) {
      for (const walletTx of wallet.state.ledger.all()) this.#note(wallet, walletTx);
      const sums = sumsOf(wallet, 1);
      const height = wallet.state.branch.tip?.height;
      if (this.#json) {
        this.#event('wallet', {
          wallet: wallet.name,
          height: height ?? null,
          confirmed: exactCoins(sums.confirmed),
          pending: exactCoins(sums.pending),
          immature: exactCoins(sums.immature),
        });
        continue;
      }
      const rest = [
        ...(sums.pending > 0n ? [`${coinsText(sums.pending)} pending`] : []),
        ...(sums.immature > 0n ? [`${coinsText(sums.immature)} immature`] : []),
      ];
      const place = height === undefined ? 'no block yet' : `block ${grouped(height)}`;
      const has = [coinWords(sums.confirmed), ...rest].join(', ');
      this.#line(`${this.#paint.bold(oneLine(wallet.name))}: ${has}, as of ${place}`);
    }
    if (!this.#json) {
      this.#io.out.write(this.#paint.dim(`Following ${this.#params.name}. Ctrl-C ends it.\n`));
    }
  }

  /** Something happened at the node. */
  node(event: SourceEvent): void {
    const { dim, yellow, green } = this.#paint;
    switch (event.kind) {
      case 'connected': {
        const { height, hash } = event.place;
        const id = toReversedHex(hash);
        if (this.#json) this.#event('block', { height, hash: id });
        else this.#line(dim(`block ${grouped(height)}  ${shortened(id, 2 * TXID_WIDTH)}`));
        return;
      }
      case 'disconnected': {
        const { height, hash } = event.place;
        if (this.#json) this.#event('blockGone', { height, hash: toReversedHex(hash) });
        else this.#line(yellow(`block ${grouped(height)} is no part of the chain any more`));
        return;
      }
      case 'reachable':
        if (this.#json) this.#event('reachable', {});
        else this.#line(green('the node is there'));
        return;
      case 'unreachable':
        this.waiting(event.error.message);
        return;
      default:
    }
  }

  /** There is no node. */
  waiting(reason: string): void {
    if (this.#json) this.#event('unreachable', { reason: oneLine(reason) });
    else this.#line(`${this.#paint.yellow('waiting for a node')}: ${oneLine(reason)}`);
  }

  /** A payment came, or stands elsewhere than before. */
  payment(wallet: Wallet, walletTx: WalletTx): void {
    const before = this.#note(wallet, walletTx);
    const { kind } = walletTx.state;
    if (before === kind) return;
    const { debit, credit } = amountsOf(wallet.state.ledger, walletTx);
    const txid = toReversedHex(walletTx.txid);
    const message = messageOf(walletTx);
    const rival = kind === 'pool' ? rivalOf(wallet, walletTx) : undefined;
    if (this.#json) {
      const state = kind === 'waiting' ? 'unsent' : kind;
      const change = exactCoins(credit - debit);
      const { name } = wallet;
      this.#event('payment', {
        ...{ wallet: name, txid, change, state },
        ...(rival && { insteadOf: toReversedHex(rival.txid) }),
        ...(message && { message }),
      });
      return;
    }
    const { bold, dim, green, yellow } = this.#paint;
    const change = credit - debit;
    const amount = `${change < 0n ? '-' : '+'}${coinsText(change < 0n ? -change : change)}`;
    const instead =
      rival === undefined ? '' : `, instead of ${shortened(toReversedHex(rival.txid), TXID_WIDTH)}`;
    const words = `${wordsOf(walletTx, before)}${instead}`;
    const colour = kind === 'confirmed' ? green : kind === 'pool' ? bold : yellow;
    const said = message === undefined ? '' : `  ${dim(`“${oneLine(message)}”`)}`;
    this.#line(
      `${oneLine(wallet.name)}  ${colour(amount)}  ${words}  ${dim(shortened(txid, TXID_WIDTH))}${said}`,
    );
  }

  /** What was told of it before. */
  #note(wallet: Wallet, { txid, state }: WalletTx): WalletTx['state']['kind'] | undefined {
    const key = `${wallet.name}/${toHex(txid)}`;
    const before = this.#told.get(key);
    this.#told.set(key, state.kind);
    return before;
  }

  #line(text: string): void {
    const time = new Date(this.#io.clock.now()).toISOString().slice(CLOCK_START, CLOCK_END);
    this.#io.out.write(`${this.#paint.dim(time)}  ${text}\n`);
  }

  #event(event: string, facts: JsonObject): void {
    const time = Math.floor(this.#io.clock.now() / 1000);
    this.#io.out.write(`${jsonText({ event, time, ...facts })}\n`);
  }
}

/** An earlier payment that spends the same coin: one of the two comes, and not both. */
function rivalOf({ state: { ledger } }: Wallet, { tx, order }: WalletTx): WalletTx | undefined {
  return tx.inputs
    .flatMap(({ prevout }) => ledger.spenders(prevout))
    .find(
      ({ state, order: at }) => at < order && (state.kind === 'pool' || state.kind === 'waiting'),
    );
}

function wordsOf(
  { state, isCoinbase, notes }: WalletTx,
  before: WalletTx['state']['kind'] | undefined,
): string {
  switch (state.kind) {
    case 'confirmed':
      return isCoinbase
        ? `mined in block ${grouped(state.height)}`
        : `confirmed in block ${grouped(state.height)}`;
    case 'pool':
      return 'waits for a block';
    case 'waiting':
      return before === 'confirmed'
        ? 'is in no block any more; it is sent again'
        : 'no node has it yet; it is sent again';
    case 'abandoned':
      return 'given up';
    case 'conflicted':
      return notes.replacedBy === undefined
        ? 'will never come: another payment took its place'
        : 'replaced by one with a higher fee';
  }
}
