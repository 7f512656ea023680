/** What a node offers to others: bits that it tells in `version`, and others tell of it in `addr`. */

/** All blocks. */
export const NODE_NETWORK = 1n;
/** Bloom filters (BIP37, BIP111). */
export const NODE_BLOOM = 4n;
/** Blocks and transactions with their witnesses (BIP144). */
export const NODE_WITNESS = 8n;
/** Compact block filters (BIP157). */
export const NODE_COMPACT_FILTERS = 64n;
/** The last 288 blocks, at least (BIP159). */
export const NODE_NETWORK_LIMITED = 1024n;
/** The encrypted transport (BIP324). */
export const NODE_P2P_V2 = 2048n;

/** The version of the protocol that is spoken here: up to `wtxidrelay` (BIP339). */
export const PROTOCOL_VERSION = 70016;
