/** Outputs that a request says exist, though the node may not know them, and the scripts behind their hashes. */
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { hash160, sha256 } from '../../protocol/crypto/hash.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint, TxOut } from '../../protocol/primitives/transaction.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { scriptToAsm } from '../../protocol/script/asm.ts';
import { UNKNOWN_AMOUNT } from '../../protocol/script/sign/sign-transaction.ts';
import type { KeyRing } from '../../protocol/script/sign/signing-provider.ts';
import { p2sh, p2wsh, solveScript } from '../../protocol/script/templates.ts';
import { amountFrom, arrayFrom, checkFields, hashFrom, hexFrom, int32From } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Outputs by the name of their outpoint: {@link outPointName}. */
export type OutputsByName = Map<string, TxOut>;

/** `txid:vout`. */
export function outPointName({ txid, vout }: OutPoint): string {
  return `${toReversedHex(txid)}:${vout}`;
}

/**
 * Puts the outputs that are given into `outputs`, over what the node knows of them, and their scripts
 * into the ring; without one, nobody looks at the scripts.
 *
 * @example
 * addPrevouts(args[2], outputs, ring)
 */
export function addPrevouts(
  list: JsonValue | undefined,
  outputs: OutputsByName,
  ring: KeyRing | undefined,
): void {
  if (list === undefined) return;
  for (const item of arrayFrom(list)) {
    if (!(item instanceof Map)) {
      // The quotation marks are Core's.
      throw unreadable(`expected object with {"txid'","vout","scriptPubKey"}`);
    }
    addPrevout(item, outputs, ring);
  }
}

function addPrevout(
  fields: ReadonlyMap<string, JsonValue>,
  outputs: OutputsByName,
  ring: KeyRing | undefined,
): void {
  checkFields(fields, { txid: 'string', vout: 'number', scriptPubKey: 'string' });
  const txid = hashFrom(fields.get('txid'), 'txid') as Txid;
  const vout = int32From(fields.get('vout'));
  if (vout < 0) throw unreadable('vout cannot be negative');
  const name = outPointName({ txid, vout });
  const scriptPubKey = hexFrom(fields.get('scriptPubKey'), 'scriptPubKey');
  const known = outputs.get(name)?.scriptPubKey;
  if (known !== undefined && !equalBytes(known, scriptPubKey)) {
    throw unreadable(
      `Previous output scriptPubKey mismatch:\n${scriptToAsm(known)}\nvs:\n${scriptToAsm(scriptPubKey)}`,
    );
  }
  const value = fields.has('amount') ? amountFrom(fields.get('amount')) : UNKNOWN_AMOUNT;
  outputs.set(name, { value, scriptPubKey });
  if (ring !== undefined) addScripts(fields, scriptPubKey, ring);
}

function addScripts(
  fields: ReadonlyMap<string, JsonValue>,
  scriptPubKey: Uint8Array,
  ring: KeyRing,
): void {
  const { kind } = solveScript(scriptPubKey);
  if (kind !== 'scripthash' && kind !== 'witness_v0_scripthash') return;
  const types = { redeemScript: 'string', witnessScript: 'string' } as const;
  checkFields(fields, types, { allowMissing: true });
  const redeem = fields.get('redeemScript') ?? null;
  const witness = fields.get('witnessScript') ?? null;
  if (redeem === null && witness === null) throw invalid('Missing redeemScript/witnessScript');
  const script =
    witness === null ? hexFrom(redeem, 'redeemScript') : hexFrom(witness, 'witnessScript');
  ring.addScript(script);
  // Whoever has the script may mean it behind a witness program as well.
  const program = p2wsh(sha256(script));
  ring.addScript(program);
  if (witness !== null && redeem !== null && witness !== redeem) {
    if (!equalBytes(hexFrom(redeem, 'redeemScript'), program)) {
      throw invalid('redeemScript does not correspond to witnessScript');
    }
  }
  const possible =
    kind === 'scripthash' ? [p2sh(hash160(script)), p2sh(hash160(program))] : [program];
  if (!possible.some((output) => equalBytes(output, scriptPubKey))) {
    throw invalid('redeemScript/witnessScript does not match scriptPubKey');
  }
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

function unreadable(message: string): RpcError {
  return new RpcError(RPC.deserialization, message);
}
