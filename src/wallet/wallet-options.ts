import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { OutputType } from '../protocol/script/descriptor/output-type.ts';
import { DEFAULT_LOOK_AHEAD } from './keys/wallet-keys.ts';
import { DEFAULT_RATES, type PaymentRates } from './spend/coin-input.ts';
import { DEFAULT_SCRYPT, type ScryptParameters } from './vault/passphrase-key.ts';

/** How a wallet behaves: nothing that is kept in its file. Rates are satoshis for 1,000 virtual bytes. */
export interface WalletOptions {
  readonly chain: ChainParams;
  /** `-keypool` */
  readonly lookAhead: number;
  /** `-addresstype` */
  readonly addressType: OutputType;
  /** `-changetype`; by default, what suits the payment. */
  readonly changeType?: OutputType | undefined;
  /** `-spendzeroconfchange` */
  readonly spendsPendingChange: boolean;
  /** `-avoidpartialspends` */
  readonly avoidsPartialSpends: boolean;
  /** `-maxapsfee`: coins of an address are spent together if that costs no more; undefined for never. */
  readonly maxGroupingFee: bigint | undefined;
  /** `-walletrbf` */
  readonly replaceable: boolean;
  /** `-txconfirmtarget` */
  readonly confirmTarget: number;
  /** `-paytxfee`; 0 for none. */
  readonly payFeeRate: bigint;
  /** `-fallbackfee`; 0 for none: then a payment needs an estimate, or a rate of its own. */
  readonly fallbackFeeRate: bigint;
  /** `-mintxfee` */
  readonly minFeeRate: bigint;
  /** `-maxtxfee`, in satoshis. */
  readonly maxFee: bigint;
  readonly rates: Omit<PaymentRates, 'feeRate'>;
  /** `-walletbroadcast` */
  readonly broadcasts: boolean;
  readonly scrypt: ScryptParameters;
}

/**
 * Bitcoin Core's defaults.
 *
 * @example
 * { ...DEFAULT_WALLET_OPTIONS, chain: regtest, fallbackFeeRate: 20_000n }
 */
export const DEFAULT_WALLET_OPTIONS: Omit<WalletOptions, 'chain'> = {
  lookAhead: DEFAULT_LOOK_AHEAD,
  addressType: 'bech32',
  spendsPendingChange: true,
  avoidsPartialSpends: false,
  maxGroupingFee: 0n,
  replaceable: true,
  confirmTarget: 6,
  payFeeRate: 0n,
  fallbackFeeRate: 0n,
  minFeeRate: 1_000n,
  maxFee: 10_000_000n,
  rates: DEFAULT_RATES,
  broadcasts: true,
  scrypt: DEFAULT_SCRYPT,
};
