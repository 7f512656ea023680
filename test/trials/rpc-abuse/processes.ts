/** Those that have a process of their own: the node that is put to the test, and an honest client. */
import { type Child, startChild, WITH_PRECEDENCE } from '../child.ts';
import type { RpcAbuseTask } from '../rpc-abuse-process.ts';
import type { HonestTask } from './honest-caller.ts';

export interface Measure {
  readonly bytes: number;
  readonly sockets: number;
}

export interface NodeFigures {
  readonly ownMs: number;
  readonly blockedMs: number;
  readonly peakMemoryMb: number;
}

/** The node, by the lines that its process writes. */
export class AbusedNode {
  readonly port: Promise<number>;
  readonly #child: Child;
  #answer: (words: readonly string[]) => void = () => {};
  #isOver = false;

  constructor(task: RpcAbuseTask, failures: string[]) {
    let tellPort: (port: number) => void = () => {};
    this.port = new Promise((resolve) => {
      tellPort = resolve;
    });
    const onLine = ([what, ...words]: readonly string[]): void => {
      if (what === 'listening') tellPort(Number(words[0]));
      else if (what === 'failed') failures.push(`the node: ${words.join(' ')}`);
      else this.#answer(words);
    };
    this.#child = startChild('rpc-abuse-process', task, onLine, { before: WITH_PRECEDENCE });
    void this.#child.ended.then(({ code, signal, errors }) => {
      this.#isOver = true;
      if (code !== 0 || errors !== '') {
        failures.push(`the node's process ended with ${code ?? signal}: ${errors}`);
      }
      tellPort(0);
      this.#answer([]);
    });
  }

  async measure(): Promise<Measure> {
    const [bytes, sockets] = await this.#ask('measure');
    return { bytes: Number(bytes), sockets: Number(sockets) };
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<NodeFigures> {
    const [ownMs, blockedMs, peakKib] = (await this.#ask('stop')).map(Number);
    await this.#child.ended;
    const peakMemoryMb = Math.round(((peakKib ?? Number.NaN) * 1024) / 1e6);
    return { ownMs: ownMs ?? Number.NaN, blockedMs: blockedMs ?? Number.NaN, peakMemoryMb };
  }

  kill(): void {
    this.#child.process.kill();
  }

  #ask(question: string): Promise<readonly string[]> {
    return new Promise((resolve) => {
      if (this.#isOver) return resolve([]);
      this.#answer = resolve;
      this.#child.process.stdin?.write(`${question}\n`);
    });
  }
}

/** How many calls of the honest client were answered, and how long that took. */
export interface HonestFigures {
  readonly count: number;
  readonly wrong: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** How long the client itself was held up. */
  readonly ownMs: number;
}

export class HonestCaller {
  readonly #child: Child;
  #answer: readonly string[] = [];

  constructor(task: HonestTask) {
    const onLine = ([, ...figures]: readonly string[]): void => {
      this.#answer = figures;
    };
    const before = WITH_PRECEDENCE;
    this.#child = startChild('rpc-abuse/honest-caller', task, onLine, { before });
  }

  async stop(): Promise<HonestFigures> {
    this.#child.process.stdin?.write('stop\n');
    await this.#child.ended;
    const figures = this.#answer.map(Number);
    const [count = 0, wrong = 0, medianMs = 0, p99Ms = 0, longestMs = 0, ownMs = 0] = figures;
    return { count, wrong, medianMs, p99Ms, longestMs, ownMs };
  }

  kill(): void {
    this.#child.process.kill();
  }
}
