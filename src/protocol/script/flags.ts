/**
 * Which rules a script is held to. Bitcoin's rules grew by soft forks, so that old blocks are checked
 * with fewer flags; and nodes relay less than they accept in blocks, so that there are more flags
 * than rules. The bits are Bitcoin Core's.
 */
import { CodedError } from '../bytes/coded-error.ts';
import { nearestName } from '../bytes/nearest-name.ts';

const BITS = {
  /** BIP16: an output may name a script by its hash. */
  P2SH: 1 << 0,
  /** Public keys and hash types have a form that is defined. */
  STRICTENC: 1 << 1,
  /** BIP66: signatures are strict DER. */
  DERSIG: 1 << 2,
  /** BIP62: the S of a signature is in the lower half of its range. */
  LOW_S: 1 << 3,
  /** BIP147: the element that CHECKMULTISIG takes without a use is empty. */
  NULLDUMMY: 1 << 4,
  /** BIP62: a scriptSig only pushes. */
  SIGPUSHONLY: 1 << 5,
  /** BIP62: pushes and numbers have their shortest form. */
  MINIMALDATA: 1 << 6,
  DISCOURAGE_UPGRADABLE_NOPS: 1 << 7,
  /** BIP62: nothing but the result is left on the stack. */
  CLEANSTACK: 1 << 8,
  /** BIP65 */
  CHECKLOCKTIMEVERIFY: 1 << 9,
  /** BIP112 */
  CHECKSEQUENCEVERIFY: 1 << 10,
  /** BIP141, BIP143 */
  WITNESS: 1 << 11,
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM: 1 << 12,
  /** In a SegWit v0 script, OP_IF takes nothing but an empty element or a one. */
  MINIMALIF: 1 << 13,
  /** BIP146: a signature that fails is empty. */
  NULLFAIL: 1 << 14,
  /** Public keys in SegWit v0 scripts are compressed. */
  WITNESS_PUBKEYTYPE: 1 << 15,
  /** A script that a legacy signature signs is not changed by the signature itself. */
  CONST_SCRIPTCODE: 1 << 16,
  /** BIP341, BIP342 */
  TAPROOT: 1 << 17,
  DISCOURAGE_UPGRADABLE_TAPROOT_VERSION: 1 << 18,
  DISCOURAGE_OP_SUCCESS: 1 << 19,
  DISCOURAGE_UPGRADABLE_PUBKEYTYPE: 1 << 20,
} as const;

export const {
  P2SH,
  STRICTENC,
  DERSIG,
  LOW_S,
  NULLDUMMY,
  SIGPUSHONLY,
  MINIMALDATA,
  DISCOURAGE_UPGRADABLE_NOPS,
  CLEANSTACK,
  CHECKLOCKTIMEVERIFY,
  CHECKSEQUENCEVERIFY,
  WITNESS,
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM,
  MINIMALIF,
  NULLFAIL,
  WITNESS_PUBKEYTYPE,
  CONST_SCRIPTCODE,
  TAPROOT,
  DISCOURAGE_UPGRADABLE_TAPROOT_VERSION,
  DISCOURAGE_OP_SUCCESS,
  DISCOURAGE_UPGRADABLE_PUBKEYTYPE,
} = BITS;

/** The name of a flag, without `SCRIPT_VERIFY_`. */
export type ScriptFlagName = keyof typeof BITS;

export const scriptFlagNames = Object.keys(BITS) as readonly ScriptFlagName[];

/** What every new block is held to. A transaction that breaks these is nobody's honest mistake. */
export const MANDATORY_SCRIPT_FLAGS =
  P2SH | DERSIG | NULLDUMMY | CHECKLOCKTIMEVERIFY | CHECKSEQUENCEVERIFY | WITNESS | TAPROOT;

/** What a transaction is held to before it is relayed. */
export const STANDARD_SCRIPT_FLAGS =
  MANDATORY_SCRIPT_FLAGS |
  STRICTENC |
  MINIMALDATA |
  DISCOURAGE_UPGRADABLE_NOPS |
  CLEANSTACK |
  MINIMALIF |
  NULLFAIL |
  LOW_S |
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM |
  WITNESS_PUBKEYTYPE |
  CONST_SCRIPTCODE |
  DISCOURAGE_UPGRADABLE_TAPROOT_VERSION |
  DISCOURAGE_OP_SUCCESS |
  DISCOURAGE_UPGRADABLE_PUBKEYTYPE;

/** The flags that stand alone without meaning. `WITNESS` builds on `P2SH`, `CLEANSTACK` on both. */
export function withImpliedFlags(flags: number): number {
  if ((flags & CLEANSTACK) !== 0) return flags | P2SH | WITNESS;
  return (flags & WITNESS) !== 0 ? flags | P2SH : flags;
}

/**
 * Flags by their names, with or without `SCRIPT_VERIFY_` in front; `NONE` is none.
 *
 * @example
 * scriptFlags('P2SH', 'WITNESS') // 0x801
 */
export function scriptFlags(...names: readonly string[]): number {
  let flags = 0;
  for (const name of names) {
    const bare = name.replace(/^SCRIPT_VERIFY_/, '');
    if (bare === 'NONE') continue;
    if (!Object.hasOwn(BITS, bare)) throw new UnknownScriptFlagError(name);
    flags |= BITS[bare as ScriptFlagName];
  }
  return flags;
}

/** A name that no flag has. */
export class UnknownScriptFlagError extends CodedError {
  override readonly name = 'UnknownScriptFlagError';
  readonly code = 'unknown-script-flag';

  constructor(name: string) {
    const near = nearestName(name.replace(/^SCRIPT_VERIFY_/, ''), scriptFlagNames);
    const hint =
      near === undefined ? `there are ${scriptFlagNames.join(', ')}` : `did you mean ${near}?`;
    super(`there is no script flag ${JSON.stringify(name)}; ${hint}`);
  }
}
