import { readFile } from '../outside/disk/whole-file.ts';
import { nearestName } from '../protocol/bytes/nearest-name.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { ChainNameError, chainByName, chainNames } from '../protocol/params/chains.ts';
import { ChainSpecError } from '../protocol/params/custom/chain-spec-error.ts';
import { customChainParams, parseCustomChain } from '../protocol/params/custom/custom-chain.ts';
import type { CustomChainSpec } from '../protocol/params/custom/custom-chain-spec.ts';
import { CommandError } from './command-error.ts';
import type { Io } from './io.ts';
import { listNames, quote } from './quote.ts';
import { UsageError } from './usage-error.ts';

/** The reader of chain files takes less; this keeps a wrong file from being read into memory. */
const MAX_CHAIN_FILE = 4 * 1024 * 1024;

/**
 * The chain that somebody named: one that is built in, or the file of one of their own. A name wins
 * over a file of the same name, which `./NAME` still reaches.
 *
 * @example
 * await findChain('lab', io)
 * await findChain('my-chain.json', io)
 */
export async function findChain(name: string, io: Io): Promise<ChainParams> {
  const known = builtInChain(name);
  if (known !== undefined) return known;
  const info = await io.disk.stat(name);
  // What is written like a path is a path. The disk says best what is wrong with it.
  if (info === undefined && !/[./\\]/.test(name)) throw unknownChain(name);
  const spec = await readChainFile(name, io);
  return aboutFile(name, () => customChainParams(spec));
}

/** The chain that is built in under this name. */
export function builtInChain(name: string): ChainParams | undefined {
  try {
    return chainByName(name);
  } catch (error) {
    if (error instanceof ChainNameError) return undefined;
    throw error;
  }
}

/** What the file of a chain says. Its first block need not be mined yet. */
export async function readChainFile(path: string, io: Io): Promise<CustomChainSpec> {
  const info = await io.disk.stat(path);
  if (info !== undefined && info.size > MAX_CHAIN_FILE) {
    throw new CommandError('input-too-large', `${quote(path)} is too large for a chain file`);
  }
  const text = new TextDecoder().decode(await readFile(io.disk, path));
  return aboutFile(path, () => parseCustomChain(text));
}

/** Names the file in what is wrong with its content. */
function aboutFile<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof ChainSpecError)) throw error;
    throw new CommandError('undecodable', `${path}: ${error.message}`);
  }
}

function unknownChain(name: string): UsageError {
  const near = nearestName(name, chainNames);
  const hint =
    near === undefined ? `the chains are ${listNames(chainNames, 'and')}` : `did you mean ${near}?`;
  return new UsageError(
    'unknown-chain',
    `there is no chain and no file named ${quote(name)}; ${hint}`,
  );
}
