export { InProcessVerifier } from './in-process-verifier.ts';
export {
  ScriptExecutionCache,
  type ScriptExecutionCacheOptions,
} from './script-execution-cache.ts';
export type {
  BlockScripts,
  ScriptCache,
  ScriptFailure,
  ScriptVerifier,
} from './script-verifier.ts';
export { ThreadVerifier, type ThreadVerifierOptions } from './thread-verifier.ts';
export { VerifierError } from './verifier-error.ts';
export { verifyThreads } from './verify-threads.ts';
