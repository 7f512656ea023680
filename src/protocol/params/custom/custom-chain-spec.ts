import type { AddressPrefixes } from '../../script/address.ts';
import type { Ports } from '../chain-params.ts';

/** A chain that somebody defined in a file, field by field as the file has them. */
export interface CustomChainSpec {
  readonly basedOn: BaseChain;
  readonly name: string;
  readonly difficultyBits: number;
  readonly retarget: 'none' | 'bitcoin' | 'asert';
  readonly spacingSeconds: number;
  /** Satoshis. */
  readonly blockReward: bigint;
  readonly halvingInterval: number;
  readonly minTransactionsPerBlock: number;
  readonly maxTransactionsPerBlock: number;
  readonly coinbaseMaturity: number;
  readonly confirmations: number;
  readonly addressPrefixes: AddressPrefixes;
  readonly premine: readonly PremineOutput[];
  readonly ports: Ports;
  readonly genesisMessage: string;
  readonly genesisTime: number;
  /** Undefined until the first block is mined. */
  readonly genesisNonce: number | undefined;
  /** As it is shown: reversed, in hex. */
  readonly genesisHash: string | undefined;
}

/** The chains that a custom one takes what it does not say from. */
export type BaseChain = 'lab' | 'regtest';

export interface PremineOutput {
  readonly address: string;
  /** Satoshis. */
  readonly amount: bigint;
}
