/** What is known of a block beside its header: one bit each. They are written to the disk. */

/** Its bytes are in a block file. */
export const STORED = 0x01;
/** What takes it back is in an undo file. */
export const UNDO_STORED = 0x02;
/** It has been connected once: it is valid, scripts and all. */
export const VALID = 0x04;
/** It breaks a rule, or somebody called it invalid by hand. */
export const FAILED = 0x08;
/** It builds on such a block. */
export const FAILED_PARENT = 0x10;

export const FAILED_MASK: number = FAILED | FAILED_PARENT;
