import type { ConsensusParams } from '../../params/chain-params.ts';

/** What the rules of difficulty see of the chain: one branch of it, up to some block. */
export interface HeaderChain {
  /** The height of the last block of the branch. */
  readonly height: number;
  /** A header of the branch, by its height: from 0 to {@link height}. */
  headerAt(height: number): WorkHeader;
}

/** What the rules of difficulty see of a header. Every `BlockHeader` is one. */
export interface WorkHeader {
  readonly time: number;
  readonly bits: number;
}

/** What the rules of difficulty see of a chain's parameters. */
export type DifficultyParams = Pick<ConsensusParams, 'powLimit' | 'spacingSeconds' | 'retarget'>;
