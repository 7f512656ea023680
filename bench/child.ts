/** What measurements do in a process of their own: one task a process. See `run-child.ts`. */
import { readFileSync } from 'node:fs';
import { type ImportFigures, type ImportOptions, importChain } from './import-chain.ts';
import { measureRatio, type RatioFigures, type RatioOptions } from './measure-ratio.ts';
import { type MeasureRpcOptions, measureRpc, type RpcFigures } from './measure-rpc.ts';
import { type MeasureSyncOptions, measureSync, type SyncFigures } from './measure-sync.ts';
import { type MeasureWalletOptions, measureWallet, type WalletFigures } from './measure-wallet.ts';

/** The tasks: what each is given, and what it answers. */
export interface Tasks {
  readonly import: { readonly given: ImportOptions; readonly answer: ImportFigures };
  readonly ratio: { readonly given: RatioOptions; readonly answer: RatioFigures };
  readonly rpc: { readonly given: MeasureRpcOptions; readonly answer: RpcFigures };
  readonly sync: { readonly given: MeasureSyncOptions; readonly answer: SyncFigures };
  readonly wallet: { readonly given: MeasureWalletOptions; readonly answer: WalletFigures };
}

const TASKS: {
  readonly [N in keyof Tasks]: (given: Tasks[N]['given']) => Promise<Tasks[N]['answer']>;
} = {
  import: importChain,
  ratio: measureRatio,
  rpc: measureRpc,
  sync: measureSync,
  wallet: measureWallet,
};

const [, , name, given] = process.argv;
const task = TASKS[name as keyof Tasks] as (given: unknown) => Promise<unknown>;
const answer = await task(JSON.parse(given ?? ''));
process.stdout.write(JSON.stringify({ answer, peakMemoryMb: (peakMemoryKib() * 1024) / 1e6 }));

/**
 * Linux counts what a process took before it became this program to `maxRSS`, and that is what its
 * parent takes. Of the program alone the file of its status tells.
 */
function peakMemoryKib(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
