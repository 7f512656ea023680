import { nullData } from '../../protocol/script/templates.ts';
import { PaymentError } from './payment-error.ts';
import type { Recipient } from './payment-request.ts';

/** Core's `-datacarriersize`: the script, its opcodes included. */
const MAX_DATA_SCRIPT = 83;

/**
 * An output that says something and pays nobody: OP_RETURN and the text in UTF-8, or the bytes.
 *
 * @example
 * messageOutput('for the coffee') // { script: [OP_RETURN, 14, …], amount: 0n }
 * @throws {@link PaymentError} `message-too-long`: nodes relay no more than 80 bytes.
 */
export function messageOutput(
  message: string | Uint8Array,
  maxScriptSize = MAX_DATA_SCRIPT,
): Recipient {
  const data = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  const script = nullData(data);
  if (script.length > maxScriptSize) {
    const room = maxScriptSize - (script.length - data.length);
    throw new PaymentError('message-too-long', {
      message: `a message of ${data.length} bytes is too long: nodes relay ${room} at most`,
    });
  }
  return { script, amount: 0n };
}
