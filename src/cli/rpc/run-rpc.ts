/** `bitcoin-cli`, as this program is it: a method is called, its answer is printed. */
import { METHOD_NOT_FOUND, RpcCallError } from '../../client/rpc-call-error.ts';
import { type CallParams, RpcConnection } from '../../client/rpc-connection.ts';
import { clientOptionSet } from '../../node/options/option-table.ts';
import { askedFor, readLeadingOptions } from '../../node/options/read-command-line.ts';
import type { MethodSpec } from '../../node/rpc/rpc-method.ts';
import { version } from '../../node/version.ts';
import { unixTime } from '../../outside/clock/clock.ts';
import { nearestName } from '../../protocol/bytes/nearest-name.ts';
import { type Json, jsonText } from '../../protocol/report/json-text.ts';
import { EXIT_OK, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { addrInfo } from './addr-info.ts';
import { ArgumentError, convertArguments } from './convert-arguments.ts';
import { type FailedCall, failureOf } from './error-words.ts';
import { generateBlocks } from './generate.ts';
import { getInfo } from './get-info.ts';
import { NET_INFO_HELP, netInfo } from './net-info.ts';
import { methodList, rpcHelp, rpcVersionText } from './rpc-help.ts';
import { loadRpcSettings, type RpcSettings } from './rpc-settings.ts';
import { readStdin, type StdinWishes } from './stdin-words.ts';

const NOTHING_KNOWN: FailedCall = { chain: undefined, configPath: '', isWaiting: false };
/** Methods that take a passphrase: `walletpassphrase` and `walletpassphrasechange`. */
const PASSPHRASE = 'walletpassphrase';

/**
 * Calls a method of a node, and answers with the exit code: the number of the error, as `bitcoin-cli` does.
 *
 * @example
 * await runRpc(['-regtest', 'getblockhash', '0'], io) // 0
 */
export async function runRpc(words: readonly string[], io: Io): Promise<ExitCode> {
  if (words.length === 0) {
    io.out.write(methodList(await allMethods(), io.out));
    return EXIT_OK;
  }
  let known = NOTHING_KNOWN;
  try {
    const line = readLeadingOptions(words, clientOptionSet);
    const wish = askedFor(line.given);
    if (wish !== undefined) {
      io.out.write(wish === 'version' ? rpcVersionText() : rpcHelp());
      return EXIT_OK;
    }
    const settings = await loadRpcSettings(line, io);
    known = { ...settings, isWaiting: settings.waitMs !== undefined };
    for (const warning of settings.warnings) io.err.write(`Warning: ${warning}\n`);
    const text = await answer(line.rest, settings, io);
    if (text !== '') io.out.write(`${text}\n`);
    return EXIT_OK;
  } catch (error) {
    const failure = failureOf(error, known);
    if (failure === undefined) throw error;
    io.err.write(`${failure.words}\n${await hint(error)}`);
    return failure.exitCode;
  }
}

/** Loaded where they are needed: they are most of a node, and most calls have no arguments. */
async function allMethods(): Promise<readonly MethodSpec[]> {
  return (await import('../../service/methods.ts')).METHODS;
}

/** What is printed. */
async function answer(given: readonly string[], settings: RpcSettings, io: Io): Promise<string> {
  const { endpoint, wallet, timeoutMs, waitMs } = settings;
  const { words, password } = await wordsWithStdin(given, settings.stdin, io);
  const node = new RpcConnection({
    ...{ http: io.httpClient, clock: io.clock, endpoint, timeoutMs },
    credentials: settings.credentials(password),
    ...(wallet !== undefined && { wallet }),
  });
  const options = waitMs === undefined ? {} : { waitMs };
  switch (settings.board) {
    case 'getinfo': {
      refuseWords(words, '-getinfo');
      const coloured = settings.colours === 'auto' ? io.out.colours : settings.colours === 'always';
      return getInfo(node, options, { coloured, wallet });
    }
    case 'netinfo': {
      if (words[0] === 'help') return NET_INFO_HELP;
      const now = unixTime(io.clock);
      return netInfo(node, options, { words, chain: settings.chain, version: version(), now });
    }
    case 'generate': {
      const methods = await allMethods();
      const convert = (some: readonly string[]): CallParams =>
        convertArguments('generatetoaddress', some, { isNamed: false, methods });
      return resultText(await generateBlocks(node, words, options, convert));
    }
    case 'addrinfo':
      refuseWords(words, '-addrinfo');
      return resultText(await addrInfo(node, options));
    case undefined: {
      const [method, ...rest] = words;
      if (method === undefined) {
        throw new ArgumentError('too few parameters (need at least command)');
      }
      const { isNamed } = settings;
      const methods = rest.length === 0 ? [] : await allMethods();
      const params = convertArguments(method, rest, { isNamed, methods });
      return resultText(await node.callExact(method, params, options));
    }
  }
}

function refuseWords(words: readonly string[], option: string): void {
  if (words.length > 0) throw new ArgumentError(`${option} takes no arguments`);
}

async function wordsWithStdin(
  given: readonly string[],
  wishes: StdinWishes,
  io: Io,
): Promise<{ readonly words: readonly string[]; readonly password: string | undefined }> {
  const [method] = given;
  if (wishes.walletPassphrase && method?.startsWith(PASSPHRASE) !== true) {
    throw new ArgumentError(
      '-stdinwalletpassphrase is only applicable for walletpassphrase(change)',
    );
  }
  const { rpcPassword, walletPassphrase, words } = await readStdin(wishes, io);
  const secret = walletPassphrase === undefined ? [] : [walletPassphrase];
  return {
    words: [...given.slice(0, 1), ...secret, ...given.slice(1), ...words],
    password: rpcPassword,
  };
}

/** Text as it is, nothing for nothing, and everything else as JSON for people. */
function resultText(result: Json): string {
  if (result === null) return '';
  return typeof result === 'string' ? result : jsonText(result, 2);
}

/** What somebody may have meant who mistyped a method. */
async function hint(error: unknown): Promise<string> {
  const isUnknown = error instanceof RpcCallError && error.number === METHOD_NOT_FOUND;
  if (!isUnknown || error.method === undefined) return '';
  const names = (await allMethods()).map(({ name }) => name);
  const nearest = nearestName(error.method, names);
  return nearest === undefined || nearest === error.method ? '' : `Did you mean ${nearest}?\n`;
}
