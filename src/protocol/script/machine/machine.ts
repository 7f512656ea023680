import { ScriptError } from '../script-error.ts';
import type { InputChecker } from './input-checker.ts';

/** The three dialects: before SegWit, SegWit version 0 (BIP141), and Tapscript (BIP342). */
export type ScriptVersion = 'legacy' | 'segwit-v0' | 'tapscript';

/** The state of a script that is being run. */
export interface Machine {
  readonly script: Uint8Array;
  readonly version: ScriptVersion;
  readonly flags: number;
  readonly checker: InputChecker;
  /** Only in Tapscript. */
  readonly tapscript: TapscriptState | undefined;

  /** Elements are never changed, so that one may lie on the stack twice. The last one is the top. */
  readonly stack: Uint8Array[];
  readonly altStack: Uint8Array[];

  /** Where the instruction after this one begins. */
  next: number;
  /** Counts against {@link MAX_OPS_PER_SCRIPT}. */
  opCount: number;
  /** The number of the instruction, from zero. */
  instruction: number;

  /** How many OP_IFs are open. */
  openBranches: number;
  /** Which of them, from 1, is the outermost that is not taken; zero if all are. */
  skippedBranch: number;

  /** Where what signatures sign begins: behind the last OP_CODESEPARATOR that was run. */
  codeStart: number;
  /** That part of the script, once it has been asked for. */
  signedScript: Uint8Array | undefined;
}

/** What Tapscript keeps beyond that (BIP342). Signatures commit to all of it but the weight. */
export interface TapscriptState {
  /** Names the script in its tree. */
  readonly leafHash: Uint8Array;
  /** The hash of the annex, if the witness has one. */
  readonly annexHash: Uint8Array | undefined;
  /** The number of the last OP_CODESEPARATOR that was run; all ones before the first. */
  codeSeparator: number;
  /** What is left of the budget for signature checks. */
  weightLeft: number;
}

/** What an opcode does. */
export type Operation = (machine: Machine, opcode: number) => void;

/** The operations of one family, by opcode. */
export type OperationTable = Readonly<Record<number, Operation>>;

/** Refuses to go on with fewer elements than these. */
export function requireDepth({ stack }: Machine, depth: number): void {
  if (stack.length < depth) throw new ScriptError('INVALID_STACK_OPERATION');
}

/** The element at a depth, 1 at the top. Only behind {@link requireDepth}. */
export function peek({ stack }: Machine, depth: number): Uint8Array {
  return stack[stack.length - depth] as Uint8Array;
}

/** Takes the top. Only behind {@link requireDepth}. */
export function pop({ stack }: Machine): Uint8Array {
  return stack.pop() as Uint8Array;
}

/** What a signature before Tapscript signs of the script: one array, however often it is asked for. */
export function signedScript(machine: Machine): Uint8Array {
  const { script, codeStart } = machine;
  machine.signedScript ??= codeStart === 0 ? script : script.subarray(codeStart);
  return machine.signedScript;
}

const TRUE = Uint8Array.of(1);
const FALSE = new Uint8Array(0);

/** Puts a truth on the stack, as a one or as nothing. */
export function pushBoolean({ stack }: Machine, value: boolean): void {
  stack.push(value ? TRUE : FALSE);
}
