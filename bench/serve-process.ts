/**
 * A node that has a chain on the disk and serves it: imports a file of blocks into a folder, listens,
 * says on which port, and goes on until its input ends. See `serving-node.ts`.
 */
import { Node } from '../src/node/node.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import { importInto } from './import-chain.ts';
import { systemDoors } from './system-doors.ts';

const [, , folder = '', blocksFile = ''] = process.argv;
const { height } = await importInto(folder, { blocksFile });
const node = await Node.open(
  {
    params: regtest,
    dataFolder: folder,
    network: { listen: [{ host: '127.0.0.1', port: 0 }], connect: [] },
    onFatal: (error) => {
      throw error;
    },
  },
  systemDoors(),
);
await node.connect();
const port = node.peers.listening[0]?.port;
process.stdout.write(`${JSON.stringify({ port, height })}\n`);
process.stdin.resume().on('end', () => {
  void node.stop();
});
