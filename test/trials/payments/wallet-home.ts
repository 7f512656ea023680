/** A node and its wallets in a folder of the disk, as a process has them. */
import { join } from 'node:path';
import { Node } from '../../../src/node/node.ts';
import { openLevelStore } from '../../../src/node/storage/level-store.ts';
import { InProcessVerifier } from '../../../src/node/verify/in-process-verifier.ts';
import { SystemClock } from '../../../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../../../src/outside/disk/system-disk.ts';
import { SystemEntropy } from '../../../src/outside/entropy/system-entropy.ts';
import { SystemNetwork } from '../../../src/outside/network/system-network.ts';
import { LocalThreads } from '../../../src/outside/threads/local-threads.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { p2wpkh } from '../../../src/protocol/script/templates.ts';
import type { ChainSource } from '../../../src/wallet/source/chain-source.ts';
import { NodeSource } from '../../../src/wallet/source/node-source.ts';
import { DEFAULT_WALLET_OPTIONS, type WalletOptions } from '../../../src/wallet/wallet-options.ts';
import { Wallets } from '../../../src/wallet/wallets.ts';

const OPTIONS: WalletOptions = {
  ...DEFAULT_WALLET_OPTIONS,
  chain: regtest,
  lookAhead: 20,
  fallbackFeeRate: 10_000n,
  scrypt: { logN: 4, r: 1, p: 1 },
};

export interface WalletHome {
  readonly node: Node;
  readonly source: ChainSource;
  readonly wallets: Wallets;
  close(): Promise<void>;
}

export async function openWalletHome(folder: string): Promise<WalletHome> {
  const [clock, disk, entropy] = [new SystemClock(), new SystemDisk(), new SystemEntropy()];
  const node = await Node.open(
    {
      params: regtest,
      dataFolder: join(folder, 'node'),
      chain: { verifier: new InProcessVerifier(clock) },
      network: { discover: false, seeds: 'never' },
    },
    {
      ...{ clock, disk, entropy },
      network: new SystemNetwork(),
      openStore: (path, options) => openLevelStore(path, { disk, clock }, options),
      threads: new LocalThreads(clock),
    },
  );
  const source = new NodeSource(node);
  const wallets = walletsIn(folder, source);
  return {
    ...{ node, source, wallets },
    close: async () => {
      await wallets.close();
      await node.stop();
    },
  };
}

/** The wallets alone; without a source, there is nobody to talk to. */
export function walletsIn(folder: string, source?: ChainSource): Wallets {
  const [clock, disk] = [new SystemClock(), new SystemDisk()];
  return new Wallets(
    { folder: join(folder, 'wallets'), wallet: OPTIONS, source },
    {
      ...{ clock, disk },
      entropy: new SystemEntropy(),
      openStore: (path, options) => openLevelStore(path, { disk, clock }, options),
    },
  );
}

/** Where the payment of a number goes, and no other. */
export function payeeOf(number: number): Uint8Array {
  const hash = new Uint8Array(20);
  new DataView(hash.buffer).setUint32(0, number);
  return p2wpkh(hash);
}
