/**
 * A node that answers JSON-RPC, in a process of its own, for trials that ask it nonsense: whatever it
 * throws and nobody catches ends it, as it would end a real one. It does what it is told in lines, and
 * answers in lines.
 *
 * - `measure` → `measured BYTES SOCKETS`: memory after garbage collection, and how many sockets are open
 * - `stop` → `stopped OWN_MS BLOCKED_MS PEAK_KIB`: the longest times in which the event loop did not
 *   turn, and the most memory that the process ever had
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { MemoryStores } from '../../src/node/storage/memory-stores.ts';
import { InProcessVerifier } from '../../src/node/verify/in-process-verifier.ts';
import { SystemClock } from '../../src/outside/clock/system-clock.ts';
import { MemoryDisk } from '../../src/outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { SystemHttp } from '../../src/outside/http/system-http.ts';
import { SystemNetwork } from '../../src/outside/network/system-network.ts';
import { LocalThreads } from '../../src/outside/threads/local-threads.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { NodeService } from '../../src/service/node-service.ts';
import { REPORT_STREAM } from './child.ts';
import { watchLoop } from './loop-watch.ts';
import { memoryUsed } from './memory-used.ts';

export interface RpcAbuseTask {
  readonly seed: number;
  readonly user: string;
  readonly password: string;
  /** How long a client may take: `-rpcservertimeout`, in milliseconds. */
  readonly timeoutMs: number;
}

const BLOCKS = 101;
const ANYONE_CAN_SPEND = Uint8Array.of(0x51);

function say(...words: readonly (string | number)[]): void {
  writeSync(REPORT_STREAM, `${words.join(' ')}\n`);
}

function startService({ seed, user, password, timeoutMs }: RpcAbuseTask): Promise<NodeService> {
  const clock = new SystemClock();
  return NodeService.start(
    {
      node: {
        params: regtest,
        chain: { verifier: new InProcessVerifier(clock) },
        onFatal: (error) => say('failed', String(error).replaceAll(/\s+/g, ' ')),
        log: (level, subject, words) => {
          // The server tells so of a bug that it has caught.
          if (level === 'error') say('failed', subject, words.replaceAll(/\s+/g, ' '));
        },
      },
      rpc: {
        bind: [{ host: '127.0.0.1', port: 0 }],
        users: [{ name: user, password }],
        rest: true,
        timeoutMs,
      },
    },
    {
      clock,
      entropy: new SeededEntropy(`a node that is asked nonsense ${seed}`),
      network: new SystemNetwork(),
      http: new SystemHttp(),
      disk: new MemoryDisk(),
      openStore: new MemoryStores().open,
      threads: new LocalThreads(clock),
    },
  );
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

async function main(task: RpcAbuseTask): Promise<void> {
  const service = await startService(task);
  await service.node.generate(BLOCKS, ANYONE_CAN_SPEND);
  say('listening', service.addresses[0]?.port ?? 0);
  const delays = await watchLoop(async () => {
    // Made here: lines that come before somebody asks for them are lost.
    const commands = createInterface({ input: process.stdin });
    for await (const command of commands) {
      if (command === 'measure') say('measured', memoryUsed(), openSockets());
      if (command === 'stop') break;
    }
  });
  await service.stop();
  process.stdin.destroy();
  say('stopped', delays.ownMs, delays.blockedMs, process.resourceUsage().maxRSS);
}

await main(JSON.parse(process.argv[2] as string) as RpcAbuseTask);
