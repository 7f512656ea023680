import { describe, expect, it } from 'vitest';
import { oneAfterAnother } from './one-after-another.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work that takes long', () => {
  it('is done one after another, in the order in which it was asked for, whatever fails', async () => {
    const key = {};
    const told: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      told.push(`${name} begins`);
      await turn();
      told.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
      return name;
    };
    const [a, b, c] = ['a', 'b', 'c'].map((name) => oneAfterAnother(key, work(name)));
    await expect(b).rejects.toThrow('b fails');
    expect(await Promise.all([a, c])).toEqual(['a', 'c']);
    expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('waits for nobody who has another key', async () => {
    let letGo = (): void => {};
    const held = oneAfterAnother({}, () => new Promise<void>((resolve) => (letGo = resolve)));
    expect(await oneAfterAnother({}, async () => 1)).toBe(1);
    await turn();
    letGo();
    await held;
  });
});
