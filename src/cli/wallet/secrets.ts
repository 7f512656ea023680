/** Passphrases and words: from a person who types them unseen, or from standard input. Never from a command line. */
import { CommandError } from '../command-error.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';

const MOST_BYTES = 64 * 1024;

export class Secrets {
  readonly #io: Pick<Io, 'input' | 'err'>;
  readonly #takesStdin: boolean;
  #lines: Promise<readonly string[]> | undefined;

  /** @param takesStdin whether `--passphrase-stdin` was given */
  constructor(io: Pick<Io, 'input' | 'err'>, takesStdin: boolean) {
    this.#io = io;
    this.#takesStdin = takesStdin;
  }

  /** The passphrase of a wallet. @throws CommandError `no-input` */
  async passphrase(prompt: string): Promise<string> {
    return this.#takesStdin ? this.#lastLine() : this.typed(prompt, 'the passphrase');
  }

  /** A new passphrase, which is typed twice. @throws CommandError `no-input`, `mistyped` */
  async newPassphrase(): Promise<string> {
    if (this.#takesStdin) return this.#lastLine();
    const first = await this.typed('New passphrase: ', 'a passphrase');
    if (first === '') {
      throw new CommandError('no-input', 'the passphrase is empty; nothing was changed');
    }
    const second = await this.typed('The same once more: ', 'a passphrase');
    if (first === second) return first;
    throw new CommandError('mistyped', 'the two passphrases are different; nothing was changed');
  }

  /** The words of a wallet: typed unseen, or all that stands on standard input before the passphrase. */
  async words(): Promise<string> {
    const { input } = this.#io;
    if (input.isTerminal && !this.#takesStdin) {
      return this.typed('The words of the wallet, in a line: ', 'the words');
    }
    const lines = await this.#allLines();
    return (this.#takesStdin ? lines.slice(0, -1) : lines).join(' ');
  }

  /** What somebody types unseen. @throws CommandError `no-input` */
  async typed(prompt: string, what: string): Promise<string> {
    const { input } = this.#io;
    if (!input.isTerminal) {
      const hint = what.endsWith('passphrase') ? '; pipe it in, with --passphrase-stdin' : '';
      throw new CommandError('no-input', `there is no terminal to type ${what} at${hint}`);
    }
    const typed = await input.readSecret(prompt);
    if (typed === undefined) throw new CommandError('no-input', `${what} was not typed`);
    return typed;
  }

  async #lastLine(): Promise<string> {
    const line = (await this.#allLines()).at(-1);
    if (line !== undefined && line !== '') return line;
    throw new CommandError('no-input', 'there is no passphrase on standard input');
  }

  #allLines(): Promise<readonly string[]> {
    this.#lines ??= this.#read();
    return this.#lines;
  }

  async #read(): Promise<readonly string[]> {
    const bytes = await this.#io.input.readAll(MOST_BYTES);
    if (bytes === undefined) {
      throw new UsageError('bad-value', `standard input has more than ${MOST_BYTES} bytes`);
    }
    const lines = new TextDecoder().decode(bytes).split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.map((line) => line.replace(/\r$/, ''));
  }
}
