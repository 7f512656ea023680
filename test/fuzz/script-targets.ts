/** The script interpreter, and whatever else reads scripts. */
import { signedTransactions } from '../../bench/signed-inputs.ts';
import {
  type Decoded,
  decode,
  encode,
  struct,
  u8,
  u32,
  varBytes,
  vector,
} from '../../src/protocol/bytes/codec.ts';
import { fromHex } from '../../src/protocol/bytes/hex.ts';
import { hash160, sha256 } from '../../src/protocol/crypto/hash.ts';
import type { Txid } from '../../src/protocol/primitives/hashes.ts';
import { decodeTx, txCodec, txOutCodec } from '../../src/protocol/primitives/transaction.ts';
import { parseAsm, scriptSigToAsm, scriptToAsm } from '../../src/protocol/script/asm.ts';
import { buildScript } from '../../src/protocol/script/build-script.ts';
import {
  STANDARD_SCRIPT_FLAGS,
  scriptFlags,
  withImpliedFlags,
} from '../../src/protocol/script/flags.ts';
import { opcodes } from '../../src/protocol/script/opcodes.ts';
import { ScriptTextError } from '../../src/protocol/script/script-text-error.ts';
import { transactionSigopCost } from '../../src/protocol/script/sigops.ts';
import { taprootOutput } from '../../src/protocol/script/taproot.ts';
import { p2sh, p2tr, p2wsh, solveScript } from '../../src/protocol/script/templates.ts';
import { verifyInput } from '../../src/protocol/script/verify-input.ts';
import type { FuzzTarget } from './target.ts';

/** A spend of one output: everything that the interpreter is given, as bytes to mutate. */
const spendCodec = struct({
  flags: u32,
  scriptSig: varBytes,
  scriptPubKey: varBytes,
  witness: vector(varBytes),
  version: u8,
});

type SpendCase = Decoded<typeof spendCodec>;

const ALL_FLAGS = (1 << 21) - 1;

function verifyCase({ flags, scriptSig, scriptPubKey, witness, version }: SpendCase): void {
  const prevout = { txid: new Uint8Array(32) as Txid, vout: 0 };
  const tx = {
    version,
    inputs: [{ prevout, scriptSig, sequence: 1, witness }],
    outputs: [{ value: 1n, scriptPubKey }],
    lockTime: 1,
  };
  verifyInput(tx, 0, [{ value: 2n, scriptPubKey }], withImpliedFlags(flags & ALL_FLAGS));
}

/** Scripts that come out true without a signature, so that mutations start inside the machine. */
const puzzles: readonly Uint8Array[] = [
  '51',
  '515193519c',
  '5152537b7c7d6e6f76a988745287',
  '00635167526851',
  '0102037601a5a6a7a8a9aa51',
  '53525193935688',
  '5121020000000000000000000000000000000000000000000000000000000000000000000051ae9151',
  '4c0100b175b251757551',
].map(fromHex);

const { OP_CHECKSIGADD, OP_1, OP_DROP, OP_CODESEPARATOR } = opcodes;

function caseOf(change: Partial<SpendCase>): Uint8Array {
  const plain: SpendCase = {
    flags: STANDARD_SCRIPT_FLAGS & ~scriptFlags('CLEANSTACK'),
    scriptSig: new Uint8Array(0),
    scriptPubKey: Uint8Array.of(OP_1),
    witness: [],
    version: 2,
  };
  return encode(spendCodec, { ...plain, ...change });
}

function tapscriptCase(): Uint8Array {
  const key = fromHex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
  const script = buildScript(new Uint8Array(0), Uint8Array.of(2), key);
  const leaf = {
    script: Uint8Array.from([...script, OP_CHECKSIGADD, OP_DROP, OP_CODESEPARATOR, OP_1]),
  };
  const output = taprootOutput(key, leaf);
  const spend = output?.leaves[0];
  if (output === undefined || spend === undefined) throw new Error('no taproot output');
  const witness = [leaf.script, spend.controlBlock];
  return caseOf({ scriptPubKey: p2tr(output.outputKey), witness });
}

const spends = [
  ...puzzles.map((script) => caseOf({ scriptPubKey: script })),
  ...puzzles.map((script) =>
    caseOf({ scriptPubKey: p2sh(hash160(script)), scriptSig: buildScript(script) }),
  ),
  ...puzzles.map((script) => caseOf({ scriptPubKey: p2wsh(sha256(script)), witness: [script] })),
  tapscriptCase(),
];

/** A whole transaction and what it spends, with good signatures. */
const paymentCodec = struct({ flags: u32, spentOutputs: vector(txOutCodec), tx: txCodec });

const payments = (['P2WPKH', 'P2PKH', 'P2TR key path', 'P2WSH 2-of-3'] as const).flatMap((kind) =>
  signedTransactions(kind, 2).map(({ bytes, spentOutputs }) =>
    encode(paymentCodec, { flags: STANDARD_SCRIPT_FLAGS, spentOutputs, tx: decodeTx(bytes) }),
  ),
);

export const scriptTargets: readonly FuzzTarget[] = [
  {
    name: 'interpreter',
    seeds: spends.filter((seed) => passes(seed)),
    run(input) {
      verifyCase(decode(spendCodec, input));
    },
  },
  {
    name: 'interpreter-signed',
    seeds: payments,
    run(input) {
      const { flags, spentOutputs, tx } = decode(paymentCodec, input);
      for (let i = 0; i < tx.inputs.length; i++) {
        verifyInput(tx, i, spentOutputs, withImpliedFlags(flags & ALL_FLAGS));
      }
      transactionSigopCost(tx, spentOutputs, flags & ALL_FLAGS);
    },
  },
  {
    name: 'script-forms',
    seeds: [...puzzles, ...payments],
    run(input) {
      solveScript(input);
      scriptSigToAsm(input);
      const asm = scriptToAsm(input);
      try {
        const again = parseAsm(asm);
        if (scriptToAsm(again) !== asm) throw new Error(`ASM changed: ${asm}`);
      } catch (error) {
        if (!(error instanceof ScriptTextError)) throw error;
      }
    },
  },
];

/** Puzzles under flags that forbid them are no examples. */
function passes(seed: Uint8Array): boolean {
  try {
    verifyCase(decode(spendCodec, seed));
    return true;
  } catch {
    return false;
  }
}
