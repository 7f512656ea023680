/** The numbers of policy: what a node relays, where the rules of the chain would allow more. */

export const MIN_STANDARD_TX_VERSION = 1;
/** Version 3 asks for a small family, in return for being replaceable without quarrels (BIP431). */
export const MAX_STANDARD_TX_VERSION = 3;

export const MAX_STANDARD_TX_WEIGHT = 400_000;

/**
 * A transaction of 64 bytes looks like an inner node of a Merkle tree, and could prove things that
 * are not so (CVE-2017-12842). Whatever is shorter has no use either.
 */
export const MIN_STANDARD_TX_NONWITNESS_SIZE = 65;

/** A fifth of what a block may ask for. */
export const MAX_STANDARD_TX_SIGOPS_COST = 16_000;

/** Of the script behind a pay-to-script-hash output. */
export const MAX_P2SH_SIGOPS = 15;

/** A 15-of-15 multisig behind a hash, with keys and signatures of full size, takes 1,627 bytes. */
export const MAX_STANDARD_SCRIPTSIG_SIZE = 1_650;

/** More keys than three in an output itself were only ever used to store data. */
export const MAX_STANDARD_BARE_MULTISIG_KEYS = 3;

export const MAX_STANDARD_P2WSH_SCRIPT_SIZE = 3_600;
export const MAX_STANDARD_P2WSH_STACK_ITEMS = 100;
export const MAX_STANDARD_P2WSH_STACK_ITEM_SIZE = 80;
export const MAX_STANDARD_TAPSCRIPT_STACK_ITEM_SIZE = 80;

/** BIP125's rule 5: how many transactions a single one may throw out. */
export const MAX_REPLACEMENT_CANDIDATES = 100;

/** BIP431: a version 3 transaction and its ancestors, or its descendants, are two at most. */
export const TRUC_VERSION = 3;
export const TRUC_ANCESTOR_LIMIT = 2;
export const TRUC_DESCENDANT_LIMIT = 2;
export const TRUC_MAX_VSIZE = 10_000;
/** The child that pays is small, so that it is cheap to replace. */
export const TRUC_CHILD_MAX_VSIZE = 1_000;
