/** Where the node of a data folder is, and who may call it. */
import type { Io } from '../io.ts';
import { loadRpcSettings, type RpcSettings } from './rpc-settings.ts';

/**
 * What `bitcoin.conf` and the environment say, as for `blockyard rpc`; nothing where there is no folder yet.
 *
 * @throws OptionError, ArgumentError
 */
export async function nodeSettings(
  { chain, rpcuser }: { readonly chain: string; readonly rpcuser?: string | undefined },
  dataFolder: string,
  io: Io,
): Promise<RpcSettings | undefined> {
  if ((await io.disk.stat(dataFolder))?.kind !== 'folder') return undefined;
  const given = new Map([
    ['chain', [chain]],
    ['datadir', [dataFolder]],
    ...(rpcuser === undefined ? [] : [['rpcuser', [rpcuser]] as const]),
  ]);
  return loadRpcSettings({ given }, io);
}
