import type { BackgroundProgram, Programs } from './programs.ts';

export interface VirtualProgramsOptions {
  readonly pid?: number;
  readonly folder?: string;
  /** What shells answer; 0 by default. */
  readonly exitCodeOf?: (command: string) => number;
  /** Whether a program in the background becomes ready; it does by default. */
  readonly becomesReady?: boolean;
}

/** Programs that nobody runs, and that are remembered: for tests. */
export class VirtualPrograms implements Programs {
  readonly pid: number;
  readonly folder: string;
  readonly #options: VirtualProgramsOptions;
  /** The commands that shells were given. */
  readonly commands: string[] = [];
  /** The words that were added for programs in the background. */
  readonly started: (readonly string[])[] = [];
  /** How often somebody was told that this program is ready. */
  readyReports = 0;

  constructor(options: VirtualProgramsOptions = {}) {
    this.pid = options.pid ?? 1000;
    this.folder = options.folder ?? '/work';
    this.#options = options;
  }

  async runShell(command: string): Promise<number> {
    this.commands.push(command);
    return this.#options.exitCodeOf?.(command) ?? 0;
  }

  startAgain(more: readonly string[]): BackgroundProgram {
    this.started.push(more);
    const isReady = Promise.resolve(this.#options.becomesReady ?? true);
    return { pid: this.pid + this.started.length, isReady, letGo: () => {} };
  }

  reportReady(): void {
    this.readyReports++;
  }
}
