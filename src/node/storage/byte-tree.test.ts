import { describe, expect, it } from 'vitest';
import { drawBelow } from '../../outside/entropy/draw.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { fromHex, toHex } from '../../protocol/bytes/hex.ts';
import { type ByteTree, EMPTY_TREE, findInTree, TreeEdit, walkTree } from './byte-tree.ts';

const list = (tree: ByteTree, reverse = false): string[] =>
  [...walkTree(tree, { reverse })].map(([key, value]) => `${toHex(key)}=${toHex(value)}`);

describe('a tree of bytes', () => {
  it('holds what a sorted list holds, through many changes that grow and shrink it', () => {
    const entropy = new SeededEntropy('byte tree');
    const model = new Map<string, Uint8Array>();
    const kept: [ByteTree, string[]][] = [];
    let tree = EMPTY_TREE;
    for (let round = 0; round < 20; round++) {
      const edit = new TreeEdit(tree);
      // It grows for a while, then shrinks until it is empty, and grows again.
      const puts = round % 10 < 5 ? 9 : 2;
      for (let i = 0; i < 2000; i++) {
        const key = Uint8Array.of(drawBelow(entropy, 32), drawBelow(entropy, 256));
        if (drawBelow(entropy, 10) < puts) {
          const value = entropy.bytes(drawBelow(entropy, 4));
          edit.put(key, value);
          model.set(toHex(key), value);
        } else {
          edit.delete(key);
          model.delete(toHex(key));
        }
      }
      if (round % 10 === 9) {
        for (const [key] of walkTree(edit.finish())) edit.delete(key);
        model.clear();
      }
      tree = edit.finish();
      const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      const lines = expected.map(([key, value]) => `${key}=${toHex(value)}`);
      expect(list(tree)).toEqual(lines);
      expect(list(tree, true)).toEqual(lines.toReversed());
      for (const [key, value] of expected) expect(findInTree(tree, fromHex(key))).toEqual(value);
      expect(tree.size).toBe(model.size);
      expect(tree.bytes).toBe(expected.reduce((sum, [, value]) => sum + 2 + value.length, 0));
      kept.push([tree, lines]);
    }
    expect(kept.some(([state]) => state.size > 4000)).toBe(true);
    expect(kept.some(([state]) => state.size === 0)).toBe(true);
    // Later edits have changed nothing in the trees that they started from.
    for (const [state, lines] of kept) expect(list(state)).toEqual(lines);
  });

  it('finds a key among many in few steps', () => {
    const edit = new TreeEdit(EMPTY_TREE);
    const keys = Array.from({ length: 20_000 }, (_, i) => Uint8Array.of(i, i >> 8, i >> 16));
    for (const key of keys) edit.put(key, key);
    const tree = edit.finish();
    let depth = 0;
    for (let node = tree.root; 'children' in node; node = node.children[0] as typeof node) depth++;
    expect(depth).toBeLessThan(4);
    for (const key of keys) expect(findInTree(tree, key)).toEqual(key);
    expect([...walkTree(tree)].map(([key]) => key)).toEqual(keys.toSorted(compareBytes));
  });
});
