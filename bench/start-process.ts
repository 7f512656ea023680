/**
 * A program that embeds nodes, as a test does, and tells how long each step took. One task a process, so
 * that nothing has been compiled before. See `start.ts`.
 *
 * - `one`: a node in memory, asked for its height over HTTP, and 101 blocks
 * - `many COUNT`: so many nodes at once, each asked for its height
 */
import { Node } from '../src/embed/node.ts';
import { RpcConnection, resultIn, rpcRequest } from './rpc-client.ts';

export interface OneFigures {
  /** From the start of the process: the program itself has to be read first. */
  readonly processMs: number;
  /** From the call of `Node.start` to the first answer. */
  readonly answerMs: number;
  readonly blocksMs: number;
  /** The same for a second node of the process. */
  readonly againAnswerMs: number;
  readonly againBlocksMs: number;
}

export interface ManyFigures {
  readonly milliseconds: number;
  readonly ports: number;
}

const BLOCKS = 101;

async function height({ rpcAccess: { port, user, password } }: Node): Promise<unknown> {
  const connection = new RpcConnection(port);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const answer = await connection.ask(rpcRequest(authorization, 'getblockcount', []));
  connection.close();
  return resultIn(answer);
}

async function measureOne(): Promise<OneFigures> {
  const first = await startOne();
  const again = await startOne();
  return {
    processMs: first.answeredAt,
    answerMs: first.answerMs,
    blocksMs: first.blocksMs,
    againAnswerMs: again.answerMs,
    againBlocksMs: again.blocksMs,
  };
}

async function startOne(): Promise<{
  readonly answeredAt: number;
  readonly answerMs: number;
  readonly blocksMs: number;
}> {
  const began = performance.now();
  await using node = await Node.start({ chain: 'regtest' });
  if ((await height(node)) !== 0) throw new Error('a new node is not empty');
  const answeredAt = performance.now();
  await node.mine(BLOCKS);
  const minedAt = performance.now();
  if ((await height(node)) !== BLOCKS) throw new Error('blocks are missing');
  return { answeredAt, answerMs: answeredAt - began, blocksMs: minedAt - answeredAt };
}

async function measureMany(count: number): Promise<ManyFigures> {
  const began = performance.now();
  const nodes = await Promise.all(
    Array.from({ length: count }, async () => {
      const node = await Node.start({ chain: 'regtest' });
      await height(node);
      return node;
    }),
  );
  const milliseconds = performance.now() - began;
  const ports = new Set(nodes.map((node) => node.rpcAccess.port)).size;
  await Promise.all(nodes.map((node) => node.stop()));
  return { milliseconds, ports };
}

const [, , what, count] = process.argv;
const figures = what === 'many' ? await measureMany(Number(count)) : await measureOne();
process.stdout.write(JSON.stringify(figures));
