/**
 * The numbers of consensus that are the same on every chain. Those that differ are in
 * `ConsensusParams`.
 */

/** BIP141: what a block may weigh; a byte outside witnesses counts four times. */
export const MAX_BLOCK_WEIGHT = 4_000_000;

/** BIP141: signature checks that a block may ask for; those outside witnesses count four times. */
export const MAX_BLOCK_SIGOPS_COST = 80_000;

/** BIP141: how much more anything costs outside a witness. It makes the old limits quarters. */
export const WITNESS_SCALE_FACTOR = 4;

/** The first version limited a coinbase's script so; its height (BIP34) has to fit in there. */
export const MIN_COINBASE_SCRIPT_SIZE = 2;
export const MAX_COINBASE_SCRIPT_SIZE = 100;

/** A header may be this many seconds ahead of the node's clock. */
export const MAX_FUTURE_BLOCK_TIME = 2 * 60 * 60;

/** BIP94: by how many seconds a difficulty period may begin before the last block of the one before. */
export const MAX_TIMEWARP = 600;

/** How many blocks the median of a block's time is taken over, itself the last of them. */
export const MEDIAN_TIME_SPAN = 11;

/** A lock time below it is a height, else a time: the 5th of November 1985, before any block. */
export const LOCKTIME_THRESHOLD = 500_000_000;

/** BIP68: an input with this bit asks for no relative lock time. */
export const SEQUENCE_LOCKTIME_DISABLE_FLAG = 0x80000000;

/** BIP68: with this bit the relative lock time is in units of 512 seconds, else in blocks. */
export const SEQUENCE_LOCKTIME_TYPE_FLAG = 0x00400000;

/** BIP68: the bits that hold the relative lock time. */
export const SEQUENCE_LOCKTIME_MASK = 0x0000ffff;

/** BIP68: 2^9 = 512 seconds, near enough to a block's ten minutes. */
export const SEQUENCE_LOCKTIME_GRANULARITY = 9;

/**
 * From this height on BIP30 is asked of every block again. Some coinbases from before BIP34 begin,
 * by chance, with what BIP34 later made the height of a block far ahead; this is the first that
 * could be repeated (about the year 2045).
 */
export const BIP34_IMPLIES_BIP30_LIMIT = 1_983_702;
