import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { BusyBranch } from './busy-branch.ts';
import type { MadeBlock } from './made-block.ts';

/** Until the first coinbase can be spent. */
const EMPTY_BLOCKS = 100;
/** The first coin that can be spent is divided, so that nobody has to wait for others. */
const FIRST_COINS = 200;
const OPENING_BLOCKS = EMPTY_BLOCKS + 1;

/** The first blocks of a regtest branch, until there are coins for every purpose. */
export function* openingOf(branch: BusyBranch): Generator<MadeBlock> {
  for (let i = 0; i < EMPTY_BLOCKS; i++) yield branch.mine(0);
  yield branch.fanOut(FIRST_COINS);
}

/** A regtest chain of so many blocks, with so many transactions in all, the coinbases not counted. */
export function* busyChain(
  blocks: number,
  transactions: number,
  entropy: SeededEntropy,
): Generator<MadeBlock> {
  const branch = BusyBranch.begin(regtest, entropy);
  yield* openingOf(branch);
  let made = 1;
  for (let i = OPENING_BLOCKS + 1; i <= blocks; i++) {
    const due = Math.round((transactions * (i - OPENING_BLOCKS)) / (blocks - OPENING_BLOCKS));
    yield branch.mine(due - made);
    made = due;
  }
}
