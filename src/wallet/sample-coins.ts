import { drawBelow } from '../outside/entropy/draw.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import { createPayment } from './spend/create-payment.ts';
import { PaymentError } from './spend/payment-error.ts';
import type { Payment, PaymentRequest } from './spend/payment-request.ts';

/** A search among more coins than these finds nothing better, and takes longer than it takes to pay. */
const MOST_COINS = 4_000;

/**
 * Makes a payment out of some of very many coins, drawn at random; out of all of them where those do not
 * suffice, or where coins of one address are to be spent together.
 *
 * @throws `PaymentError`
 */
export function createPaymentOfMany(request: PaymentRequest, entropy: Entropy): Payment {
  const { coins, avoidPartialSpends = false } = request;
  if (coins.length <= MOST_COINS || avoidPartialSpends) return createPayment(request, entropy);
  try {
    return createPayment({ ...request, coins: drawSome(coins, MOST_COINS, entropy) }, entropy);
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    return createPayment(request, entropy);
  }
}

/** So many of these values, each as likely as any other. */
function drawSome<T>(values: readonly T[], count: number, entropy: Entropy): readonly T[] {
  const drawn = [...values];
  for (let i = 0; i < count; i++) {
    const j = i + drawBelow(entropy, drawn.length - i);
    const moved = drawn[i] as T;
    drawn[i] = drawn[j] as T;
    drawn[j] = moved;
  }
  drawn.length = count;
  return drawn;
}
