import type { RuleSettings } from '../node/options/node-settings.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { readFile } from '../outside/disk/whole-file.ts';
import { DecodeError } from '../protocol/bytes/decode-error.ts';
import { fromHex } from '../protocol/bytes/hex.ts';
import type {
  ChainParams,
  DeploymentName,
  VersionBitsDeployment,
} from '../protocol/params/chain-params.ts';
import { NO_TIMEOUT } from '../protocol/params/chain-params.ts';
import { chainByName, chainNames } from '../protocol/params/chains.ts';
import { ChainSpecError } from '../protocol/params/custom/chain-spec-error.ts';
import { type DeploymentTimes, regtestParams } from '../protocol/params/regtest.ts';
import { signetParams } from '../protocol/params/signet.ts';
import { DaemonError } from './daemon-error.ts';

/** The reader of chain files takes less; this keeps a wrong file from being read into memory. */
const MAX_CHAIN_FILE = 4 * 1024 * 1024;

export interface ChainChoice {
  /** A name, or the path of a file. */
  readonly chain: string;
  readonly rules: RuleSettings;
}

/**
 * The chain that was chosen, with the rules that options have changed.
 *
 * @throws DaemonError, DiskError
 */
export async function chainParams({ chain, rules }: ChainChoice, disk: Disk): Promise<ChainParams> {
  if (chain === 'regtest') {
    return regtestParams(rules.activationHeights, deploymentTimes(rules.deployments));
  }
  const { signetChallenge } = rules;
  if (chain === 'signet' && signetChallenge !== undefined) {
    return signetParams(challengeFrom(signetChallenge));
  }
  return chainNames.includes(chain) ? chainByName(chain) : chainInFile(chain, disk);
}

async function chainInFile(path: string, disk: Disk): Promise<ChainParams> {
  const info = await disk.stat(path);
  if (info !== undefined && info.size > MAX_CHAIN_FILE) {
    throw new DaemonError('bad-option', `${path} is too large for the file of a chain`);
  }
  const text = new TextDecoder().decode(await readFile(disk, path));
  // Few nodes follow one, and all would wait for its code.
  const { customChainParams, parseCustomChain } = await import(
    '../protocol/params/custom/custom-chain.ts'
  );
  try {
    return customChainParams(parseCustomChain(text));
  } catch (error) {
    if (!(error instanceof ChainSpecError)) throw error;
    throw new DaemonError('bad-option', `${path}: ${error.message}`);
  }
}

function challengeFrom(text: string): Uint8Array {
  try {
    return fromHex(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DaemonError('bad-option', `-signetchallenge must be hex, not '${text}'.`);
  }
}

/** `-vbparams=taproot:1199145601:1230767999:100`, in Bitcoin Core's words where it is none. */
function deploymentTimes(texts: readonly string[]): DeploymentTimes {
  const times: Partial<Record<DeploymentName, Omit<VersionBitsDeployment, 'bit'>>> = {};
  for (const text of texts) {
    const [name = '', start, end, height, ...more] = text.split(':');
    if (start === undefined || end === undefined || more.length > 0) {
      throw badDeployment(
        'Version bits parameters malformed, expecting deployment:start:end[:min_activation_height]',
      );
    }
    if (!isWhole(start)) throw badDeployment(`Invalid nStartTime (${start})`);
    if (!isWhole(end)) throw badDeployment(`Invalid nTimeout (${end})`);
    if (height !== undefined && !isWhole(height)) {
      throw badDeployment(`Invalid min_activation_height (${height})`);
    }
    if (name !== 'testdummy' && name !== 'taproot') {
      throw badDeployment(`Invalid deployment (${name})`);
    }
    const timeout = BigInt(end) >= 2n ** 63n - 1n ? NO_TIMEOUT : Number(end);
    times[name] = { startTime: Number(start), timeout, minActivationHeight: Number(height ?? 0) };
  }
  return times;
}

function isWhole(text: string): boolean {
  return /^[+-]?[0-9]{1,19}$/.test(text);
}

function badDeployment(words: string): DaemonError {
  return new DaemonError('bad-option', words);
}
