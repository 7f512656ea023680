/** Old blocks, looked at once more. */
import { int32From } from '../../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { aloneWith, runningRescan } from '../running-rescans.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const rescanMethods: readonly WalletMethod[] = [
  {
    name: 'rescanblockchain',
    family: 'wallet',
    about: 'Looks at blocks once more, for payments of the wallet. It can take long.',
    parameters: [
      {
        name: 'start_height',
        type: 'number',
        optional: true,
        about: 'The first block; 0 by default.',
      },
      {
        name: 'stop_height',
        type: 'number',
        optional: true,
        about: 'The last block; the tip by default.',
      },
    ],
    result: '{ "start_height": n, "stop_height": n }',
    run: rescanBlockchain,
  },
  {
    name: 'abortrescan',
    family: 'wallet',
    about: 'Calls off the look at old blocks that is under way.',
    parameters: [],
    result: 'true|false: whether there was one',
    run: abortRescan,
  },
];

async function rescanBlockchain([first, last]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = await call.wallet();
  return aloneWith(wallet, call, async (rescan) => {
    const tip = wallet.state.branch.tip?.height ?? 0;
    const from = first === undefined ? 0 : int32From(first);
    if (from < 0 || from > tip) throw invalid('Invalid start_height');
    const to = last === undefined ? undefined : int32From(last);
    if (to !== undefined && (to < 0 || to > tip)) throw invalid('Invalid stop_height');
    if (to !== undefined && to < from) {
      throw invalid('stop_height must be greater than start_height');
    }
    requireBlocks(call, from, to ?? tip);
    const { missing, to: reached } = await wallet.rescan({
      from,
      ...(to !== undefined && { to }),
      signal: rescan.abort.signal,
      onProgress: (height) => {
        rescan.progress = (height - from + 1) / ((to ?? tip) - from + 1);
      },
    });
    if (rescan.abort.signal.aborted) throw new RpcError(RPC.misc, 'Rescan aborted.');
    if (missing !== undefined) {
      throw new RpcError(RPC.misc, 'Rescan failed. Potentially corrupted data files.');
    }
    return { start_height: from, stop_height: reached };
  });
}

/** Refuses to begin where blocks have been pruned that would have to be looked at. */
function requireBlocks({ context: { node } }: WalletCall, from: number, to: number): void {
  for (let block = node.chain.blockAt(to); block !== undefined; block = block.parent) {
    if (!block.isStored) {
      throw new RpcError(
        RPC.misc,
        "Can't rescan beyond pruned data. Use RPC call getblockchaininfo to determine your pruned height.",
      );
    }
    if (block.height <= from) return;
  }
}

function abortRescan(_: Arguments, call: WalletCall): Json {
  const rescan = runningRescan(call.walletNow());
  if (rescan === undefined || rescan.abort.signal.aborted) return false;
  rescan.abort.abort();
  return true;
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
