/** The limits that keep a script cheap to run. They do not change from chain to chain. */

/** Of a script before Tapscript, which has no limit but the block's. */
export const MAX_SCRIPT_SIZE = 10_000;
/** Of an element that a script pushes, or that a witness puts on the stack. */
export const MAX_ELEMENT_SIZE = 520;
/** Of both stacks together. */
export const MAX_STACK_SIZE = 1_000;
/** Of opcodes above `OP_16`, before Tapscript; every key of a multisig counts as one more. */
export const MAX_OPS_PER_SCRIPT = 201;
export const MAX_PUBKEYS_PER_MULTISIG = 20;

/** BIP342: what each signature check takes out of the budget of its input. */
export const WEIGHT_PER_SIGNATURE = 50;
/** BIP342: what the budget has beyond the size of the witness, so that a lone signature fits. */
export const FREE_SIGNATURE_WEIGHT = 50;
