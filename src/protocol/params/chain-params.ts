/**
 * What makes one chain differ from another, as plain data. Code reads these fields and never asks
 * for the name of the chain it is on.
 */
import type { Block } from '../primitives/block.ts';
import type { AddressPrefixes } from '../script/address.ts';

export interface ChainParams {
  /** As in `-chain=NAME` and in `getblockchaininfo`. */
  readonly name: string;
  /** One line for people who choose a chain. */
  readonly about: string;
  readonly genesis: Block;
  /** The four bytes that open every message between peers, and every block in a file. */
  readonly magic: Uint8Array;
  readonly ports: Ports;
  /**
   * Hosts that answer with addresses of nodes; none on chains that are not public. The dot at the end
   * of a name keeps a resolver from trying it below its own domain.
   */
  readonly dnsSeeds: readonly string[];
  readonly addressPrefixes: AddressPrefixes;
  readonly keyPrefixes: KeyPrefixes;
  readonly consensus: ConsensusParams;
  /** After how many confirmations wallets and the explorer call a payment final. */
  readonly confirmations: number;
}

export interface Ports {
  readonly p2p: number;
  readonly rpc: number;
}

export interface KeyPrefixes {
  /** The byte in front of a private key in Wallet Import Format. */
  readonly wif: number;
  /** The four bytes in front of a BIP32 key (`xpub`, `xprv`), as a big-endian number. */
  readonly extendedPublic: number;
  readonly extendedPrivate: number;
}

/** All that two nodes have to agree on. */
export interface ConsensusParams {
  /** The easiest target. */
  readonly powLimit: bigint;
  readonly spacingSeconds: number;
  readonly retarget: Retarget;
  /** Satoshis that the first blocks create. */
  readonly initialSubsidy: bigint;
  /** After so many blocks the subsidy is cut in half, 64 times at most. */
  readonly halvingInterval: number;
  /** How deep a coinbase must lie before it may be spent. */
  readonly coinbaseMaturity: number;
  /** From which height on each soft fork that has long been active is enforced. */
  readonly buried: BuriedDeployments;
  /** Soft forks that blocks signal for (BIP9). */
  readonly versionBits: VersionBitsParams;
  /** Blocks that broke a rule before it was one, and the few flags that they are checked with. */
  readonly scriptFlagExceptions: readonly ScriptFlagException[];
  /** BIP30 is not asked again of blocks above BIP34's height on the chain that holds this block. */
  readonly bip34Hash: string | undefined;
  /** Blocks that repeat an earlier coinbase, and are allowed to. */
  readonly bip30Exceptions: readonly BlockPosition[];
  /** The blocks whose coinbases those repeat: their coins were overwritten before they were spent. */
  readonly bip30Overwritten: readonly BlockPosition[];
  /** Bitcoin Core 28 follows no branch that leaves the chain before the last of these that it has. */
  readonly checkpoints: readonly BlockPosition[];
  /** BIP325: what a block's solution must satisfy. Only on signets. */
  readonly signetChallenge: Uint8Array | undefined;
  /** Whether the outputs of the first block are coins. They are not on Bitcoin's chains. */
  readonly genesisSpendable: boolean;
  /** How many transactions a block holds; a rule that only custom chains have. */
  readonly blockTransactions: TransactionCountLimits | undefined;
  /** A chain with less work than this is not followed. */
  readonly minimumChainWork: bigint;
  /** Displayed hash of a block whose ancestors' scripts are taken as valid. */
  readonly assumeValid: string | undefined;
}

export type Retarget =
  /** Every block has the target of the one before it. */
  | { readonly kind: 'none' }
  /** Every `timespanSeconds / spacingSeconds` blocks, by the time that the last period took. */
  | {
      readonly kind: 'bitcoin';
      readonly timespanSeconds: number;
      /** Test networks: a block that comes 20 minutes late may have the easiest target. */
      readonly allowMinDifficultyBlocks: boolean;
      /** BIP94: the timewarp fix, and retargeting from a period's first block. */
      readonly enforceBip94: boolean;
      /** Regtest: never retarget. */
      readonly noRetargeting: boolean;
    }
  /** After every block, towards a schedule that is fixed from the first mined block on. */
  | { readonly kind: 'asert'; readonly halfLifeSeconds: number };

export interface BuriedDeployments {
  readonly bip34: number;
  readonly bip65: number;
  readonly bip66: number;
  readonly csv: number;
  readonly segwit: number;
}

export interface VersionBitsParams {
  readonly window: number;
  /** How many blocks of a window must signal. */
  readonly threshold: number;
  readonly deployments: Readonly<Record<DeploymentName, VersionBitsDeployment>>;
}

export type DeploymentName = 'testdummy' | 'taproot';

export interface VersionBitsDeployment {
  readonly bit: number;
  /** Median time past, in seconds; or one of the two constants below. */
  readonly startTime: number;
  readonly timeout: number;
  readonly minActivationHeight: number;
}

/** A start time: active from the first block on. */
export const ALWAYS_ACTIVE = -1;
/** A start time: never active. */
export const NEVER_ACTIVE = -2;
/** A timeout that never comes. Bitcoin Core has the largest 64-bit number here. */
export const NO_TIMEOUT = Number.POSITIVE_INFINITY;

export interface ScriptFlagException {
  /** The displayed hash. */
  readonly blockHash: string;
  /** Names of script flags, as `scriptFlags` takes them. */
  readonly flags: readonly string[];
}

export interface BlockPosition {
  readonly height: number;
  readonly blockHash: string;
}

/** Both count the coinbase. */
export interface TransactionCountLimits {
  readonly min: number;
  readonly max: number;
}
