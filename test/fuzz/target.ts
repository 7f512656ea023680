/** One thing that reads input which strangers write. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs, which the mutations start from. */
  readonly seeds: readonly Uint8Array[];
  /** Reads the input. It may throw a `CodedError` and nothing else, and must come to an end. */
  run(input: Uint8Array): void;
}
