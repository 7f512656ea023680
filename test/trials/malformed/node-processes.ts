/** Those that have a process of their own: the node that is put to the test, and who watches it. */
import { type Child, startChild, WITH_PRECEDENCE } from '../child.ts';
import type { LoopDelays } from '../loop-watch.ts';
import type { MalformedTask } from '../malformed-process.ts';
import type { PingTask } from '../ping-process.ts';

export interface Measure {
  readonly bytes: number;
  readonly heard: number;
  readonly tip: string;
}

/** The node, by the lines that its process writes. */
export class NodeUnderTest {
  readonly child: Child;
  readonly port: Promise<number>;
  isOver = false;
  #isStopping = false;
  #answer: (words: readonly string[]) => void = () => {};

  constructor(task: MalformedTask, failures: string[]) {
    let tellPort: (port: number) => void = () => {};
    this.port = new Promise((resolve) => {
      tellPort = resolve;
    });
    const onLine = ([what, ...words]: readonly string[]): void => {
      if (what === 'listening') tellPort(Number(words[0]));
      else if (what === 'failed') failures.push(`the node: ${words.join(' ')}`);
      else this.#answer(words);
    };
    this.child = startChild('malformed-process', task, onLine, {
      before: WITH_PRECEDENCE,
    });
    void this.child.ended.then(({ code, signal, errors }) => {
      this.isOver = true;
      if (code !== 0 && !(this.#isStopping && signal !== null)) {
        failures.push(`the node's process ended by itself (${code ?? signal}): ${errors}`);
      }
      tellPort(0);
      this.#answer([]);
    });
  }

  async measure(): Promise<Measure> {
    const [bytes, heard, tip = ''] = await this.#ask('measure');
    return { bytes: Number(bytes), heard: Number(heard), tip };
  }

  /** How many messages it has heard. */
  async count(): Promise<number> {
    return Number((await this.#ask('count'))[0]);
  }

  async stop(): Promise<LoopDelays> {
    const [ownMs, blockedMs] = await this.#ask('stop');
    this.#isStopping = true;
    return { ownMs: Number(ownMs), blockedMs: Number(blockedMs) };
  }

  #ask(question: string): Promise<readonly string[]> {
    return new Promise((resolve) => {
      if (this.isOver) return resolve([]);
      this.#answer = resolve;
      this.child.process.stdin?.write(`${question}\n`);
    });
  }
}

/** How many pings were answered, and how long that took. */
export interface PingFigures {
  readonly count: number;
  readonly medianMs: number;
  readonly longestMs: number;
}

/** An honest peer that wants nothing but to know whether the node is there. */
export class Pinger {
  readonly #child: Child;
  #answer: readonly string[] = [];

  constructor(task: PingTask) {
    const onLine = ([, ...figures]: readonly string[]): void => {
      this.#answer = figures;
    };
    this.#child = startChild('ping-process', task, onLine, { before: WITH_PRECEDENCE });
  }

  /** How long answers took. */
  async stop(): Promise<PingFigures> {
    this.#child.process.stdin?.write('stop\n');
    await this.#child.ended;
    const [count = 0, medianMs = 0, longestMs = 0] = this.#answer.map(Number);
    return { count, medianMs, longestMs };
  }
}
