/** An outside for tests: streams that remember, a simulated disk, a clock that stands still. */
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { VirtualHttp } from '../outside/http/virtual-http.ts';
import { VirtualHttpClient } from '../outside/http/virtual-http-client.ts';
import { VirtualNetwork } from '../outside/network/virtual-network.ts';
import { VirtualPrograms } from '../outside/programs/virtual-programs.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import type { Io, Output } from './io.ts';

const HOST = '10.0.0.1';

export interface FakeIo extends Io {
  /** It stands still: whoever waits for a turn of it is waited for by {@link withTurns}. */
  readonly clock: VirtualClock;
  readonly http: VirtualHttp;
  /** All that was written so far. */
  readonly said: () => { readonly out: string; readonly err: string };
  /** Wants the command to end, as Ctrl-C does. */
  readonly stop: () => void;
}

export interface FakeIoOptions {
  readonly input?: Uint8Array | string;
  /** What somebody types who is asked for a secret. */
  readonly secrets?: readonly string[];
  readonly isTerminal?: boolean;
  readonly colours?: boolean;
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What the clock shows at the beginning, in milliseconds since 1970. */
  readonly now?: number;
}

/**
 * A command's outside that starts empty.
 *
 * @example
 * const io = fakeIo({ input: '00' });
 * await runCommand(['decode', 'script', '-'], io);
 * io.said().out
 */
export function fakeIo(options: FakeIoOptions = {}): FakeIo {
  const { input = '', isTerminal = false, colours = false, columns = 80 } = options;
  const said = { out: '', err: '' };
  const clock = new VirtualClock(options.now);
  const listeners = new Set<() => void>();
  const http = new VirtualHttp();
  const secrets = [...(options.secrets ?? [])];
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      said[name] += text;
    },
    drained: async () => {},
    isTerminal,
    columns,
    colours,
  });
  return {
    out: output('out'),
    err: output('err'),
    input: {
      isTerminal,
      readAll: async (limit) => {
        const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
        return bytes.length > limit ? undefined : bytes;
      },
      readSecret: async (prompt) => {
        said.err += prompt;
        return secrets.shift();
      },
    },
    disk: new MemoryDisk(),
    openStore: new MemoryStores({ clock }).open,
    clock,
    entropy: new SeededEntropy('a command'),
    network: new VirtualNetwork({ clock, entropy: new SeededEntropy('its network') }).host(HOST),
    http,
    httpClient: new VirtualHttpClient(http, clock),
    threads: new LocalThreads(clock),
    programs: new VirtualPrograms(),
    environment: options.environment ?? {},
    home: '/home/alice',
    onStop: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    outliveReaders: () => {},
    onHangUp: () => () => {},
    command: 'blockyard',
    said: () => ({ ...said }),
    stop: () => {
      for (const listener of listeners) listener();
    },
  };
}

/** Waits for a command, and gives all those a turn that ask the clock for one. No time passes. */
export async function withTurns<T>(command: Promise<T>, { clock }: FakeIo): Promise<T> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  command.then(end, end);
  while (!isOver) {
    // Commands are loaded from the real disk, about which the clock knows nothing.
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(0);
  }
  return command;
}
