/** A node in a process of its own, as `sockets.ts` sees it: started, told things, killed, started again. */
import { type Child, startChild } from './child.ts';

export interface SocketsTask {
  readonly folder: string;
  readonly port: number;
  readonly addNode: readonly string[];
}

/** What a process has open. */
export interface OpenFiles {
  readonly sockets: number;
  readonly files: number;
  readonly others: number;
}

/** What a node can be told, and what it answers. */
export interface Answers {
  /** Take the blocks of a file. */
  readonly take: { readonly height: number };
  readonly mine: { readonly hash: string | undefined };
  /** Take a transaction, and tell everybody. */
  readonly pay: { readonly result: string };
  readonly tell: NodeState;
  readonly pool: { readonly txids: readonly string[] };
  readonly coins: { readonly hash: string };
  readonly memory: { readonly used: number; readonly resident: number };
  readonly stop: Readonly<Record<string, never>>;
}

export interface NodeState {
  readonly height: number;
  readonly tip: string;
  readonly connections: number;
  readonly open: OpenFiles | undefined;
  readonly mempool: number;
}

/** What a node says. */
export type NodeLine =
  | { readonly kind: 'open'; readonly height: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'trouble'; readonly level: 'warn' | 'error'; readonly words: string }
  | {
      readonly kind: 'blame';
      readonly code: string;
      readonly isGrave: boolean;
      readonly words: string;
    };

/** A process that takes longer to open, or to end, hangs. */
const PATIENCE_MS = 60_000;

export interface SocketNodeReports {
  readonly failed: (what: string) => void;
  readonly said: (line: NodeLine) => void;
}

interface Life {
  readonly child: Child;
  readonly isOpen: Promise<boolean>;
  readonly isOver: Promise<void>;
  /** Whether it is to end now. */
  isEnding: boolean;
}

export class SocketNode {
  readonly name: string;
  readonly #task: SocketsTask;
  readonly #reports: SocketNodeReports;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #life: Life | undefined;
  #orders = 0;

  constructor(name: string, task: SocketsTask, reports: SocketNodeReports) {
    this.name = name;
    this.#task = task;
    this.#reports = reports;
  }

  /** Resolves when it is open and has begun to connect; false if it did not come to that. */
  start(): Promise<boolean> {
    if (this.#life !== undefined) throw new Error(`${this.name} is running`);
    let opened = (_: boolean): void => {};
    const isOpen = new Promise<boolean>((resolve) => {
      opened = resolve;
    });
    const hear = (words: readonly string[]): void => {
      const line = JSON.parse(words.join(' ')) as NodeLine;
      if (line.kind === 'open') opened(true);
      if (line.kind === 'answer') this.#answer(line.id, line.answer);
      this.#reports.said(line);
    };
    const child = startChild('sockets-process', this.#task, hear);
    const impatience = setTimeout(() => this.#giveUp('is not open'), PATIENCE_MS);
    void isOpen.then(() => clearTimeout(impatience));
    const isOver = child.ended.then(({ code, signal, errors }) => {
      const { isEnding } = this.#life as Life;
      this.#life = undefined;
      opened(false);
      for (const id of [...this.#waiting.keys()]) this.#answer(id, undefined);
      const end = signal ?? `code ${code}`;
      const isGood = isEnding && (signal === 'SIGKILL' || code === 0);
      if (errors !== '' || !isGood)
        this.#reports.failed(`${this.name} ended with ${end}: ${errors}`);
    });
    this.#life = { child, isOpen, isOver, isEnding: false };
    return isOpen;
  }

  /** Tells it something, once it is open. Undefined if it ends before it has answered. */
  async tell<K extends keyof Answers>(name: K, given = ''): Promise<Answers[K] | undefined> {
    const life = this.#life;
    if (life === undefined || !(await life.isOpen) || this.#life !== life) return undefined;
    const id = this.#orders++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (answer: unknown) => void);
      life.child.process.stdin?.write(`${JSON.stringify({ id, name, given })}\n`);
    });
  }

  /** `kill -9`. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#life === undefined) return;
    this.#life.isEnding = true;
    this.#life.child.process.kill('SIGKILL');
    await this.#life.isOver;
  }

  /** Has it end by itself, as it should. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined || !(await life.isOpen)) return;
    life.isEnding = true;
    const impatience = setTimeout(() => this.#giveUp('has not ended'), PATIENCE_MS);
    await this.tell('stop');
    await life.isOver;
    clearTimeout(impatience);
  }

  #giveUp(what: string): void {
    this.#reports.failed(`${this.name} ${what} after ${PATIENCE_MS / 1000} s`);
    this.#life?.child.process.kill('SIGKILL');
  }

  #answer(id: number, answer: unknown): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(answer);
  }
}
