/** PSBTs of different transactions in one that has all of their inputs and outputs. */
import { toReversedHex } from '../bytes/hex.ts';
import type { OutPoint, TxIn, TxOut } from '../primitives/transaction.ts';
import { fieldKey } from './field-keys.ts';
import type { Psbt, PsbtInput, PsbtOutput, UnknownField } from './psbt.ts';
import { PsbtError } from './psbt-error.ts';
import { united } from './sorted.ts';

interface JoinedInput {
  readonly txin: TxIn;
  readonly input: PsbtInput;
}

interface JoinedOutput {
  readonly txout: TxOut;
  readonly output: PsbtOutput;
}

/** Puts a list into another order. Whoever sees the joined transaction should not see who brought what. */
export type Shuffle = <T>(items: readonly T[]) => readonly T[];

/**
 * Joins PSBTs. Signatures are dropped, since what they signed is no more; the newest version of
 * a transaction and the earliest lock time are those of the whole.
 *
 * @example
 * joinPsbts([alice, bob], shuffle).tx.inputs.length
 */
export function joinPsbts(psbts: readonly Psbt[], shuffle: Shuffle): Psbt {
  const seen = new Set<string>();
  const inputs: JoinedInput[] = [];
  const outputs: JoinedOutput[] = [];
  let unknown: readonly UnknownField[] = [];
  for (const psbt of psbts) {
    for (const [i, txin] of psbt.tx.inputs.entries()) {
      // The same output with another sequence is another input to Bitcoin Core.
      const name = `${outPointName(txin.prevout)}:${txin.sequence}`;
      if (seen.has(name)) {
        throw new PsbtError(
          'duplicate-input',
          `Input ${outPointName(txin.prevout)} exists in multiple PSBTs`,
        );
      }
      seen.add(name);
      inputs.push({ txin, input: withoutSignatures(psbt.inputs[i] as PsbtInput) });
    }
    for (const [i, txout] of psbt.tx.outputs.entries()) {
      outputs.push({ txout, output: psbt.outputs[i] as PsbtOutput });
    }
    unknown = united(unknown, psbt.unknown, fieldKey);
  }
  const mixedInputs = shuffle(inputs);
  const mixedOutputs = shuffle(outputs);
  return {
    tx: {
      version: psbts.reduce((version, { tx }) => Math.max(version, tx.version), 1),
      inputs: mixedInputs.map(({ txin }) => txin),
      outputs: mixedOutputs.map(({ txout }) => txout),
      lockTime: psbts.reduce((time, { tx }) => Math.min(time, tx.lockTime), 0xffffffff),
    },
    // Bitcoin Core 28 loses these, and whoever joins with it would not find them either.
    xpubs: [],
    version: undefined,
    proprietary: [],
    unknown,
    inputs: mixedInputs.map(({ input }) => input),
    outputs: mixedOutputs.map(({ output }) => output),
  };
}

function withoutSignatures(input: PsbtInput): PsbtInput {
  return {
    ...input,
    partialSignatures: [],
    finalScriptSig: undefined,
    finalWitness: undefined,
  };
}

function outPointName({ txid, vout }: OutPoint): string {
  return `${toReversedHex(txid)}:${vout}`;
}
