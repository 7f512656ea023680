/** The payment that somebody means who types the beginning of its txid. */
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { WalletTx } from '../../wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import type { Io } from '../io.ts';
import { grouped } from '../plain-words.ts';
import { oneLine, quote } from '../quote.ts';
import { UsageError } from '../usage-error.ts';
import type { WalletSession } from './wallet-session.ts';

const LEAST_DIGITS = 4;
const SHOWN_DIGITS = 16;

/** What may be the beginning of a txid. @throws UsageError */
export function parseTxidStart(text: string): string {
  const typed = text.toLowerCase();
  if (/^[0-9a-f]{4,64}$/.test(typed)) return typed;
  const message = `TXID is ${quote(text)}; allowed are at least ${LEAST_DIGITS} of the 64 hexadecimal digits it begins with`;
  throw new UsageError('bad-value', message);
}

/** The one payment whose txid begins so. @throws CommandError `no-payment` */
export function findPayment(
  start: string,
  wallet: Wallet,
  { named }: Pick<WalletSession, 'named'>,
  { command }: Pick<Io, 'command'>,
): WalletTx {
  const found = [...wallet.state.ledger.all()].filter(({ txid }) =>
    toReversedHex(txid).startsWith(start),
  );
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  const name = oneLine(wallet.name);
  throw new CommandError(
    'no-payment',
    only === undefined
      ? `the wallet ${name} has no payment ${start}; see ${command} wallet history${named}`
      : `${found.length} payments of the wallet ${name} begin with ${start}: type more of it`,
  );
}

/**
 * Refuses what nobody can change any more, before a passphrase is asked for.
 *
 * @throws CommandError `no-payment`
 */
export function checkWaits({ txid, state, notes }: WalletTx): void {
  const shown = shownTxid(txid);
  const refuse = (words: string): CommandError => new CommandError('no-payment', words);
  if (state.kind === 'confirmed') {
    throw refuse(
      `the payment ${shown} is confirmed, in block ${grouped(state.height)}: it stands as it is`,
    );
  }
  if (notes.replacedBy !== undefined) {
    throw refuse(
      `the payment ${shown} was replaced already: ${shownTxid(notes.replacedBy)} took its place`,
    );
  }
  if (state.kind === 'abandoned') throw refuse(`the payment ${shown} was given up already`);
  if (state.kind === 'conflicted') {
    throw refuse(`the payment ${shown} will never come: another one spends the same coins`);
  }
}

/** As much of a txid as tells it from all others. */
export function shownTxid(txid: Uint8Array): string {
  return toReversedHex(txid).slice(0, SHOWN_DIGITS);
}
