import { afterAll, beforeAll, expect, it } from 'vitest';
import { WalletHome } from '../../../test/fixtures/wallet-home.ts';
import { WalletScene } from '../../../test/fixtures/wallet-scene.ts';
import { type Clock, sleep } from '../../outside/clock/clock.ts';
import type { PlacedBlock } from '../../wallet/source/chain-source.ts';
import { NodeSource, type SourceNode } from '../../wallet/source/node-source.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { FakeIo } from '../fake-io.ts';
import { catchUp } from './catch-up.ts';

const WORDS = `${'abandon '.repeat(11)}about`;
const BLOCKS = 20;
/** How long the node takes for a block, in milliseconds. */
const SLOWNESS = 200;

class SlowSource extends NodeSource {
  readonly #clock: Clock;

  constructor(node: SourceNode, clock: Clock) {
    super(node);
    this.#clock = clock;
  }

  override async *blocksConcerning(
    ...args: Parameters<NodeSource['blocksConcerning']>
  ): AsyncGenerator<PlacedBlock, void, undefined> {
    for await (const found of super.blocksConcerning(...args)) {
      await sleep(this.#clock, SLOWNESS);
      yield found;
    }
  }
}

let home: WalletHome;

beforeAll(async () => {
  home = await WalletHome.begin();
  await home.startNode();
  await home.mine(BLOCKS);
});

afterAll(() => home.stopNode());

function walletOf(seed: string): Promise<Wallet> {
  return new WalletScene(seed).create('w', { words: WORDS });
}

function slowly(wallet: Wallet, io: FakeIo, manner: { silent: boolean; signal: AbortSignal }) {
  return catchUp(wallet, new SlowSource(home.node.node, io.clock), manner, io);
}

it('shows how far it is, where that takes longer than a moment', async () => {
  const wallet = await walletOf('one');
  const io = home.io();
  await home.passTime(slowly(wallet, io, { silent: false, signal: new AbortController().signal }));
  expect(wallet.state.branch.tip?.height).toBe(BLOCKS);
  expect(io.said().err).toMatch(/^Catching up: \d+%, block \d+ of 20/m);
  await wallet.close();
});

it('shows nothing where nobody wants to see it, or where it is quickly done', async () => {
  const [first, second] = [await walletOf('two'), await walletOf('three')];
  const io = home.io();
  const { signal } = new AbortController();
  await home.passTime(slowly(first, io, { silent: true, signal }));
  const quick = new NodeSource(home.node.node);
  await home.passTime(catchUp(second, quick, { silent: false, signal }, io));
  expect(second.state.branch.tip?.height).toBe(BLOCKS);
  expect(io.said()).toEqual({ out: '', err: '' });
  await first.close();
  await second.close();
});

it('ends soon when somebody wants that, and goes on from there the next time', async () => {
  const wallet = await walletOf('four');
  const io = home.io();
  const ending = new AbortController();
  const ended = slowly(wallet, io, { silent: false, signal: ending.signal });
  await home.until(() => (wallet.state.branch.tip?.height ?? 0) >= 5);
  ending.abort();
  await expect(home.passTime(ended)).rejects.toMatchObject({
    code: 'stopped',
    message: 'stopped while the wallet was catching up; nothing is lost',
  });
  const reached = wallet.state.branch.tip?.height ?? 0;
  expect(reached).toBeLessThan(10);
  const { signal } = new AbortController();
  const quick = new NodeSource(home.node.node);
  await home.passTime(catchUp(wallet, quick, { silent: false, signal }, io));
  expect(wallet.state.branch.tip?.height).toBe(BLOCKS);
  await wallet.close();
});
