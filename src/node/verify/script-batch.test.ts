import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockScripts, plainSpendings } from '../../../test/fixtures/script-blocks.ts';
import { encode, vector } from '../../protocol/bytes/codec.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import type { ScriptJob } from '../../protocol/consensus/script-job.ts';
import { encodeTx, txOutCodec } from '../../protocol/primitives/transaction.ts';
import {
  BatchReader,
  BatchWriter,
  cancelBatch,
  type NumberedJob,
  type ScriptBatch,
} from './script-batch.ts';
import type { BlockScripts } from './script-verifier.ts';

const OP_1 = Uint8Array.of(0x51);

function scriptsOf(sizes: readonly number[]): BlockScripts {
  return blockScripts(plainSpendings(sizes.map((size) => Array(size).fill(OP_1))));
}

function batchOf({ jobs }: BlockScripts): ScriptBatch {
  const writer = new BatchWriter(100);
  for (const [number, job] of jobs.entries()) writer.add(number, job, encodeTx(job.tx));
  return writer.finish((size) => new SharedArrayBuffer(size + 7));
}

/** What threads take that come in this order, over and over, until there is nothing left. */
function takeAll(
  batch: ScriptBatch,
  order: readonly number[],
): readonly (readonly NumberedJob[])[] {
  const readers = [0, 1, 2].map(() => new BatchReader(batch.memory));
  const taken: (readonly NumberedJob[])[] = [];
  for (let turn = 0; ; turn++) {
    const reader = readers[order[turn % order.length] ?? 0] as BatchReader;
    const chunk = reader.takeChunk();
    if (chunk === undefined) return taken;
    taken.push(chunk);
  }
}

function outputBytes({ spentOutputs }: ScriptJob): Uint8Array {
  return encode(vector(txOutCodec), spentOutputs);
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 })), {
  minLength: 1,
  maxLength: 20,
});
const order = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 });

describe('a batch', () => {
  it('is taken by its threads once, in order, and as it was written', () => {
    fc.assert(
      fc.property(sizes, order, (inputs, turns) => {
        const scripts = scriptsOf(inputs);
        const batch = batchOf(scripts);
        const chunks = takeAll(batch, turns);
        expect(chunks).toHaveLength(batch.chunks);
        const taken = chunks
          .flat()
          .flatMap(({ number, fromInput, toInput }) =>
            Array.from({ length: toInput - fromInput }, (_, i) => [number, fromInput + i]),
          );
        const all = inputs.flatMap((size, number) =>
          Array.from({ length: size }, (_, input) => [number, input]),
        );
        expect(String(taken)).toBe(String(all));
        for (const job of chunks.flat()) {
          const original = scripts.jobs[job.number] as ScriptJob;
          expect(job.flags).toBe(original.flags);
          expect(equalBytes(encodeTx(job.tx), encodeTx(original.tx))).toBe(true);
          expect(equalBytes(outputBytes(job), outputBytes(original))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has chunks of 32 inputs, and no transaction in pieces that has fewer than 128', () => {
    const rows = takeAll(batchOf(scriptsOf([1, 31, 20, 127, 1, 128, 130, 2])), [0]).map((chunk) =>
      chunk.map(({ number, fromInput, toInput }) => [number, fromInput, toInput]),
    );
    expect(rows).toEqual([
      [
        [0, 0, 1],
        [1, 0, 31],
      ],
      [
        [2, 0, 20],
        [3, 0, 127],
      ],
      [[4, 0, 1]],
      [[5, 0, 32]],
      [[5, 32, 64]],
      [[5, 64, 96]],
      [[5, 96, 128]],
      [[6, 0, 32]],
      [[6, 32, 64]],
      [[6, 64, 96]],
      [[6, 96, 128]],
      [[6, 128, 130]],
      [[7, 0, 2]],
    ]);
  });

  it('ends behind the first chunk that a thread stops at, whichever stops first', () => {
    const batch = batchOf(scriptsOf(Array(10).fill(32)));
    const [a, b, c] = [0, 1, 2].map(() => new BatchReader(batch.memory)) as [
      BatchReader,
      BatchReader,
      BatchReader,
    ];
    expect(a.takeChunk()?.[0]?.number).toBe(0);
    expect(b.takeChunk()?.[0]?.number).toBe(1);
    expect(c.takeChunk()?.[0]?.number).toBe(2);
    c.stopBehindChunk();
    expect(a.takeChunk()).toBeUndefined();
    b.stopBehindChunk();
    c.stopBehindChunk();
    for (const reader of [a, b, c]) expect(reader.takeChunk()).toBeUndefined();
  });

  it('is passed over once it is cancelled', () => {
    const batch = batchOf(scriptsOf(Array(10).fill(32)));
    const reader = new BatchReader(batch.memory);
    expect(reader.takeChunk()).toBeDefined();
    cancelBatch(batch);
    expect(reader.takeChunk()).toBeUndefined();
  });
});
