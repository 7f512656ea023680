/**
 * A request for a payment as a link (BIP21): `bitcoin:ADDRESS?amount=…&label=…&message=…`. The scheme is
 * `bitcoin` on all chains: the address tells which one is meant.
 */
import { amountText } from '../../protocol/report/json-text.ts';

export interface PaymentRequestText {
  readonly address: string;
  /** In satoshis. */
  readonly amount?: bigint | undefined;
  /** Who is paid. */
  readonly label?: string | undefined;
  /** What for. */
  readonly message?: string | undefined;
}

/**
 * @example
 * paymentUri({ address: 'yard1q…', amount: 150_000_000n, label: 'Ada & sons' })
 * // 'bitcoin:yard1q…?amount=1.5&label=Ada%20%26%20sons'
 */
export function paymentUri({ address, amount, label, message }: PaymentRequestText): string {
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ['amount', amount === undefined ? undefined : shortAmount(amount)],
    ['label', label],
    ['message', message],
  ];
  const query = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `bitcoin:${address}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/**
 * The same in capitals, if that says the same: a QR code of them is smaller. Only Bech32 is the same in
 * both (BIP173 wants capitals here); Base58 and names are not.
 *
 * @example
 * compactUri('bitcoin:bc1q…') // 'BITCOIN:BC1Q…'
 */
export function compactUri(uri: string): string {
  return /^(bitcoin:)?[a-z]+1[02-9ac-hj-np-z]+$/.test(uri) ? uri.toUpperCase() : uri;
}

/** BIP21 wants a decimal number, and people no zeros behind it. */
function shortAmount(amount: bigint): string {
  return amountText(amount).replace(/\.?0+$/, '');
}
