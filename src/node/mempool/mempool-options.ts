/** What a pool takes, and how much of it. */
export interface MempoolOptions {
  /** Bytes of memory: `-maxmempool`. */
  readonly maxBytes: number;
  /** Seconds: `-mempoolexpiry`. */
  readonly expirySeconds: number;
  /** Satoshis for 1,000 virtual bytes: `-minrelaytxfee`. */
  readonly minRelayFeeRate: bigint;
  /** What a replacement pays beyond those that it replaces: `-incrementalrelayfee`. */
  readonly incrementalFeeRate: bigint;
  /** `-dustrelayfee` */
  readonly dustFeeRate: bigint;
  /** `-bytespersigop` */
  readonly bytesPerSigop: number;
  /** Whether only standard transactions are taken: not so on chains for tests. */
  readonly requireStandard: boolean;
  /** `-permitbaremultisig` */
  readonly permitBareMultisig: boolean;
  /** Bytes of the script of a data output, 0 if there must be none: `-datacarriersize`. */
  readonly maxDataCarrierBytes: number;
  /** Whether any transaction may be replaced, also one that does not signal it (BIP125). */
  readonly fullRbf: boolean;
  readonly limitAncestorCount: number;
  readonly limitAncestorVsize: number;
  readonly limitDescendantCount: number;
  readonly limitDescendantVsize: number;
  /** What it has to pay at least to be mined here: `-blockmintxfee`. */
  readonly blockMinFeeRate: bigint;
  /** How heavy blocks are made here, at most: `-blockmaxweight`. */
  readonly blockMaxWeight: number;
  /** Of blocks that were taken back, how many bytes of transactions are held until the end. */
  readonly maxDisconnectedBytes: number;
}

/** The figures of Bitcoin Core 28. */
export const DEFAULT_MEMPOOL_OPTIONS: MempoolOptions = {
  maxBytes: 300_000_000,
  expirySeconds: 336 * 60 * 60,
  minRelayFeeRate: 1000n,
  incrementalFeeRate: 1000n,
  dustFeeRate: 3000n,
  bytesPerSigop: 20,
  requireStandard: true,
  permitBareMultisig: true,
  maxDataCarrierBytes: 83,
  fullRbf: true,
  limitAncestorCount: 25,
  limitAncestorVsize: 101_000,
  limitDescendantCount: 25,
  limitDescendantVsize: 101_000,
  blockMinFeeRate: 1000n,
  blockMaxWeight: 3_996_000,
  maxDisconnectedBytes: 20_000_000,
};
