import type { ChainParams } from '../protocol/params/chain-params.ts';
import { regtest } from '../protocol/params/regtest.ts';

const MATURITY = 10;

/**
 * Like regtest, whose blocks every second hash finds: in a simulation the clock decides who mines, not
 * the hashes. Coins can be spent early, so that payments begin at once.
 */
export function simChain(): ChainParams {
  const like = regtest;
  return {
    ...like,
    name: 'sim',
    about: 'A chain for simulations',
    consensus: { ...like.consensus, coinbaseMaturity: MATURITY },
  };
}
