/** PSBTs as `decodepsbt` and `analyzepsbt` show them. */
import { toHex } from '../bytes/hex.ts';
import { encodeBase58Check } from '../keys/base58check.ts';
import { formatPath } from '../keys/key-path.ts';
import { isMoney } from '../primitives/amount.ts';
import type { TxOut } from '../primitives/transaction.ts';
import type { PsbtAnalysis } from '../psbt/analyze-psbt.ts';
import type {
  Preimage,
  ProprietaryField,
  Psbt,
  PsbtInput,
  PsbtOutput,
  UnknownField,
} from '../psbt/psbt.ts';
import type { AddressPrefixes } from '../script/address.ts';
import { hashTypeName, scriptToAsm } from '../script/asm.ts';
import type { KeyOrigin } from '../script/descriptor/key-expression.ts';
import type { KeyPath, MissingParts, TapKeyPath } from '../script/sign/signature-data.ts';
import { solveScript } from '../script/templates.ts';
import { amountNumber, type JsonObject } from './json-text.ts';
import { scriptSigToJson, scriptToJson } from './script-to-json.ts';
import { txToJson } from './tx-to-json.ts';

/**
 * A PSBT as `decodepsbt` shows it.
 *
 * @example
 * psbtToJson(parsePsbt(text), regtest.addressPrefixes).psbt_version // 0
 */
export function psbtToJson(psbt: Psbt, prefixes: AddressPrefixes): JsonObject {
  const fee = feeOf(psbt);
  return {
    tx: txToJson(psbt.tx, prefixes),
    global_xpubs: psbt.xpubs.map(({ xpub, origin }) => ({
      xpub: encodeBase58Check(xpub),
      ...originToJson(origin),
    })),
    psbt_version: psbt.version ?? 0,
    proprietary: psbt.proprietary.map(proprietaryToJson),
    unknown: unknownToJson(psbt.unknown),
    inputs: psbt.inputs.map((input) => inputToJson(input, prefixes)),
    outputs: psbt.outputs.map(outputToJson),
    fee: fee === undefined ? undefined : amountNumber(fee),
  };
}

/** What is left for the miner, if all outputs are there that are spent, and no amount is absurd. */
function feeOf({ tx, inputs }: Psbt): bigint | undefined {
  let spent = 0n;
  for (const [i, { nonWitnessUtxo, witnessUtxo }] of inputs.entries()) {
    const utxo = nonWitnessUtxo?.outputs[tx.inputs[i]?.prevout.vout ?? 0] ?? witnessUtxo;
    if (utxo === undefined || !isMoney(utxo.value)) return undefined;
    spent += utxo.value;
    if (!isMoney(spent)) return undefined;
  }
  let paid = 0n;
  for (const { value } of tx.outputs) {
    paid += value;
    if (!isMoney(value) || !isMoney(paid)) return undefined;
  }
  return spent - paid;
}

function inputToJson(input: PsbtInput, prefixes: AddressPrefixes): JsonObject {
  const { nonWitnessUtxo, witnessUtxo, hashType, finalScriptSig, finalWitness } = input;
  return {
    witness_utxo: witnessUtxo && utxoToJson(witnessUtxo, prefixes),
    non_witness_utxo: nonWitnessUtxo && txToJson(nonWitnessUtxo, prefixes),
    partial_signatures: unlessNone(input.partialSignatures, (signatures) =>
      Object.fromEntries(
        signatures.map(({ publicKey, signature }) => [toHex(publicKey), toHex(signature)]),
      ),
    ),
    sighash: hashType === undefined ? undefined : (hashTypeName(hashType & 0xff) ?? ''),
    redeem_script: input.redeemScript && innerScriptToJson(input.redeemScript),
    witness_script: input.witnessScript && innerScriptToJson(input.witnessScript),
    bip32_derivs: unlessNone(input.keyPaths, (paths) => paths.map(keyPathToJson)),
    final_scriptSig: finalScriptSig && scriptSigToJson(finalScriptSig),
    final_scriptwitness: finalWitness?.map(toHex),
    ripemd160_preimages: unlessNone(input.ripemd160Preimages, preimagesToJson),
    sha256_preimages: unlessNone(input.sha256Preimages, preimagesToJson),
    hash160_preimages: unlessNone(input.hash160Preimages, preimagesToJson),
    hash256_preimages: unlessNone(input.hash256Preimages, preimagesToJson),
    ...taprootToJson(input),
    proprietary: unlessNone(input.proprietary, (fields) => fields.map(proprietaryToJson)),
    unknown: unlessNone(input.unknown, unknownToJson),
  };
}

function taprootToJson(input: PsbtInput): JsonObject {
  return {
    taproot_key_path_sig: input.tapKeySignature && toHex(input.tapKeySignature),
    taproot_script_path_sigs: unlessNone(input.tapScriptSignatures, (signatures) =>
      signatures.map(({ key, leafHash, signature }) => ({
        pubkey: toHex(key),
        leaf_hash: toHex(leafHash),
        sig: toHex(signature),
      })),
    ),
    taproot_scripts: unlessNone(input.tapScripts, (scripts) =>
      scripts.map(({ script, version, controlBlocks }) => ({
        script: toHex(script),
        leaf_ver: version,
        control_blocks: controlBlocks.map(toHex),
      })),
    ),
    taproot_bip32_derivs: unlessNone(input.tapKeyPaths, (paths) => paths.map(tapKeyPathToJson)),
    taproot_internal_key: input.tapInternalKey && toHex(input.tapInternalKey),
    taproot_merkle_root: input.tapMerkleRoot && toHex(input.tapMerkleRoot),
  };
}

function outputToJson(output: PsbtOutput): JsonObject {
  return {
    redeem_script: output.redeemScript && innerScriptToJson(output.redeemScript),
    witness_script: output.witnessScript && innerScriptToJson(output.witnessScript),
    bip32_derivs: unlessNone(output.keyPaths, (paths) => paths.map(keyPathToJson)),
    taproot_internal_key: output.tapInternalKey && toHex(output.tapInternalKey),
    taproot_tree: unlessNone(output.tapTree, (leaves) =>
      leaves.map(({ depth, version, script }) => ({
        depth,
        leaf_ver: version,
        script: toHex(script),
      })),
    ),
    taproot_bip32_derivs: unlessNone(output.tapKeyPaths, (paths) => paths.map(tapKeyPathToJson)),
    proprietary: unlessNone(output.proprietary, (fields) => fields.map(proprietaryToJson)),
    unknown: unlessNone(output.unknown, unknownToJson),
  };
}

function utxoToJson({ value, scriptPubKey }: TxOut, prefixes: AddressPrefixes): JsonObject {
  return { amount: amountNumber(value), scriptPubKey: scriptToJson(scriptPubKey, prefixes) };
}

/** A script behind a hash has no address and no descriptor. */
function innerScriptToJson(script: Uint8Array): JsonObject {
  return { asm: scriptToAsm(script), hex: toHex(script), type: solveScript(script).kind };
}

function originToJson({ fingerprint, path }: KeyOrigin): JsonObject {
  return { master_fingerprint: toHex(fingerprint), path: formatPath(path) };
}

function keyPathToJson({ publicKey, origin }: KeyPath): JsonObject {
  return { pubkey: toHex(publicKey), ...originToJson(origin) };
}

function tapKeyPathToJson({ key, leafHashes, origin }: TapKeyPath): JsonObject {
  return { pubkey: toHex(key), ...originToJson(origin), leaf_hashes: leafHashes.map(toHex) };
}

function preimagesToJson(preimages: readonly Preimage[]): JsonObject {
  return Object.fromEntries(preimages.map(({ hash, preimage }) => [toHex(hash), toHex(preimage)]));
}

function proprietaryToJson({ identifier, subtype, key, value }: ProprietaryField): JsonObject {
  return { identifier: toHex(identifier), subtype, key: toHex(key), value: toHex(value) };
}

function unknownToJson(fields: readonly UnknownField[]): JsonObject {
  return Object.fromEntries(fields.map(({ key, value }) => [toHex(key), toHex(value)]));
}

function unlessNone<T, R>(items: readonly T[], show: (items: readonly T[]) => R): R | undefined {
  return items.length === 0 ? undefined : show(items);
}

/** What `analyzepsbt` says of a PSBT. */
export function psbtAnalysisToJson({ inputs, next, fee, vsize, error }: PsbtAnalysis): JsonObject {
  const hasRate = fee !== undefined && vsize !== undefined;
  return {
    inputs: unlessNone(inputs, (analyses) =>
      analyses.map((input) => ({
        has_utxo: input.hasUtxo,
        is_final: input.isFinal,
        next: input.next,
        missing: input.missing && missingToJson(input.missing),
      })),
    ),
    estimated_vsize: vsize,
    estimated_feerate: hasRate ? amountNumber((fee * 1000n) / BigInt(vsize)) : undefined,
    fee: fee === undefined ? undefined : amountNumber(fee),
    next,
    error,
  };
}

function missingToJson(missing: MissingParts): JsonObject | undefined {
  const { keys, redeemScriptHash, witnessScriptHash, signatures } = missing;
  const json = {
    pubkeys: unlessNone(keys, (hashes) => hashes.map(toHex)),
    redeemscript: redeemScriptHash && toHex(redeemScriptHash),
    witnessscript: witnessScriptHash && toHex(witnessScriptHash),
    signatures: unlessNone(signatures, (hashes) => hashes.map(toHex)),
  };
  return Object.values(json).some((part) => part !== undefined) ? json : undefined;
}
