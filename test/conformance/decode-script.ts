import { fromHex } from '../../src/protocol/bytes/hex.ts';
import { hash160, sha256 } from '../../src/protocol/crypto/hash.ts';
import { addressFromScript } from '../../src/protocol/script/address.ts';
import { scriptToAsm } from '../../src/protocol/script/asm.ts';
import { p2sh, p2wsh, solveScript } from '../../src/protocol/script/templates.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

/** The chain on which the answers were recorded. */
const REGTEST = { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' };

interface Decoded {
  readonly asm: string;
  readonly type: string;
  readonly address?: string;
  readonly p2sh?: string;
  readonly segwit?: Decoded & { readonly 'p2sh-segwit': string };
}

/** The names, the ASM and the addresses of the answers of Core's `decodescript`. */
export const decodeScriptCheck: VectorCheck = {
  file: 'core/rpc_decodescript.json',
  total: 10,
  run: (vectors) =>
    vectors
      .json<readonly (readonly [string, Decoded])[]>('core/rpc_decodescript.json')
      .map(([hex, expected]) => outcomeOf(hex, () => checkDecoded(fromHex(hex), expected))),
};

function checkDecoded(script: Uint8Array, expected: Decoded): void {
  same('type', solveScript(script).kind, expected.type);
  same('asm', scriptToAsm(script), expected.asm);
  same('address', addressFromScript(script, REGTEST), expected.address);
  if (expected.p2sh !== undefined) same('p2sh', wrapped(script), expected.p2sh);
  if (expected.segwit === undefined) return;
  // Nothing but key scripts becomes a hash of a key; all scripts of the file become one of a script.
  const segwit = p2wsh(sha256(script));
  checkDecoded(segwit, expected.segwit);
  same('p2sh-segwit', wrapped(segwit), expected.segwit['p2sh-segwit']);
}

function wrapped(script: Uint8Array): string | undefined {
  return addressFromScript(p2sh(hash160(script)), REGTEST);
}

function same(field: string, actual: string | undefined, expected: string | undefined): void {
  if (actual !== expected) throw new Error(`${field} is ${actual}, and not ${expected}`);
}
