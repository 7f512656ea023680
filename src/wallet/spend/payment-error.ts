import { CodedError } from '../../protocol/bytes/coded-error.ts';

/** Why there is no such payment, and what Bitcoin Core says to whoever asks it for one. */
const CORE_WORDS = {
  'no-recipients': 'Transaction must have at least one recipient',
  'negative-amount': 'Transaction amounts must not be negative',
  'dust-output': 'Transaction amount too small',
  /** The coins at hand are worth less than what is paid, with its fee. */
  'insufficient-funds': 'Insufficient funds',
  /** Only coins that were named may be spent, and they are worth less than that. */
  'preselected-short':
    'The preselected coins total amount does not cover the transaction target. Please allow other inputs to be automatically selected or include more coins manually',
  'nothing-to-pay':
    'Transaction requires one destination of non-0 value, a non-0 feerate, or a pre-selected input',
  'bad-max-weight': 'Maximum transaction weight must be between 260 and 400000',
  'outputs-too-heavy': 'Maximum transaction weight is less than transaction weight without inputs',
  'no-room-for-change': 'Maximum transaction weight is too low, can not accommodate change output',
  /** The coins are worth enough, but so many of them are needed that they are too heavy. */
  'inputs-too-heavy':
    "The inputs size exceeds the maximum weight. Please try sending a smaller amount or manually consolidating your wallet's UTXOs",
  'combination-too-heavy':
    "The combination of the pre-selected inputs and the wallet automatic inputs selection exceeds the transaction maximum weight. Please try sending a smaller amount or manually consolidating your wallet's UTXOs",
  'bad-change-position': 'Transaction change output index out of range',
  'no-change-script': "Transaction needs a change address, but we can't generate it.",
  'amount-below-fee': 'The transaction amount is too small to pay the fee',
  'dust-after-fee': 'The transaction amount is too small to send after the fee has been deducted',
  'too-large': 'Transaction too large',
  /** Shorter than what nodes relay (CVE-2017-12842). */
  'too-small': 'tx-size-small',
  'fee-too-high': 'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
  /** Nobody can tell how large an input will be that spends by this descriptor. */
  'unknown-size': 'Missing solving data for estimating transaction size',
  /** `coreWords` are made up with the figures. */
  'fee-rate-too-low': 'Fee rate is lower than the minimum fee rate setting',
  /** Coins would suffice that wait with so many others for a block that no node takes what spends them. */
  'chain-too-long':
    'Unconfirmed UTXOs are available, but spending them creates a chain of transactions that will be rejected by the mempool',
  'message-too-long': 'scriptpubkey',
  'sweep-without-rest': 'Must provide at least one address without a specified amount',
  'sweep-worthless':
    "Total value of UTXO pool too low to pay for transaction. Try using lower feerate or excluding uneconomic UTXOs with 'send_max' option.",
  'sweep-below-fee': 'Insufficient funds for fees after creating specified outputs.',
  'sweep-short': 'Assigned more value to outputs than available funds.',
  'sweep-dust': 'Dynamically assigned remainder results in dust output.',
  /** `coreWords` are made up with the figures. */
  'bump-below-pool-minimum':
    'New fee rate is lower than the minimum fee rate to get into the mempool',
  'bump-below-increment': 'Insufficient total fee',
  'bump-too-high': 'Specified or calculated fee is too high',
  'not-replaceable': 'Transaction is not BIP 125 replaceable',
} as const;

export type PaymentErrorCode = keyof typeof CORE_WORDS;

/** What was missing, in satoshis: set with `insufficient-funds` and `preselected-short`. */
export interface Shortage {
  /** What is paid, with the fees of everything but further inputs. */
  readonly needed: bigint;
  /** What the coins at hand add to it: their values, less the fees for spending them. */
  readonly available: bigint;
}

interface PaymentErrorOptions {
  /** The line for people, where there is more to tell than Core does. */
  readonly message?: string;
  /** Core's words, where they have figures in them. */
  readonly coreWords?: string;
  readonly shortage?: Shortage;
}

/** A payment that cannot be made. `coreWords` are what Bitcoin Core's RPC answers. */
export class PaymentError extends CodedError {
  override readonly name = 'PaymentError';
  readonly code: PaymentErrorCode;
  readonly coreWords: string;
  readonly shortage: Shortage | undefined;

  constructor(code: PaymentErrorCode, options: PaymentErrorOptions = {}) {
    const coreWords = options.coreWords ?? CORE_WORDS[code];
    super(options.message ?? coreWords);
    this.code = code;
    this.coreWords = coreWords;
    this.shortage = options.shortage;
  }
}
