/**
 * A node that has a chain on the disk and answers JSON-RPC, and a bare server beside it; says on which
 * ports, and goes on until its input ends. See `rpc.ts`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemHttp } from '../src/outside/http/system-http.ts';
import { fromHex, toReversedHex } from '../src/protocol/bytes/hex.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import { decodeBlock } from '../src/protocol/primitives/block.ts';
import { NodeService } from '../src/service/node-service.ts';
import { framedBlocks } from './framed-blocks.ts';
import { systemDoors } from './system-doors.ts';

export interface RpcProcessTask {
  readonly folder: string;
  readonly blocksFile: string;
  /** How many of its last blocks are left out. */
  readonly later: number;
  readonly user: string;
  readonly password: string;
}

export interface RpcProcessReport {
  readonly port: number;
  readonly barePort: number;
  /** Of the last blocks that the node has, the first of them first. */
  readonly lastHashes: readonly string[];
}

const HOST = '127.0.0.1';
const TOLD = 10;
/** Beside its node, the server that does nothing takes blocks too, as they come from a peer. */
const TAKE_BLOCK = 'takeblock';

async function main(task: RpcProcessTask): Promise<void> {
  const blocks = framedBlocks(task.blocksFile);
  const last = decodeBlock(blocks.at(-1) as Uint8Array).header;
  const service = await NodeService.start(
    {
      // The chain was made long ago; a node that is years behind would be busy with other things.
      mockTime: last.time,
      node: {
        params: regtest,
        dataFolder: task.folder,
        onFatal: (error) => {
          throw error;
        },
      },
      rpc: {
        bind: [{ host: HOST, port: 0 }],
        users: [{ name: task.user, password: task.password }],
      },
    },
    { ...systemDoors(), http: new SystemHttp() },
  );
  const { chain } = service.node;
  for (const block of blocks.slice(0, -task.later)) {
    const taken = await chain.processBlock(block, { requested: true });
    if (taken.kind !== 'connected') throw new Error(`a block is not taken: ${taken.kind}`);
  }
  const bare = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', params = [] } = JSON.parse(Buffer.concat(parts).toString()) as {
        readonly method?: string;
        readonly params?: readonly string[];
      };
      const answer = (result: unknown): void => {
        const text = `${JSON.stringify({ jsonrpc: '2.0', result, id: 1 })}\n`;
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
        });
        response.end(text);
      };
      if (method !== TAKE_BLOCK) return answer(0);
      const bytes = fromHex(params[0] ?? '');
      void chain.processBlock(bytes, { requested: true }).then((taken) => {
        answer(taken.kind === 'connected' ? null : taken.kind);
      });
    });
  });
  await new Promise<void>((resolve) => {
    bare.listen(0, HOST, resolve);
  });
  const { height } = chain.tip;
  const report: RpcProcessReport = {
    port: service.addresses[0]?.port ?? 0,
    barePort: (bare.address() as AddressInfo).port,
    lastHashes: Array.from({ length: TOLD }, (_, i) =>
      toReversedHex(chain.blockAt(height - TOLD + 1 + i)?.hash ?? new Uint8Array(32)),
    ),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stdin.resume().on('end', () => {
    bare.close();
    bare.closeAllConnections();
    void service.stop();
  });
}

await main(JSON.parse(process.argv[2] ?? '') as RpcProcessTask);
