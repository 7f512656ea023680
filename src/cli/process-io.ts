import { homedir } from 'node:os';
import { relative } from 'node:path';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import { SystemEntropy } from '../outside/entropy/system-entropy.ts';
import { SystemHttp } from '../outside/http/system-http.ts';
import { SystemHttpClient } from '../outside/http/system-http-client.ts';
import { SystemNetwork } from '../outside/network/system-network.ts';
import { SystemPrograms } from '../outside/programs/system-programs.ts';
import { SystemThreads } from '../outside/threads/system-threads.ts';
import { EXIT_STOPPED } from './exit-code.ts';
import type { Io, Output } from './io.ts';
import { standardInput } from './process-input.ts';

/**
 * One Ctrl-C can arrive twice: from the terminal, and from an `npx` in between that passes it on. What
 * comes so soon after the first, in milliseconds, is not a second one.
 */
const SAME_REQUEST = 300;
/** Who is asked twice still has so many milliseconds to come to its end. */
const LAST_MOMENT = 500;

/** The streams of this process, and the real doors. */
export function processIo(): Io {
  let onReaderGone: (() => void) | undefined;
  // A reader that has seen enough, like `head`, closes the pipe. That is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (onReaderGone !== undefined) return onReaderGone();
    if (error.code !== 'EPIPE') process.stderr.write(`blockyard: cannot write: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => {});
  const disk = new SystemDisk();
  const clock = new SystemClock();
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    input: standardInput,
    disk,
    openStore: async (path, options) => {
      // Its native code takes a while to load, and most commands do without it.
      const { openLevelStore } = await import('../node/storage/level-store.ts');
      return openLevelStore(path, { disk, clock }, options);
    },
    clock,
    entropy: new SystemEntropy(),
    network: new SystemNetwork(),
    http: new SystemHttp(),
    httpClient: new SystemHttpClient(),
    threads: new SystemThreads(),
    programs: new SystemPrograms(),
    environment: process.env,
    home: homedir(),
    outliveReaders: (onGone) => {
      onReaderGone = onGone;
    },
    onStop,
    onHangUp,
    command: commandOf(process.argv[1] ?? 'blockyard', process.env['npm_command']),
  };
}

/** How this program was called. From a clone, `npx` finds it; a path to it always works. */
function commandOf(script: string, npmCommand: string | undefined): string {
  if (npmCommand !== undefined) return 'npx blockyard';
  return /[\\/]blockyard$/.test(script) ? 'blockyard' : `node ${relative(process.cwd(), script)}`;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    drained: async () => {
      if (stream.writableNeedDrain) await new Promise((done) => stream.once('drain', done));
    },
    isTerminal,
    // A window changes its size while something is going on in it.
    get columns() {
      return stream.columns ?? 80;
    },
    // https://no-color.org: any value but an empty one.
    colours: isTerminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  };
}

function onStop(listener: () => void): () => void {
  let asked: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    const isSame = asked !== undefined && signal === 'SIGINT' && now - asked <= SAME_REQUEST;
    if (isSame) return;
    if (asked === undefined) {
      asked = now;
      listener();
    } else {
      setTimeout(() => process.exit(EXIT_STOPPED), LAST_MOMENT).unref();
    }
  };
  return onSignals(['SIGINT', 'SIGTERM'], stop);
}

function onHangUp(listener: () => void): () => void {
  return onSignals(['SIGHUP'], listener);
}

function onSignals(
  signals: readonly NodeJS.Signals[],
  listener: (signal: NodeJS.Signals) => void,
): () => void {
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
