import { ScriptError } from '../../protocol/script/script-error.ts';
import type { Spend } from '../../protocol/script/signature-hash/spend.ts';
import { verifySpend } from '../../protocol/script/verify-input.ts';

/** Runs the scripts of an input, and answers with their failure. Whatever else is thrown is a bug. */
export function runInput(spend: Spend, input: number, flags: number): ScriptError | undefined {
  try {
    verifySpend(spend, input, flags);
    return undefined;
  } catch (error) {
    if (error instanceof ScriptError) return error;
    throw error;
  }
}
