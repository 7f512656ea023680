import { afterEach, describe, expect, it } from 'vitest';
import { Node } from './node.ts';

const ADDRESS = 'bcrt1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpvxat9t';
let node: Node | undefined;

afterEach(async () => {
  await node?.stop();
  node = undefined;
});

/** What JavaScript would let through. */
function loosely(given: unknown): never {
  return given as never;
}

describe('an option that there is none of', () => {
  it('is refused, by every call, and nothing happens', async () => {
    node = await Node.start();
    const refused = [
      [node.mine(loosely({ block: 3 })), 'mine has no option "block"; allowed: blocks, to, '],
      [node.mine(loosely('3')), 'mine was given "3"; allowed: an object with blocks, '],
      [node.mine(loosely(null)), 'mine was given null; allowed: an object with blocks, '],
      [node.reorg(loosely({ blocks: 1 })), 'reorg has no option "blocks"; allowed: depth, '],
      [node.reorg(loosely(2)), 'reorg was given 2; allowed: an object with depth, '],
      [
        node.faucet(ADDRESS, 1, loosely({ confirmed: false })),
        'faucet has no option "confirmed"; allowed: confirm',
      ],
    ] as const;
    for (const [call, words] of refused) {
      await expect(call).rejects.toMatchObject({
        code: 'bad-option',
        message: expect.stringContaining(words),
      });
    }
    expect(node.height).toBe(0);
  });

  it('keeps a node from starting', async () => {
    const cases = [
      [{ chian: 'lab' }, 'Node.start has no option "chian"; allowed: chain, storage, '],
      [{ rpc: { pasword: 'x' } }, 'rpc has no option "pasword"; allowed: host, port, '],
      [{ p2p: { addnode: [] } }, 'p2p has no option "addnode"; allowed: listen, '],
    ] as const;
    for (const [options, words] of cases) {
      await expect(Node.start(loosely(options))).rejects.toMatchObject({
        code: 'bad-option',
        message: expect.stringContaining(words),
      });
    }
  });

  it('is no event to listen to', async () => {
    node = await Node.start();
    const words = 'there is no event "blok"; allowed: block, tx, reorg';
    expect(() => node?.on(loosely('blok'), () => {})).toThrow(words);
    await expect(node.next(loosely('blok'))).rejects.toThrow(words);
  });
});
