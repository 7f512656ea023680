import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { encodeDer } from '../crypto/ecdsa-signature.ts';
import { hash160, sha256 } from '../crypto/hash.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction, TxIn, TxOut } from '../primitives/transaction.ts';
import { buildScript } from './build-script.ts';
import { MANDATORY_SCRIPT_FLAGS, STANDARD_SCRIPT_FLAGS, scriptFlags } from './flags.ts';
import type { SignatureVerifier } from './machine/input-checker.ts';
import { opcodes } from './opcodes.ts';
import { ScriptError } from './script-error.ts';
import { segwitV0SignatureHash } from './signature-hash/segwit-v0.ts';
import { Spend } from './signature-hash/spend.ts';
import { SpendError } from './signature-hash/spend-error.ts';
import { multisig, p2pkh, p2sh, p2wpkh, p2wsh, witnessOutput } from './templates.ts';
import { verifyInput } from './verify-input.ts';

const { OP_1, OP_DROP, OP_NOP } = opcodes;
const EMPTY = new Uint8Array(0);
const SIGHASH_ALL = 1;

const privateKeys = [1, 2, 3].map((n) => new Uint8Array(32).fill(n));
const publicKeys = privateKeys.map((key) => curve.publicKey(key) as Uint8Array);
const coin = (scriptPubKey: Uint8Array): TxOut => ({ value: 5_000n, scriptPubKey });

function spending(fields: Partial<TxIn> = {}): Transaction {
  const prevout = { txid: new Uint8Array(32).fill(9) as Txid, vout: 1 };
  return {
    version: 2,
    inputs: [{ prevout, scriptSig: EMPTY, sequence: 0, witness: [], ...fields }],
    outputs: [coin(p2wpkh(new Uint8Array(20)))],
    lockTime: 0,
  };
}

function signed(tx: Transaction, code: Uint8Array, key: number): Uint8Array {
  const hash = segwitV0SignatureHash(new Spend(tx, []), 0, code, 5_000n, SIGHASH_ALL);
  const der = encodeDer(
    curve.signEcdsa(hash, privateKeys[key] as Uint8Array)?.signature as Uint8Array,
  );
  return concatBytes(der, Uint8Array.of(SIGHASH_ALL));
}

function verdictOf(
  tx: Transaction,
  spent: TxOut,
  flags = MANDATORY_SCRIPT_FLAGS,
  verifier?: SignatureVerifier,
): string {
  try {
    verifyInput(tx, 0, [spent], flags, verifier);
    return 'OK';
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
}

/** An input that spends a key hash by its witness. */
function keyHashSpend(): { readonly tx: Transaction; readonly spent: TxOut } {
  const hash = hash160(publicKeys[0] as Uint8Array);
  const witness = [signed(spending(), p2pkh(hash), 0), publicKeys[0] as Uint8Array];
  return { tx: spending({ witness }), spent: coin(p2wpkh(hash)) };
}

describe('verifyInput', () => {
  it('takes a signature for exactly this transaction and this amount', () => {
    const { tx, spent } = keyHashSpend();
    expect(verdictOf(tx, spent, STANDARD_SCRIPT_FLAGS)).toBe('OK');
    expect(verdictOf({ ...tx, lockTime: 1 }, spent)).toBe('EVAL_FALSE');
    expect(verdictOf(tx, { ...spent, value: 5_001n })).toBe('EVAL_FALSE');
    expect(verdictOf({ ...tx, lockTime: 1 }, spent, STANDARD_SCRIPT_FLAGS)).toBe('NULLFAIL');
  });

  it('says in a sentence of Bitcoin Core what is wrong', () => {
    const { tx, spent } = keyHashSpend();
    const wrong = () => verifyInput({ ...tx, version: 1 }, 0, [spent], MANDATORY_SCRIPT_FLAGS);
    expect(wrong).toThrow(
      'Script evaluated without error but finished with a false/empty top stack element',
    );
  });

  it('asks every signature check of the verifier that it is given, in order', () => {
    const script = multisig(2, publicKeys);
    const tx = spending();
    const signatures = [0, 1].map((key) => signed(tx, script, key));
    const spend = spending({ witness: [EMPTY, ...signatures, script] });
    const keys: number[] = [];
    const verifier: SignatureVerifier = {
      verifyEcdsa(hash, signature, key) {
        keys.push(publicKeys.findIndex((known) => known.join() === key.join()));
        return curve.verifyEcdsa(hash, signature, key);
      },
      verifySchnorr: () => false,
    };
    expect(verdictOf(spend, coin(p2wsh(sha256(script))), MANDATORY_SCRIPT_FLAGS, verifier)).toBe(
      'OK',
    );
    // The last signature is tried first, on the last key.
    expect(keys).toEqual([2, 1, 0]);
  });

  it('answers a question that makes no sense with a SpendError', () => {
    const { tx, spent } = keyHashSpend();
    for (const index of [1, -1, 0.5, Number.NaN]) {
      expect(() => verifyInput(tx, index, [spent], 0)).toThrow(SpendError);
    }
    expect(() => verifyInput(tx, 0, [], 0)).toThrow(
      '0 spent outputs for 1 inputs: one for each is needed, in their order',
    );
    expect(() => verifyInput(tx, 0, [spent, spent], 0)).toThrow(SpendError);
  });

  it('ends in success or a ScriptError for any scripts and witness at all', () => {
    const item = fc.uint8Array({ maxLength: 40 });
    const scripts = fc.oneof(
      item,
      fc.array(fc.integer({ min: 0x4f, max: 0xbb })).map((bytes) => Uint8Array.from(bytes)),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => witnessOutput(1, key)),
    );
    fc.assert(
      fc.property(
        item,
        scripts,
        fc.array(item, { maxLength: 4 }),
        fc.nat(2 ** 21 - 1),
        (sig, script, witness, flags) => {
          expect(verdictOf(spending({ scriptSig: sig, witness }), coin(script), flags)).toMatch(
            /^[A-Z]/,
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('BIP16', () => {
  const redeemScript = buildScript(OP_1, OP_DROP, OP_1);
  const spent = coin(p2sh(hash160(redeemScript)));

  it('runs the script that the input shows, from its flag on', () => {
    const failing = buildScript(opcodes.OP_0);
    const shown = coin(p2sh(hash160(failing)));
    expect(verdictOf(spending({ scriptSig: buildScript(redeemScript) }), spent)).toBe('OK');
    const scriptSig = Uint8Array.of(1, 0);
    expect(verdictOf(spending({ scriptSig }), shown)).toBe('EVAL_FALSE');
    expect(verdictOf(spending({ scriptSig }), shown, 0)).toBe('OK');
  });

  it('lets the input do nothing but push', () => {
    const scriptSig = buildScript(OP_NOP, redeemScript);
    expect(verdictOf(spending({ scriptSig }), spent)).toBe('SIG_PUSHONLY');
    expect(verdictOf(spending({ scriptSig }), spent, 0)).toBe('OK');
  });
});

describe('BIP141', () => {
  it('keeps the input script of a witness program empty, or a push of the program alone', () => {
    const { tx, spent } = keyHashSpend();
    const nested = coin(p2sh(hash160(spent.scriptPubKey)));
    const withScript = (scriptSig: Uint8Array): Transaction => ({
      ...tx,
      inputs: tx.inputs.map((input) => ({ ...input, scriptSig })),
    });
    expect(verdictOf(withScript(buildScript(OP_1)), spent)).toBe('WITNESS_MALLEATED');
    expect(verdictOf(withScript(buildScript(spent.scriptPubKey)), nested)).toBe('OK');
    const longer = buildScript(OP_1, spent.scriptPubKey);
    expect(verdictOf(withScript(longer), nested)).toBe('WITNESS_MALLEATED_P2SH');
  });

  it('allows a witness only where a witness program is spent', () => {
    const tx = spending({ witness: [EMPTY] });
    expect(verdictOf(tx, coin(buildScript(OP_1)))).toBe('WITNESS_UNEXPECTED');
    expect(verdictOf(tx, coin(buildScript(OP_1)), scriptFlags('P2SH'))).toBe('OK');
  });

  it('knows two lengths of version 0, and lets later versions pass', () => {
    const program = (version: number, length: number) =>
      coin(witnessOutput(version, new Uint8Array(length).fill(7)));
    expect(verdictOf(spending(), program(0, 25))).toBe('WITNESS_PROGRAM_WRONG_LENGTH');
    expect(verdictOf(spending(), program(0, 32))).toBe('WITNESS_PROGRAM_WITNESS_EMPTY');
    expect(verdictOf(spending(), program(0, 20))).toBe('WITNESS_PROGRAM_MISMATCH');
    expect(verdictOf(spending(), program(2, 32))).toBe('OK');
    expect(verdictOf(spending(), program(2, 32), STANDARD_SCRIPT_FLAGS)).toBe(
      'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM',
    );
  });

  it('does not discourage pay to anchor', () => {
    const anchor = coin(witnessOutput(1, Uint8Array.of(0x4e, 0x73)));
    expect(verdictOf(spending(), anchor, STANDARD_SCRIPT_FLAGS)).toBe('OK');
  });
});

describe('flags that imply others', () => {
  it('are given what they build on: WITNESS looks into script hashes too', () => {
    const { tx, spent } = keyHashSpend();
    const bad = { ...tx, lockTime: 1 };
    expect(verdictOf(bad, spent, scriptFlags('WITNESS'))).toBe('EVAL_FALSE');
    expect(verdictOf(tx, spent, scriptFlags('CLEANSTACK'))).toBe('OK');
  });
});

describe('BIP147', () => {
  it('wants the element empty that a multisig takes without a use', () => {
    const script = multisig(1, publicKeys.slice(0, 1));
    const spent = coin(p2wsh(sha256(script)));
    const signature = signed(spending(), script, 0);
    const withDummy = (dummy: Uint8Array) => spending({ witness: [dummy, signature, script] });
    expect(verdictOf(withDummy(EMPTY), spent)).toBe('OK');
    expect(verdictOf(withDummy(Uint8Array.of(1)), spent)).toBe('SIG_NULLDUMMY');
    expect(verdictOf(withDummy(Uint8Array.of(1)), spent, scriptFlags('WITNESS'))).toBe('OK');
  });
});
