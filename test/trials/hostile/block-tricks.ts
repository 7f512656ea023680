/** Peers that play foul with blocks: they are the first to tell of each, and nobody gets it from them. */
import { drawBelow } from '../../../src/outside/entropy/draw.ts';
import type { BlockHash } from '../../../src/protocol/primitives/hashes.ts';
import { wtxid } from '../../../src/protocol/primitives/transaction-id.ts';
import { decodePayload } from '../../../src/protocol/wire/message.ts';
import { shortId, shortIdKey } from '../../../src/protocol/wire/short-ids.ts';
import { EASIEST_BITS, mineHeader } from '../../fixtures/regtest-blocks.ts';
import { mutations } from '../made/mutations.ts';
import type { Behaviour, HostilePeer } from './hostile-peer.ts';

const MOST_HEADERS = 2000;
const SHORT_IDS = 2 ** 48;
/** A byte behind the end of a message spoils nothing: it is ignored, and so the block would be a gift. */
const spoiling = mutations.filter(({ name }) => name !== 'addByte');

/** Tells of a block by its header, as honest peers do, is asked for it, and does not answer. */
const staller: Behaviour = {
  name: 'stalls',
  everyMs: 5000,
  act(peer) {
    peer.send({ command: 'headers', headers: [peer.stage.newest.block.header] });
  },
  onBlock(peer, { block }) {
    peer.send({ command: 'headers', headers: [block.header] });
  },
  onMessage: answerHeaders,
};

/** Sends a block with another body than its header's, before anybody else sends the right one. */
const mutator: Behaviour = {
  name: 'mutated blocks',
  everyMs: 5000,
  act() {},
  onBlock(peer, made) {
    const possible = spoiling.flatMap((mutate) => mutate(made) ?? []);
    const raw = possible[drawBelow(peer.entropy, possible.length)];
    if (raw !== undefined) peer.send({ command: 'block', raw });
  },
};

/** Sends compact blocks that lack everything, and headers of blocks that nobody will ever see. */
const withholder: Behaviour = {
  name: 'withheld blocks',
  everyMs: 5000,
  act(peer) {
    // On top of the tip there is room for other people's blocks: this one takes it, and is not there.
    const { hash, time } = peer.stage.newest;
    peer.send({ command: 'headers', headers: [secretHeader(peer, hash, time)] });
  },
  onBlock(peer, { block }) {
    const nonce = BigInt(peer.entropy.u32());
    const key = shortIdKey(block.header, nonce);
    const [coinbase, ...others] = block.transactions;
    // Those that the node may have are named as others: it has to ask for all of them.
    const shortIds = others.map((tx) => (shortId(key, wtxid(tx)) + 1) % SHORT_IDS);
    if (coinbase === undefined) return;
    const prefilled = [{ index: 0, tx: coinbase }];
    peer.send({ command: 'cmpctblock', header: block.header, nonce, shortIds, prefilled });
  },
  onMessage: answerHeaders,
};

export const blockTricks: readonly Behaviour[] = [staller, mutator, withholder];

function secretHeader(peer: HostilePeer, previousBlockHash: BlockHash, after: number) {
  const merkleRoot = peer.entropy.bytes(32);
  const header = { version: 0x20000000, previousBlockHash, merkleRoot, time: after + 1 };
  return mineHeader({ ...header, bits: EASIEST_BITS, nonce: 0 });
}

/** What it is asked about headers it answers well, so that it is taken for a good peer. */
function answerHeaders(
  peer: HostilePeer,
  { command, payload }: { readonly command: string; readonly payload: Uint8Array },
): void {
  if (command !== 'getheaders') return;
  const message = decodePayload(command, payload);
  if (message?.command !== 'getheaders') return;
  const [{ chain } = peer.stage.target] = peer.stage.honest;
  const headers = [];
  let node = chain.next(chain.commonBlock(message.locator));
  while (node !== undefined && headers.length < MOST_HEADERS) {
    headers.push(node.header);
    node = chain.next(node);
  }
  peer.send({ command: 'headers', headers });
}
