import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Node } from '../src/node/node.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import { systemDoors } from './system-doors.ts';

export interface SyncOptions {
  /** Where on this machine another node serves. */
  readonly port: number;
  /** How far that one is. */
  readonly height: number;
}

/**
 * Has an empty node sync from another one. Answers with the seconds from before its folder was opened
 * until after it was closed, with all of the chain on the disk.
 */
export async function syncChain({ port, height }: SyncOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-sync-'));
  try {
    const began = performance.now();
    const node = await Node.open(
      {
        params: regtest,
        dataFolder: folder,
        chain: { expectsBlocks: true },
        network: { connect: [`127.0.0.1:${port}`] },
        onFatal: (error) => {
          throw error;
        },
      },
      systemDoors(),
    );
    const arrived = new Promise<void>((resolve) => {
      node.chain.on((event) => {
        if (event.kind === 'tip' && event.node.height === height) resolve();
      });
    });
    await node.connect();
    await arrived;
    await node.stop();
    return (performance.now() - began) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
