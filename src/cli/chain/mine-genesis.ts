import { searchGenesis } from '../../protocol/params/custom/custom-chain.ts';
import type { CustomChainSpec } from '../../protocol/params/custom/custom-chain-spec.ts';
import type { GenesisFacts } from '../../protocol/params/genesis.ts';
import type { Io } from '../io.ts';
import { durationText, grouped } from '../plain-words.ts';

export interface MinedGenesis {
  readonly facts: GenesisFacts;
  readonly hashes: number;
  readonly seconds: number;
}

/** Hashes between two looks at the clock: some hundredths of a second. */
const SLICE = 20_000;
/** How often a person is told, in milliseconds. */
const REPORT_EVERY = 200;
const CLEAR_LINE = '\r\u001b[K';

/**
 * Mines the first block of a chain, and shows a person how far it is. The search has no memory: how
 * long it has taken says nothing about how long it will.
 */
export async function mineGenesis(spec: CustomChainSpec, io: Io): Promise<MinedGenesis> {
  const search = searchGenesis(spec);
  const start = io.clock.monotonic();
  let reported = start;
  for (;;) {
    const facts = search.search(SLICE);
    const now = io.clock.monotonic();
    if (facts !== undefined) {
      if (reported > start) io.err.write(CLEAR_LINE);
      return { facts, hashes: search.hashes, seconds: (now - start) / 1000 };
    }
    if (io.err.isTerminal && now - reported >= REPORT_EVERY) {
      reported = now;
      const line = miningLine(search.hashes, search.expectedHashes, (now - start) / 1000);
      io.err.write(CLEAR_LINE + line.slice(0, io.err.columns - 1));
    }
    await io.clock.nextTurn();
  }
}

/** How far the search is, short enough for 80 columns at the hardest difficulty that there is. */
export function miningLine(hashes: number, expected: number, seconds: number): string {
  const wanted = Math.ceil((expected * seconds) / hashes);
  return `Mining: ${grouped(hashes)} hashes; a block takes about ${grouped(Math.round(expected))} (${durationText(wanted)})`;
}
