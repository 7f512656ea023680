/** The door to programs: the one that this code runs in, and others that it starts. */
export interface Programs {
  /** The number of this process, as others see it. */
  readonly pid: number;
  /** The folder that relative paths begin in. */
  readonly folder: string;
  /**
   * Runs a command in the system's shell, and resolves with its exit code when it has ended. It writes to
   * where this program writes, and does not keep it from ending.
   */
  runShell(command: string): Promise<number>;
  /**
   * Starts this program once more in the background, with the words that it was given and these behind
   * them. It lives on when this one and its terminal are gone.
   */
  startAgain(more: readonly string[]): BackgroundProgram;
  /** Tells whoever started this program in the background that it is ready. */
  reportReady(): void;
}

export interface BackgroundProgram {
  readonly pid: number | undefined;
  /** Whether it has become ready; false if it ended before that. */
  readonly isReady: Promise<boolean>;
  /** Cares no more for what becomes of it. */
  letGo(): void;
}
