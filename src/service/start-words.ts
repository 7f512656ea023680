import type { WalletError } from '../wallet/wallet-error.ts';

const VERIFICATION = 'Wallet file verification failed. ';

/** What Bitcoin Core says at the start is what its RPC says, without the first sentence. */
export function startWords({ coreWords }: WalletError): string {
  return coreWords.startsWith(VERIFICATION) ? coreWords.slice(VERIFICATION.length) : coreWords;
}
