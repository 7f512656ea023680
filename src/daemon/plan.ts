import { noLog } from '../node/log/log.ts';
import type { NodeSettings } from '../node/options/node-settings.ts';
import type { Disk } from '../outside/disk/disk.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { chainParams } from './chain-params.ts';
import { DaemonError } from './daemon-error.ts';
import { type RpcChoice, rpcOptions } from './rpc-options.ts';
import { serviceOptions } from './service-options.ts';
import { checkWalletFolder } from './wallet-options.ts';

/** What follows from the settings alone. */
export interface Plan {
  readonly params: ChainParams;
  readonly rpc: RpcChoice;
}

/**
 * Reads the settings as far as that is possible without doing anything, and so finds what is wrong with
 * them.
 *
 * @throws CodedError
 */
export async function readPlan(settings: NodeSettings, disk: Disk): Promise<Plan> {
  const params = await chainParams(settings, disk);
  await checkBlocksFolder(settings, disk);
  await checkWalletFolder(settings, disk);
  const { signal } = new AbortController();
  serviceOptions(settings, { params, log: noLog, signal });
  return { params, rpc: rpcOptions(settings.rpc, params.ports.rpc) };
}

/** Block files that are kept elsewhere are not begun anew because somebody mistyped where. */
async function checkBlocksFolder({ blocksFolder }: NodeSettings, disk: Disk): Promise<void> {
  if (blocksFolder === undefined || (await disk.stat(blocksFolder))?.kind === 'folder') return;
  const words = `Specified blocks directory "${blocksFolder}" does not exist.`;
  throw new DaemonError('bad-option', words);
}
