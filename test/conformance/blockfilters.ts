import { fromHex, fromReversedHex, toHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { decodeBlock } from '../../src/protocol/primitives/block.ts';
import { blockFilter, filterHeader } from '../../src/protocol/primitives/block-filter.ts';
import { type CaseOutcome, outcomeOf, type VectorCheck } from './vector-check.ts';

type Row = readonly [
  height: number,
  hash: string,
  block: string,
  spentScripts: readonly string[],
  previousHeader: string,
  filter: string,
  header: string,
  notes: string,
];

/** BIP158's filters of blocks of testnet3, and BIP157's headers of those filters. */
export const blockFiltersCheck: VectorCheck = {
  file: 'core/blockfilters.json',
  total: 10,
  run: (vectors) =>
    vectors
      .json<readonly (Row | readonly [string])[]>('core/blockfilters.json')
      .filter((row) => row.length > 1)
      .map((row) => outcomeOfRow(row as Row)),
};

function outcomeOfRow(row: Row): CaseOutcome {
  const [height, , block, spentScripts, previousHeader, filter, header] = row;
  return outcomeOf(`block ${height}`, () => {
    const made = blockFilter(decodeBlock(fromHex(block)), spentScripts.map(fromHex));
    if (toHex(made) !== filter) throw new Error(`its filter is ${toHex(made)}, not ${filter}`);
    const chained = toReversedHex(filterHeader(made, fromReversedHex(previousHeader)));
    if (chained !== header) throw new Error(`its filter header is ${chained}, not ${header}`);
  });
}
