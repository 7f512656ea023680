/** Every file of reference data that the project is held against, in the order of the layers. */
import { base58Check } from './base58.ts';
import { bip32Check } from './bip32.ts';
import { bip39Check } from './bip39.ts';
import { bip340Check } from './bip340.ts';
import { bip341Check } from './bip341.ts';
import { blockStatsCheck } from './block-stats.ts';
import { blockFiltersCheck } from './blockfilters.ts';
import { coreVerdictsCheck } from './core-verdicts.ts';
import { decodeScriptCheck } from './decode-script.ts';
import { descriptorsCheck } from './descriptors.ts';
import { keyIoInvalidCheck, keyIoValidCheck } from './key-io.ts';
import { psbtCheck, sortedMultisigCheck } from './psbt.ts';
import { realBlocksChecks } from './real-blocks.ts';
import { rpcChecks } from './rpc.ts';
import { scriptAssetsCheck } from './script-assets.ts';
import { scriptTestsCheck } from './script-tests.ts';
import { sighashCheck } from './sighash.ts';
import { txInvalidCheck } from './tx-invalid.ts';
import { txValidCheck } from './tx-valid.ts';
import type { VectorCheck } from './vector-check.ts';

export const checks: readonly VectorCheck[] = [
  bip340Check,
  blockFiltersCheck,
  base58Check,
  keyIoValidCheck,
  keyIoInvalidCheck,
  bip32Check,
  bip39Check,
  scriptTestsCheck,
  sighashCheck,
  txValidCheck,
  txInvalidCheck,
  bip341Check,
  scriptAssetsCheck,
  decodeScriptCheck,
  descriptorsCheck,
  psbtCheck,
  sortedMultisigCheck,
  ...realBlocksChecks,
  blockStatsCheck,
  coreVerdictsCheck,
  ...rpcChecks,
];
