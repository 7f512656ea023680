export {
  analyzePsbt,
  type InputAnalysis,
  type PsbtAnalysis,
  type PsbtRole,
} from './analyze-psbt.ts';
export { combinePsbts } from './combine-psbts.ts';
export { decodePsbt, parsePsbt } from './decode-psbt.ts';
export { encodePsbt, formatPsbt } from './encode-psbt.ts';
export { joinPsbts, type Shuffle } from './join-psbts.ts';
export {
  createPsbt,
  type GlobalXpub,
  isInputSigned,
  type Preimage,
  type ProprietaryField,
  type Psbt,
  type PsbtInput,
  type PsbtOutput,
  type TapTreeLeaf,
  type UnknownField,
} from './psbt.ts';
export { PsbtError, type PsbtErrorCode } from './psbt-error.ts';
export {
  coinsOf,
  extractTransaction,
  finalizePsbt,
  isInputVerified,
  type SignedInput,
  type SignInputOptions,
  signInput,
  updatedOutput,
  utxoOf,
} from './sign-psbt.ts';
export { type FoundUtxo, type UpdateOptions, updatePsbt } from './update-psbt.ts';
