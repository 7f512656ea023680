/**
 * A scripted peer that once talked to Bitcoin Core 28.1, friendly, old and hostile, message by message:
 * this node answers it as Core did, in the same order and with the same bytes where nothing in them is
 * random, and ends the same connections.
 */
import type { Node } from '../../src/node/node.ts';
import { concatBytes } from '../../src/protocol/bytes/concat.ts';
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import { encodeDer } from '../../src/protocol/crypto/ecdsa-signature.ts';
import { hash160 } from '../../src/protocol/crypto/hash.ts';
import { signEcdsaLowR } from '../../src/protocol/crypto/sign-low-r.ts';
import { publicKeyOf } from '../../src/protocol/keys/private-key.ts';
import { decodeWif } from '../../src/protocol/keys/wif.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { decodeBlock } from '../../src/protocol/primitives/block.ts';
import type { Transaction } from '../../src/protocol/primitives/transaction.ts';
import { txid } from '../../src/protocol/primitives/transaction-id.ts';
import { scriptFromAddress } from '../../src/protocol/script/address.ts';
import { segwitV0SignatureHash } from '../../src/protocol/script/signature-hash/segwit-v0.ts';
import { Spend } from '../../src/protocol/script/signature-hash/spend.ts';
import { p2pkh } from '../../src/protocol/script/templates.ts';
import { decodePayload } from '../../src/protocol/wire/message.ts';
import { VectorFolder } from '../conformance/vector-check.ts';
import { PORT, VirtualWorld } from '../fixtures/virtual-world.ts';
import { type HeardMessage, WirePeer } from '../fixtures/wire-peer.ts';
import type { Trial, TrialReport } from './trial.ts';

const FILE = 'p2p/core-session.jsonl';
const HOST = '127.0.0.1';
const CONNECTIONS = 19;
/** So long does the node have for an answer, of virtual time; and to say what nobody expects. */
const PATIENCE_MS = 60_000;
const SILENCE_MS = 100;
/** While it waited for the announcement of a transaction, the one who recorded put the clock ahead. */
const LATER_MS = 30_000;

const MINER = 'bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh';
const KEY = 'cP4h4rJEiXNNPWXBoZQDrdTbcTACHvo6s6NKWUNtq8MFm7SCMTNo';
const FEE = 10_000n;

interface Line {
  readonly connection?: string;
  readonly send?: string;
  readonly recv?: string;
  readonly payload?: string;
  /** A frame that is wrong as a whole. */
  readonly frame?: string;
  /** A payload that is too long to be recorded. */
  readonly bytes?: number;
  readonly closed?: string;
  /** Of the first line. */
  readonly clock?: number;
}

export const coreSessionTrial: Trial = {
  name: 'core-session',
  shows: 'a recorded peer gets from this node what it got from Bitcoin Core 28.1',
  times: { long: 1, short: 1 },
  async run() {
    const vectors = VectorFolder.find();
    if (vectors === undefined) {
      const SKIPPED = 'there is no reference data in ../shared/vectors';
      return { figures: { SKIPPED }, failures: [] };
    }
    const lines = vectors
      .text(FILE)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
    const session = new Session((lines[0]?.clock ?? 0) * 1000);
    await session.setUp();
    return session.play(lines.slice(1));
  },
};

class Session {
  readonly #world: VirtualWorld;
  readonly #startMs: number;
  readonly #failures: string[] = [];
  #lines: readonly Line[] = [];
  #node: Node | undefined;
  #peer: WirePeer | undefined;
  #name = '';
  #isOver = false;
  #connections = 0;
  #same = 0;
  #expected = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#world = new VirtualWorld('core session', startMs);
  }

  /** What Core's chain was: 110 blocks, then one with a payment. */
  async setUp(): Promise<void> {
    const node = await this.#world.node(HOST, {
      indexes: ['filters'],
      network: {
        listen: [{ host: HOST, port: PORT }],
        connect: [],
        whitelist: [`mempool@${HOST}`],
        serveBlockFilters: true,
        serveBloomFilters: true,
      },
    });
    this.#node = node;
    this.#setClock(0);
    const script = scriptFromAddress(MINER, regtest.addressPrefixes);
    await this.#world.clock.settle(node.generate(110, script));
    await this.#world.clock.settle(node.broadcast(await this.#spend(node, script)));
    await this.#world.clock.settle(node.generate(1, script));
    await this.#world.clock.settle(node.indexes.settled());
    // A node that had just started would still think of its own transactions.
    await this.#world.clock.advance(PATIENCE_MS);
  }

  async play(lines: readonly Line[]): Promise<TrialReport> {
    this.#lines = lines;
    for (const [i, line] of lines.entries()) await this.#step(line, lines[i - 1]);
    const { clock } = this.#world;
    await clock.settle((this.#node as Node).stop());
    for (const failure of this.#world.failures) this.#failures.push(`the node: ${String(failure)}`);
    if (this.#connections !== CONNECTIONS) {
      this.#failures.push(`${this.#connections} connections, and not ${CONNECTIONS}`);
    }
    const figures = {
      connections: `${this.#connections}/${CONNECTIONS}`,
      'messages as Core sent them': `${this.#same}/${this.#expected}`,
    };
    return { figures, failures: this.#failures };
  }

  async #step(line: Line, before: Line | undefined): Promise<void> {
    if (line.connection !== undefined) await this.#connect(line.connection);
    else if (line.closed !== undefined) await this.#close(line.closed);
    else if (line.send !== undefined) await this.#send(line.send, line);
    else if (line.recv !== undefined) await this.#receive(line.recv, line.payload ?? '', before);
  }

  async #connect(name: string): Promise<void> {
    this.#name = name;
    this.#connections++;
    this.#isOver = false;
    const host = this.#world.network.host(HOST);
    const connection = await this.#world.clock.settle(host.connect({ host: HOST, port: PORT }));
    this.#peer = new WirePeer(connection, regtest.magic);
    this.#peer.answersPings = false;
  }

  async #send(command: string, { payload, frame, bytes }: Line): Promise<void> {
    const peer = this.#peer as WirePeer;
    if (this.#isOver) return;
    if (frame !== undefined) peer.sendBytes(fromHex(frame));
    else if (command === 'pong') this.#answerPing(peer);
    else
      peer.sendPayload(command, payload === undefined ? tooLong(command, bytes) : fromHex(payload));
    await this.#world.clock.advance(SILENCE_MS);
  }

  /** The nonce is another one than in the recording. */
  #answerPing(peer: WirePeer): void {
    if (this.#lastPing !== undefined) peer.sendPayload('pong', this.#lastPing);
  }

  #lastPing: Uint8Array | undefined;

  async #receive(command: string, payload: string, before: Line | undefined): Promise<void> {
    this.#expected++;
    const peer = this.#peer as WirePeer;
    if (command === 'cmpctblock' && before?.send === undefined) await this.#mine();
    if (command === 'inv' && before?.send === undefined) {
      await this.#handIn();
      this.#setClock(LATER_MS);
    }
    const { clock } = this.#world;
    if (!(await clock.runUntil(() => peer.heard.length > 0, PATIENCE_MS))) {
      this.#fail(`no ${command} came`);
      return;
    }
    const heard = peer.take() as HeardMessage;
    if (heard.command !== command) {
      peer.heard.unshift(heard);
      this.#fail(`${heard.command} came, and not ${command}`);
      // Whatever was too much is told once.
      if (peer.heard.some((one) => one.command === command)) {
        while (peer.heard[0]?.command !== command) peer.heard.shift();
        peer.heard.shift();
      }
      return;
    }
    if (command === 'ping') this.#lastPing = heard.payload;
    if (isSame(command, heard.payload, fromHex(payload))) this.#same++;
    else this.#fail(`${command} is ${toHex(heard.payload)}, and not ${payload}`);
  }

  /** Somebody gave Core a transaction without a peer. The recording has it in the block alone. */
  async #handIn(): Promise<void> {
    const node = this.#node as Node;
    const blocks = this.#lines.filter(({ recv }) => recv === 'block');
    const { transactions } = decodeBlock(fromHex(blocks.at(-1)?.payload ?? ''));
    for (const tx of transactions.slice(1)) await this.#world.clock.settle(node.broadcast(tx));
  }

  async #mine(): Promise<void> {
    const script = scriptFromAddress(MINER, regtest.addressPrefixes);
    await this.#world.clock.settle((this.#node as Node).generate(1, script));
  }

  async #close(by: string): Promise<void> {
    const peer = this.#peer as WirePeer;
    const { clock } = this.#world;
    if (by === 'by the node') {
      if (!(await clock.runUntil(() => peer.closed !== undefined, PATIENCE_MS))) {
        this.#fail('the node did not end the connection');
      }
    } else {
      await clock.advance(SILENCE_MS);
      if (peer.closed !== undefined) this.#fail(`the node ended the connection: ${peer.closed}`);
    }
    for (const { command } of peer.heard) this.#fail(`${command} came, and nobody expected it`);
    this.#isOver = true;
    peer.end();
    await clock.advance(SILENCE_MS);
  }

  #fail(what: string): void {
    this.#failures.push(`${this.#name}: ${what.length > 300 ? `${what.slice(0, 300)}…` : what}`);
  }

  #setClock(laterMs: number): void {
    this.#world.clocks.get(HOST)?.freeze(this.#startMs + laterMs);
  }

  async #spend(node: Node, script: Uint8Array): Promise<Transaction> {
    const first = node.chain.blockAt(1);
    if (first === undefined) throw new Error('there is no block 1');
    const { block } = await this.#world.clock.settle(node.chain.readBlock(first));
    const [coinbase] = block.transactions;
    const output = coinbase?.outputs[0];
    if (coinbase === undefined || output === undefined) throw new Error('block 1 has no coinbase');
    const { privateKey } = decodeWif(KEY, regtest.keyPrefixes.wif);
    const tx: Transaction = {
      version: 2,
      inputs: [
        {
          prevout: { txid: txid(coinbase), vout: 0 },
          scriptSig: new Uint8Array(0),
          sequence: 0xfffffffd,
          witness: [],
        },
      ],
      outputs: [{ value: output.value - FEE, scriptPubKey: script }],
      lockTime: 0,
    };
    const publicKey = publicKeyOf(privateKey);
    const code = p2pkh(hash160(publicKey));
    const hash = segwitV0SignatureHash(new Spend(tx, [output]), 0, code, output.value, 1);
    const signed = signEcdsaLowR(hash, privateKey);
    if (signed === undefined) throw new Error('the key of the recording signs nothing');
    const signature = concatBytes(encodeDer(signed), Uint8Array.of(1));
    return {
      ...tx,
      inputs: tx.inputs.map((input) => ({ ...input, witness: [signature, publicKey] })),
    };
  }
}

/** What is too long to be recorded consists of zeros, or of one thing many times over. */
function tooLong(command: string, bytes = 0): Uint8Array {
  const payload = new Uint8Array(bytes);
  // Each begins with the count of what follows, in a form of three bytes.
  const sizes: Readonly<Record<string, number>> = {
    inv: 36,
    getdata: 36,
    headers: 81,
    addr: 30,
    filterload: 1,
  };
  const size = sizes[command];
  if (size === undefined) throw new Error(`no ${command} of ${bytes} bytes is known`);
  const rest = command === 'filterload' ? 9 : 0;
  const count = (bytes - 3 - rest) / size;
  payload.set([0xfd, count & 0xff, count >> 8]);
  if (command === 'inv' || command === 'getdata') {
    for (let at = 3; at < bytes; at += size) payload[at] = 1;
  }
  return payload;
}

/** Whether two payloads are the same but for what is random in them. */
function isSame(command: string, ours: Uint8Array, theirs: Uint8Array): boolean {
  if (command === 'ping') return ours.length === theirs.length;
  const mine = decodePayload(command, ours);
  const cores = decodePayload(command, theirs);
  if (mine?.command === 'version' && cores?.command === 'version') {
    return (
      mine.version === cores.version &&
      mine.services === cores.services &&
      mine.time === cores.time &&
      mine.startHeight === cores.startHeight &&
      mine.relay === cores.relay
    );
  }
  if (mine?.command === 'cmpctblock' && cores?.command === 'cmpctblock') {
    const headerSize = 80;
    return (
      toHex(ours.subarray(0, headerSize)) === toHex(theirs.subarray(0, headerSize)) &&
      mine.shortIds.length === cores.shortIds.length &&
      // Behind the nonce and the short ids everything is as it was.
      toHex(ours.subarray(headerSize + 8 + 1 + 6 * mine.shortIds.length)) ===
        toHex(theirs.subarray(headerSize + 8 + 1 + 6 * cores.shortIds.length))
    );
  }
  return toHex(ours) === toHex(theirs);
}
