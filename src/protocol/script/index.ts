export {
  AddressError,
  type AddressErrorCode,
  type AddressPrefixes,
  addressFromScript,
  isAddress,
  scriptFromAddress,
} from './address.ts';
export { parseAsm, parseScriptText, scriptSigToAsm, scriptToAsm } from './asm.ts';
export { buildScript, pushBytes, pushData, pushNumber } from './build-script.ts';
export {
  MANDATORY_SCRIPT_FLAGS,
  type ScriptFlagName,
  STANDARD_SCRIPT_FLAGS,
  scriptFlagNames,
  scriptFlags,
  UnknownScriptFlagError,
} from './flags.ts';
export {
  MAX_ELEMENT_SIZE,
  MAX_OPS_PER_SCRIPT,
  MAX_PUBKEYS_PER_MULTISIG,
  MAX_SCRIPT_SIZE,
  MAX_STACK_SIZE,
} from './limits.ts';
export type { SignatureVerifier } from './machine/input-checker.ts';
export { type OpcodeName, opcodeByName, opcodeName, opcodes } from './opcodes.ts';
export { type Instruction, isPushOnly, type ParsedScript, parseScript } from './parse-script.ts';
export { ScriptError, type ScriptErrorCode } from './script-error.ts';
export { decodeScriptNumber, encodeScriptNumber } from './script-number.ts';
export {
  combineTransactions,
  type InputError,
  type SignedTransaction,
  signTransaction,
} from './sign/sign-transaction.ts';
export {
  hideFrom,
  KeyRing,
  NO_SIGNING_PROVIDER,
  type SigningKey,
  type SigningProvider,
} from './sign/signing-provider.ts';
export {
  SIGHASH_ALL,
  SIGHASH_ANYONECANPAY,
  SIGHASH_DEFAULT,
  SIGHASH_NONE,
  SIGHASH_SINGLE,
} from './signature-hash/hash-type.ts';
export { legacySignatureHash } from './signature-hash/legacy.ts';
export { segwitV0SignatureHash } from './signature-hash/segwit-v0.ts';
export { Spend } from './signature-hash/spend.ts';
export { SpendError } from './signature-hash/spend-error.ts';
export { type TaprootExtension, taprootSignatureHash } from './signature-hash/taproot.ts';
export {
  countSigops,
  legacySigopCount,
  p2shSigopCount,
  transactionSigopCost,
  witnessSigopCount,
} from './sigops.ts';
export {
  controlBlock,
  TAPSCRIPT_LEAF_VERSION,
  type TapLeaf,
  type TapLeafSpend,
  type TaprootOutput,
  type TapTree,
  tapBranchHash,
  tapLeafHash,
  taprootOutput,
  taprootPrivateKey,
  tapTweakHash,
} from './taproot.ts';
export {
  multisig,
  nullData,
  p2pk,
  p2pkh,
  p2sh,
  p2tr,
  p2wpkh,
  p2wsh,
  type ScriptTemplate,
  solveScript,
  type WitnessProgram,
  witnessOutput,
  witnessProgramOf,
} from './templates.ts';
export { verifyInput, verifySpend } from './verify-input.ts';
