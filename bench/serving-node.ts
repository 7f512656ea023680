import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ServingNode {
  readonly port: number;
  readonly height: number;
  readonly stop: () => Promise<void>;
}

/** Starts a node in a process of its own that has the chain of a file of blocks, and serves it. */
export async function startServingNode(blocksFile: string): Promise<ServingNode> {
  const program = fileURLToPath(new URL('./serve-process.js', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-serve-'));
  const running = spawn(process.execPath, [program, folder, blocksFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(running, 'close');
  const stop = async (): Promise<void> => {
    running.stdin.end();
    const [code] = await closed;
    rmSync(folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the node that serves ended with exit code ${code}`);
  };
  const line = once(createInterface({ input: running.stdout }), 'line');
  const first = await Promise.race([line, closed]);
  if (typeof first[0] !== 'string') await stop();
  const { port, height } = JSON.parse(String(first[0])) as Omit<ServingNode, 'stop'>;
  return { port, height, stop };
}
