import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountNumber, type Json, jsonText } from '../../protocol/report/json-text.ts';
import { longText } from './long-text.ts';

async function written(value: Json): Promise<{ readonly text: string; readonly pauses: number }> {
  let pauses = 0;
  const text = await longText(value, async () => {
    pauses++;
  });
  return { text, pauses };
}

describe('the text of a long answer', () => {
  it('is the same as that of a short one', async () => {
    const members = fc.array(fc.jsonValue(), { maxLength: 300 });
    const values = fc.oneof(fc.jsonValue(), members, fc.dictionary(fc.string(), members));
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect((await written(value as Json)).text).toBe(jsonText(value as Json));
      }),
    );
  });

  it('is written with pauses where there are many members, three levels down', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ n, value: amountNumber(BigInt(n)) }));
    const answer = { result: { tx: many, left: undefined, fee: amountNumber(1n) }, id: 1 };
    expect(await written(answer)).toEqual({ text: jsonText(answer), pauses: 10 });
    const table = Object.fromEntries(many.map((entry) => [`"${entry.n}"`, entry]));
    expect(await written(table)).toEqual({ text: jsonText(table), pauses: 10 });
    expect(await written([1, 2, 3])).toEqual({ text: '[1,2,3]', pauses: 0 });
  });
});
