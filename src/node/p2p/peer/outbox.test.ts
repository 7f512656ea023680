import { expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

function recorder(): { readonly writes: Uint8Array[]; readonly outbox: Outbox } {
  const writes: Uint8Array[] = [];
  const write = (bytes: Uint8Array): boolean => writes.push(bytes) > 0;
  return { writes, outbox: new Outbox({ write }) };
}

it('lets small messages that are sent in one go leave together, in their order', async () => {
  const { writes, outbox } = recorder();
  outbox.push(Uint8Array.of(1, 2));
  outbox.push(Uint8Array.of(3));
  expect(writes).toEqual([]);
  await Promise.resolve();
  expect(writes).toEqual([Uint8Array.of(1, 2, 3)]);
  outbox.push(Uint8Array.of(4));
  await Promise.resolve();
  expect(writes).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
});

it('does not copy what is large, nor keep it, nor let it overtake', () => {
  const { writes, outbox } = recorder();
  const large = new Uint8Array(20_000);
  outbox.push(Uint8Array.of(1));
  outbox.push(large);
  expect(writes).toHaveLength(2);
  expect(writes[1]).toBe(large);
});

it('keeps no more than a few thousand bytes', () => {
  const { writes, outbox } = recorder();
  for (let i = 0; i < 100; i++) outbox.push(new Uint8Array(1000));
  expect(writes.map(({ length }) => length)).toEqual(new Array(5).fill(17_000));
  outbox.flush();
  outbox.flush();
  expect(writes.at(-1)).toHaveLength(15_000);
});
