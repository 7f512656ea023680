import { describe, expect, it } from 'vitest';
import { bip340Outcomes } from '../../../../test/conformance/bip340.ts';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { loadCurve } from './select.node.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: BIP340 by each backend (no vector folder)');

describe.skipIf(vectors === undefined)('BIP340', () => {
  it.each(['native', 'wasm', 'pure'])('is kept by the %s backend', (name) => {
    const outcomes = bip340Outcomes(loadCurve(name), vectors as VectorFolder);
    expect(outcomes).toEqual(new Array(15).fill(undefined));
  });
});
