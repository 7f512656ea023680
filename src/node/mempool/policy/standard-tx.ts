import {
  strippedTxSize,
  type Transaction,
  type TxIn,
  type TxOut,
  txWeight,
} from '../../../protocol/primitives/transaction.ts';
import { isPushOnly } from '../../../protocol/script/parse-script.ts';
import { type ScriptTemplate, solveScript } from '../../../protocol/script/templates.ts';
import type { MempoolOptions } from '../mempool-options.ts';
import { isDust } from './dust.ts';
import {
  MAX_STANDARD_BARE_MULTISIG_KEYS,
  MAX_STANDARD_SCRIPTSIG_SIZE,
  MAX_STANDARD_TX_VERSION,
  MAX_STANDARD_TX_WEIGHT,
  MIN_STANDARD_TX_NONWITNESS_SIZE,
  MIN_STANDARD_TX_VERSION,
} from './limits.ts';
import { PolicyError } from './policy-error.ts';

/** What of the options decides whether a transaction is standard. */
export type StandardnessOptions = Pick<
  MempoolOptions,
  'dustFeeRate' | 'maxDataCarrierBytes' | 'permitBareMultisig'
>;

/**
 * Whether a transaction has one of the forms that are relayed: Bitcoin Core's `IsStandardTx`. Asks
 * nothing but the transaction itself. Whoever accepts what is not standard does not call it.
 *
 * @example
 * checkStandardTx(tx, DEFAULT_MEMPOOL_OPTIONS) // nothing, or throws a PolicyError such as `dust`
 *
 * @throws {@link PolicyError} `version`, `tx-size`, `scriptsig-size`, `scriptsig-not-pushonly`,
 * `scriptpubkey`, `bare-multisig`, `dust` or `multi-op-return`.
 */
export function checkStandardTx(tx: Transaction, options: StandardnessOptions): void {
  if (tx.version < MIN_STANDARD_TX_VERSION || tx.version > MAX_STANDARD_TX_VERSION) {
    throw notStandard('version');
  }
  // Hashing for signatures may take inputs times bytes; the limit bounds both.
  if (txWeight(tx) > MAX_STANDARD_TX_WEIGHT) throw notStandard('tx-size');
  for (const input of tx.inputs) checkScriptSig(input);
  let dataOutputs = 0;
  for (const output of tx.outputs) {
    const { kind } = checkOutput(output, options);
    if (kind === 'nulldata') dataOutputs++;
  }
  if (dataOutputs > 1) throw notStandard('multi-op-return');
}

/**
 * Refuses what is too short to be a payment. It is asked of every transaction, on chains too where
 * anything else is relayed.
 */
export function checkMinimumTxSize(tx: Transaction): void {
  if (strippedTxSize(tx) < MIN_STANDARD_TX_NONWITNESS_SIZE) throw notStandard('tx-size-small');
}

function checkScriptSig({ scriptSig }: TxIn): void {
  if (scriptSig.length > MAX_STANDARD_SCRIPTSIG_SIZE) throw notStandard('scriptsig-size');
  if (!isPushOnly(scriptSig)) throw notStandard('scriptsig-not-pushonly');
}

function checkOutput(output: TxOut, options: StandardnessOptions): ScriptTemplate {
  const { scriptPubKey } = output;
  const template = solveScript(scriptPubKey);
  switch (template.kind) {
    case 'nonstandard':
      throw notStandard('scriptpubkey');
    case 'nulldata':
      if (scriptPubKey.length > options.maxDataCarrierBytes) throw notStandard('scriptpubkey');
      break;
    case 'multisig':
      if (template.publicKeys.length > MAX_STANDARD_BARE_MULTISIG_KEYS) {
        throw notStandard('scriptpubkey');
      }
      if (!options.permitBareMultisig) throw notStandard('bare-multisig');
      break;
    default:
      break;
  }
  if (isDust(output, options.dustFeeRate)) throw notStandard('dust');
  return template;
}

function notStandard(code: string): PolicyError {
  return new PolicyError(code, 'not-standard');
}
