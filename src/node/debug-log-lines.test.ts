/** What programs find in `debug.log`: the lines that Bitcoin Core writes about what peers do. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ANYONE, anyoneSpends } from '../../test/fixtures/anyone-spends.ts';
import { LabPeer } from '../../test/fixtures/lab-peer.ts';
import { coinbaseTx, mineBlock, pay } from '../../test/fixtures/regtest-blocks.ts';
import { PORT, VirtualWorld } from '../../test/fixtures/virtual-world.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { type Block, encodeBlock } from '../protocol/primitives/block.ts';
import { blockHash } from '../protocol/primitives/block-hash.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../protocol/primitives/transaction-id.ts';
import { framePayload } from '../protocol/wire/frame.ts';
import { debugLog } from './log/debug-log.ts';
import { logSwitches } from './log/log-categories.ts';
import { textLog } from './log/log-lines.ts';
import type { Node } from './node.ts';

const HOST = '10.0.0.1';
const SUBSIDY = 5_000_000_000n;

class Scene {
  readonly world = new VirtualWorld('a node that is listened to');
  readonly lines: string[] = [];
  /** What somebody reads on a terminal. */
  readonly shown: string[] = [];
  readonly categories = logSwitches(['all']);
  #node: Node | undefined;
  #peers = 0;

  get node(): Node {
    if (this.#node === undefined) throw new Error('it has not begun');
    return this.#node;
  }

  async begin(): Promise<void> {
    const { clock } = this.world;
    const all = debugLog({
      ...{ clock, categories: this.categories, timestamps: false },
      write: (line) => this.lines.push(line),
    });
    const few = textLog({ clock, least: 'info', write: (line) => this.shown.push(line) });
    this.#node = await this.world.node(HOST, {
      log: Object.assign((...line: Parameters<typeof all>) => {
        all(...line);
        few(...line);
      }, {}),
    });
    await clock.settle(this.node.generate(101, ANYONE));
  }

  /** A stranger who has introduced himself, each from elsewhere. He is peer 0, 1, 2 … */
  async peer(): Promise<LabPeer> {
    const { clock, network } = this.world;
    const host = network.host(`10.0.1.${++this.#peers}`);
    const to = { host: HOST, port: PORT };
    const peer = await clock.settle(LabPeer.connect(host, to, regtest.magic));
    peer.greet();
    await clock.advance(1000);
    return peer;
  }

  /** What is written while a peer says something. */
  async after(...steps: readonly (() => void)[]): Promise<readonly string[]> {
    const from = this.lines.length;
    for (const step of steps) {
      step();
      await this.world.clock.advance(1000);
    }
    return this.lines.slice(from);
  }

  async coinbaseAt(height: number): Promise<Transaction> {
    const { chain } = this.node;
    const { block } = await chain.readBlock(chain.blockAt(height) as NonNullable<typeof chain.tip>);
    return block.transactions[0] as Transaction;
  }

  blockOnTip(reward: bigint, changes: Partial<Block['header']> = {}): Block {
    const { tip } = this.node.chain;
    const coinbase = coinbaseTx(tip.height + 1, [pay(reward)]);
    const time = tip.time + 1;
    return mineBlock([coinbase], { previousBlockHash: tip.hash, time, ...changes });
  }
}

let scene: Scene;
beforeAll(async () => {
  scene = new Scene();
  await scene.begin();
});

function blockMessage(block: Block): { readonly command: 'block'; readonly raw: Uint8Array } {
  return { command: 'block', raw: encodeBlock(block) };
}

describe('debug.log', () => {
  it('has every new tip, with its work, its time and what is in memory', () => {
    const { chain } = scene.node;
    const tips = scene.lines.filter((line) => line.startsWith('UpdateTip: '));
    expect(tips).toHaveLength(101);
    const { tip } = chain;
    const date = `${new Date(tip.time * 1000).toISOString().slice(0, 19)}Z`;
    const work = Math.log2(2 * 102).toFixed(6);
    const hash = toReversedHex(tip.hash);
    expect(tips.at(-1)).toMatch(
      new RegExp(
        `^UpdateTip: new best=${hash} height=101 version=0x20000000 log2_work=${work} tx=102 ` +
          `date='${date}' progress=1\\.000000 cache=\\d+\\.\\dMiB\\(\\d+txo\\)\n$`,
      ),
    );
    expect(scene.lines).toContain(`[validation] BlockChecked: block hash=${hash} state=Valid\n`);
  });

  it('has who comes, and each message in both directions', async () => {
    const from = scene.lines.length;
    const peer = await scene.peer();
    await scene.after(() => peer.say({ command: 'ping', nonce: 7n }));
    const lines = scene.lines.slice(from);
    const wanted = [
      '[net] connection from 10.0.1.1:',
      '[net] Added connection peer=0\n',
      '[net] received: version (',
      '[net] sending verack (0 bytes) peer=0\n',
      '[net] receive version message: /lab:1.0/: version 70016, blocks=0, us=',
      '[net] received: verack (0 bytes) peer=0\n',
      '[net] New inbound v1 peer connected: version: 70016, blocks=0, peer=0\n',
      '[net] received: ping (8 bytes) peer=0\n',
      '[net] sending pong (8 bytes) peer=0\n',
    ];
    const places = wanted.map((words) => lines.findIndex((line) => line.startsWith(words)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('has each transaction of a peer, and why one is not taken', async () => {
    const peer = await scene.peer();
    const good = anyoneSpends([await scene.coinbaseAt(1)], { fee: 1000n }).tx;
    const poor = anyoneSpends([good], { fee: 0n }).tx;
    const orphan = anyoneSpends([anyoneSpends([good], { fee: 1n }).tx], { fee: 1000n }).tx;
    const names = [good, poor, orphan].map(
      (tx) => `${toReversedHex(txid(tx))} (wtxid=${toReversedHex(wtxid(tx))})`,
    );
    const lines = await scene.after(
      ...[good, poor, orphan].map((tx) => () => peer.say({ command: 'tx', tx })),
    );
    const text = lines.join('');
    expect(text).toMatch(/AcceptToMemoryPool: peer=1: accepted .* \(poolsz 1 txn, \d+ kB\)\n/);
    expect(text).toContain(`[mempool] AcceptToMemoryPool: peer=1: accepted ${names[0]}`);
    expect(text).toContain(
      `[validation] TransactionAddedToMempool: txid=${toReversedHex(txid(good))}`,
    );
    expect(text).toContain(
      `[mempoolrej] ${names[1]} from peer=1 was not accepted: min relay fee not met, 0 < `,
    );
    expect(text).toContain(
      `[mempoolrej] ${names[2]} from peer=1 was not accepted: bad-txns-inputs-missingorspent\n`,
    );
    expect(text).toContain(`[txpackages] stored orphan tx ${names[2]}, weight: `);
  });

  it('has who misbehaves, why, and what becomes of him', async () => {
    const peer = await scene.peer();
    const items = Array.from({ length: 50_001 }, () => ({ type: 1, hash: new Uint8Array(32) }));
    const lines = await scene.after(() => peer.say({ command: 'inv', items }));
    const said = lines.filter((line) => !/received|sending/.test(line));
    expect(said).toEqual([
      '[net] Misbehaving: peer=2: inv message size = 50001\n',
      '[net] Disconnecting and discouraging peer 2!\n',
      '[net] disconnecting peer=2\n',
    ]);
  });

  it('has what is wrong with frames, and with what is in them', async () => {
    const peer = await scene.peer();
    const spoilt = Uint8Array.from([...regtest.magic, ...new Uint8Array(20)]);
    spoilt.set([0x66, 0x6f, 0x6f], 4);
    const unnamed = framePayload(regtest.magic, 'b\u0001d', new Uint8Array(2));
    const other = spoilt.map((byte, i) => (i < 4 ? 0xff : byte));
    const lines = await scene.after(
      () => peer.sayBytes(spoilt),
      () => peer.sayBytes(unnamed),
      () => peer.sayPayload('addrv2', new Uint8Array(0)),
      () => peer.say(peer.version),
      () => peer.say({ command: 'pong', nonce: 0n }),
      () => peer.sayBytes(other),
    );
    expect(lines.filter((line) => !/received: |sending /.test(line))).toEqual([
      '[net] Header error: Wrong checksum (foo, 0 bytes), expected 5df6e0e2 was 00000000, peer=3\n',
      '[net] Header error: Invalid message type (bd, 2 bytes), peer=3\n',
      expect.stringMatching(
        /^\[net\] ProcessMessages\(addrv2, 0 bytes\): Exception '.* caught peer=3\n$/,
      ),
      '[net] redundant version message from peer=3\n',
      '[net] pong peer=3: Unsolicited pong without ping, 0 expected, 0 received, 8 bytes\n',
      '[net] Header error: Wrong MessageStart ffffffff received, peer=3\n',
      '[net] disconnecting peer=3\n',
    ]);
  });

  it('has which blocks break which rule, and where their branch would have led', async () => {
    const peer = await scene.peer();
    const block = scene.blockOnTip(SUBSIDY + 1001n);
    const { chain } = scene.node;
    const lines = await scene.after(() => peer.say(blockMessage(block)));
    const hash = toReversedHex(blockHash(block));
    const text = lines.join('');
    expect(text).toContain(`[net] received block ${hash} peer=4\n`);
    expect(text).toMatch(new RegExp(`BlockChecked: block hash=${hash} state=bad-cb-amount`));
    const work = Math.log2(2 * 103).toFixed(6);
    const invalid = `InvalidChainFound: invalid block=${hash}  height=102  log2_work=${work}  date=`;
    expect(text).toContain(invalid);
    const best = toReversedHex(chain.tip.hash);
    expect(text).toContain(`InvalidChainFound:  current best=${best}  height=101  log2_work=`);
    expect(text).toContain(`ConnectTip: ConnectBlock ${hash} failed, bad-cb-amount`);
    expect(text).toContain('[net] Misbehaving: peer=4: bad-cb-amount');
  });

  it('has blocks that are not even stored, and headers', async () => {
    const [liar, other] = [await scene.peer(), await scene.peer()];
    const block = scene.blockOnTip(SUBSIDY);
    const mutated = { ...block, transactions: [coinbaseTx(102, [pay(1n)])] };
    const text = (await scene.after(() => liar.say(blockMessage(mutated)))).join('');
    expect(text).toContain(
      'ProcessNewBlock: AcceptBlock FAILED (bad-txnmrklroot, hashMerkleRoot mismatch)\n',
    );
    expect(text).toContain('[validation] Block mutated: bad-txnmrklroot');
    expect(text).toContain('[net] Received mutated block from peer=5\n');
    expect(text).toContain('[net] Misbehaving: peer=5: mutated block\n');
    const early = scene.blockOnTip(SUBSIDY, { time: 1 }).header;
    const headers = (
      await scene.after(() => other.say({ command: 'headers', headers: [early] }))
    ).join('');
    expect(headers).toMatch(/\[validation\] AcceptBlockHeader: [0-9a-f]{64}, time-too-old/);
    expect(headers).toContain('[net] Misbehaving: peer=6: time-too-old');
  });

  it('has who was first to tell of a block', async () => {
    const peer = await scene.peer();
    const block = scene.blockOnTip(SUBSIDY, { nonce: 77 });
    const hash = toReversedHex(blockHash(block));
    const lines = await scene.after(() =>
      peer.say({ command: 'headers', headers: [block.header] }),
    );
    expect(lines).toContain(`Saw new header hash=${hash} height=102 peer=7\n`);
  });

  it('has why blocks and compact blocks of little work are not looked at', async () => {
    const peer = await scene.peer();
    await scene.world.clock.settle(scene.node.generate(60, ANYONE));
    const { genesis } = scene.node.chain;
    const block = scene.blockOnTip(SUBSIDY, { previousBlockHash: genesis.hash });
    const { header, transactions } = block;
    const [tx] = transactions as [Transaction];
    const compact = { header, nonce: 0n, shortIds: [], prefilled: [{ index: 0, tx }] };
    const text = (
      await scene.after(
        () => peer.say({ command: 'cmpctblock', ...compact }),
        () => peer.say(blockMessage(block)),
      )
    ).join('');
    expect(text).toContain('[net] Ignoring low-work compact block from peer 8\n');
    const what = `not adding new block header ${toReversedHex(blockHash(header))}`;
    expect(text).toContain(
      `[validation] AcceptBlockHeader: ${what}, missing anti-dos proof-of-work validation\n`,
    );
    expect(text).toContain('ProcessNewBlock: AcceptBlock FAILED (too-little-chainwork)\n');
  });

  it('has answers to pings that are none, and questions for addresses that go unanswered', async () => {
    const peer = await scene.peer();
    peer.isPolite = false;
    await scene.world.clock.advance(121_000);
    const text = (
      await scene.after(
        () => peer.say({ command: 'pong', nonce: 0n }),
        () => peer.sayPayload('pong', new Uint8Array(3)),
        () => peer.say({ command: 'getaddr' }),
        () => peer.say({ command: 'getaddr' }),
        () => peer.sayPayload('sendtxrcncl', new Uint8Array(12)),
        () => peer.sayPayload('b\u0001d', new Uint8Array(2)),
      )
    ).join('');
    expect(text).toMatch(/pong peer=9: Nonce zero, [0-9a-f]+ expected, 0 received, 8 bytes\n/);
    expect(text).toContain('pong peer=9: Short payload, 0 expected, 0 received, 3 bytes\n');
    expect(text).toContain('[net] Ignoring repeated "getaddr". peer=9\n');
    expect(text).toContain(
      '[net] sendtxrcncl from peer=9 ignored, as our node does not have txreconciliation enabled\n',
    );
    // What is passed over counts too, with its header.
    const info = scene.node.peers.peerInfos().find(({ id }) => id === 9);
    expect(info?.bytesReceivedByCommand).toMatchObject({ sendtxrcncl: 36, '*other*': 26 });
  });

  it('has whose scripts fail in a block, and which header of a block is refused', async () => {
    const peer = await scene.peer();
    const { tip } = scene.node.chain;
    const thief: Transaction = {
      ...{ version: 1, lockTime: 0 },
      inputs: [
        {
          prevout: { txid: txid(await scene.coinbaseAt(30)), vout: 0 },
          ...{ scriptSig: new Uint8Array(0), sequence: 0xffffffff, witness: [] },
        },
      ],
      outputs: [pay(1n)],
    };
    const place = { previousBlockHash: tip.hash, time: tip.time + 1 };
    const theft = mineBlock([coinbaseTx(tip.height + 1, [pay(1n)]), thief], place);
    const text = (await scene.after(() => peer.say(blockMessage(theft)))).join('');
    const reason =
      'mandatory-script-verify-flag-failed (Witness program was passed an empty witness)';
    const thiefId = toReversedHex(txid(thief));
    expect(text).toContain(
      `ConnectBlock(): CheckInputScripts on ${thiefId} failed with ${reason}\n`,
    );
    const other = await scene.peer();
    const early = scene.blockOnTip(SUBSIDY, { time: 1 });
    const hash = toReversedHex(blockHash(early));
    const refused = (await scene.after(() => other.say(blockMessage(early)))).join('');
    expect(refused).toContain(`[validation] AcceptBlockHeader: ${hash}, time-too-old`);
  });

  it('has no details that nobody asks for any more, and a terminal never had them', async () => {
    const peer = await scene.peer();
    scene.categories.set('net', false);
    const lines = await scene.after(() => peer.say({ command: 'ping', nonce: 7n }));
    expect(lines).toEqual([]);
    expect(scene.shown.join('')).not.toMatch(/UpdateTip|received|Misbehaving|Saw new/);
    expect(scene.shown.filter((line) => line.includes('block 101,'))).toHaveLength(1);
  });
});
