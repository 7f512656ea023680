/** An outside for tests: streams that remember, a simulated disk, a clock that stands still. */
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import type { Io, Output } from './io.ts';

export interface FakeIo extends Io {
  /** All that was written so far. */
  readonly said: () => { readonly out: string; readonly err: string };
}

export interface FakeIoOptions {
  readonly input?: Uint8Array | string;
  readonly isTerminal?: boolean;
  readonly colours?: boolean;
  readonly columns?: number;
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
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      said[name] += text;
    },
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
    },
    disk: new MemoryDisk(),
    clock: new VirtualClock(),
    command: 'blockyard',
    said: () => ({ ...said }),
  };
}
