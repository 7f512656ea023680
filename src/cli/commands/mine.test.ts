import { describe, expect, it } from 'vitest';
import { writeFile } from '../../outside/disk/whole-file.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { signetParams } from '../../protocol/params/signet.ts';
import { scriptFromAddress } from '../../protocol/script/address.ts';
import { NodeService } from '../../service/node-service.ts';
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from '../exit-code.ts';
import { type FakeIo, type FakeIoOptions, fakeIo } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const NODE = { host: '127.0.0.1', port: 18443 };
const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const SCRIPT = scriptFromAddress(ADDRESS, { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' });
const NOW = 1_700_000_000_000;

function ioOf(options: FakeIoOptions = {}): FakeIo {
  return fakeIo({ now: NOW, columns: 120, ...options });
}

async function startNode(io: FakeIo, params: ChainParams = regtest): Promise<NodeService> {
  const users = [{ name: 'ada', password: 'secret' }];
  return NodeService.start({ node: { params }, rpc: { bind: [NODE], users } }, io);
}

/** Runs `blockyard mine`, and lets time pass until it ends. */
async function mine(io: FakeIo, words: readonly string[]): Promise<number> {
  const command = runCommand(['mine', '--rpc', 'ada:secret@127.0.0.1:18443', ...words], io);
  return passTime(command, io);
}

async function passTime<T>(work: Promise<T>, { clock }: FakeIo): Promise<T> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(20);
  }
  return work;
}

function eventsOf({ said }: FakeIo): readonly Record<string, unknown>[] {
  return said()
    .out.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('blockyard mine', () => {
  it('mines for a node, pays the address, and tells people of it', async () => {
    const io = ioOf();
    const service = await startNode(io);
    expect(await mine(io, ['--address', ADDRESS, '--blocks', '2', '--tag', 'me'])).toBe(EXIT_OK);
    const { chain } = service.node;
    expect(chain.tip.height).toBe(2);
    const { block } = await chain.readBlock(chain.tip);
    expect(block.transactions[0]?.outputs[0]?.scriptPubKey).toEqual(SCRIPT);
    const { out, err } = io.said();
    expect(err).toBe('');
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe(
      `Mining on regtest with 1 thread for ${ADDRESS}, for the node at 127.0.0.1:18443. Ctrl-C ends it.`,
    );
    expect(lines[1]).toMatch(/^Block 1 is yours: 50 coins {2}[0-9a-f]{64}$/);
    expect(lines[2]).toMatch(/^Block 2 is yours: 50 coins/);
    expect(lines[3]).toBe('Mined for 1 s: 2 blocks, 100 coins, 0 refused.');
    await passTime(service.stop(), io);
  });

  it('tells programs all that happens, an object a line', async () => {
    const io = ioOf();
    const service = await startNode(io);
    expect(await mine(io, ['--address', ADDRESS, '--blocks', '1', '--json'])).toBe(EXIT_OK);
    const events = eventsOf(io);
    // The next template may come before the answer to the block.
    const kinds = events.map(({ event }) => event).filter((kind) => kind !== 'template');
    expect(kinds).toEqual(['started', 'rate', 'found', 'accepted', 'stopped']);
    expect(events[0]).toMatchObject({ chain: 'regtest', address: ADDRESS, threads: 1 });
    expect(events[1]).toMatchObject({ height: 1, transactions: 0, reward: 50, isNewTip: true });
    expect(events.at(-1)).toMatchObject({ found: 1, accepted: 1, refused: 0, reward: 50 });
    expect(events.every(({ time }) => Number(time) >= NOW / 1000)).toBe(true);
    await passTime(service.stop(), io);
  });

  it('finds the node of a data folder by its bitcoin.conf', async () => {
    const io = ioOf();
    const users = [{ name: 'ada', password: 'secret' }];
    const bind = [{ ...NODE, port: 20_000 }];
    const service = await NodeService.start(
      { node: { params: regtest }, rpc: { bind, users } },
      io,
    );
    await io.disk.makeFolder('/home/alice/bob');
    const conf = '[regtest]\nrpcport=20000\nrpcuser=ada\nrpcpassword=secret\n';
    await writeFile(io.disk, '/home/alice/bob/bitcoin.conf', new TextEncoder().encode(conf));
    const words = ['mine', '--chain', 'regtest', '--datadir', '/home/alice/bob'];
    const command = runCommand([...words, '--address', ADDRESS, '--blocks', '1'], io);
    expect(await passTime(command, io)).toBe(EXIT_OK);
    expect(io.said().out).toContain('for the node at 127.0.0.1:20000.');
    expect(service.node.chain.tip.height).toBe(1);
    await passTime(service.stop(), io);
  });

  it('draws one line again and again at a terminal, and takes it away in the end', async () => {
    const io = ioOf({ isTerminal: true, columns: 60 });
    const service = await startNode(io);
    expect(await mine(io, ['--address', ADDRESS, '--blocks', '3'])).toBe(EXIT_OK);
    const drawn = io
      .said()
      .out.split('\r')
      .filter((text) => text.endsWith('\u001b[K') && text !== '\u001b[K');
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn.at(-1)).toMatch(/height \d {2}\d blocks?, \d+ coins/);
    for (const text of drawn) expect(text.length - 3).toBeLessThan(60);
    expect(io.said().out).toMatch(/Mined for .*\.\n$/);
    await passTime(service.stop(), io);
  });

  it('waits for a node that is not there, goes on when it is, and ends at Ctrl-C', async () => {
    const io = ioOf();
    const command = mine(io, ['--address', ADDRESS]);
    while (!io.said().out.includes('Waiting'))
      await new Promise((resolve) => setImmediate(resolve));
    const service = await startNode(io);
    while (!io.said().out.includes('Block 1'))
      await new Promise((resolve) => setImmediate(resolve));
    await service.stop();
    while (io.said().out.split('Waiting').length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const back = await startNode(io);
    while (!io.said().out.includes('there again')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    io.stop();
    expect(await command).toBe(EXIT_OK);
    const { out, err } = io.said();
    expect(err).toBe('');
    expect(out).toMatch(
      /^Waiting: no answer from the node at 127\.0\.0\.1:18443.*; asking again in 1 s/,
    );
    expect(out.split('Waiting')).toHaveLength(3);
    expect(out).toMatch(/Mined for .*\n$/);
    await passTime(back.stop(), io);
  });
});

describe('blockyard mine refuses', () => {
  it.each([
    [[], '--address is missing: where the rewards go'],
    [['--address', ADDRESS, '--tag', 'x'.repeat(81)], '--tag has 81 bytes; allowed are up to 80'],
    [['--address', ADDRESS, '--rpc', 'https://a'], '--rpc: https:// is not spoken by nodes'],
    [['--address', ADDRESS, '--rpc', 'localhost', '--user', 'ada'], '--password is missing'],
    [['--address', ADDRESS, '--threads', '0'], '--threads is "0"; allowed are whole numbers'],
  ])('%j', async (words, message) => {
    const io = ioOf();
    expect(await mine(io, words)).toBe(EXIT_USAGE);
    expect(io.said().err).toContain(message);
  });

  it('an address of another chain, a wrong password, and a chain whose blocks are signed', async () => {
    const io = ioOf();
    const service = await startNode(io);
    expect(await mine(io, ['--address', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'])).toBe(EXIT_FAILURE);
    expect(io.said().err).toContain("is no address on the node's chain, regtest: ");
    const wrong = ['--address', ADDRESS, '--password', 'wrong'];
    expect(await mine(io, wrong)).toBe(EXIT_FAILURE);
    expect(io.said().err).toContain('user or password are wrong');
    await passTime(service.stop(), io);
    const signed = await startNode(io, signetParams(Uint8Array.of(0x51)));
    expect(await mine(io, ['--address', ADDRESS])).toBe(EXIT_FAILURE);
    expect(io.said().err).toContain('its blocks have to be signed by whoever runs it (BIP325)');
    await passTime(signed.stop(), io);
  });
});
