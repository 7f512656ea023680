/**
 * Every error that the project throws on purpose. `code` is stable and meant for programs,
 * `message` for people. Anything else that is thrown is a bug, and is treated as one.
 */
export abstract class CodedError extends Error {
  abstract readonly code: string;
}
