/** A chain with all indexes, and everything that it can be asked. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BlockNode } from '../../src/node/chain/block-node.ts';
import { encodeUndo } from '../../src/node/coins/undo-codec.ts';
import { scriptHash } from '../../src/node/index/addresses/address-rows.ts';
import { Indexes, indexNames } from '../../src/node/index/indexes.ts';
import { openLevelStore } from '../../src/node/storage/level-store.ts';
import { SystemClock } from '../../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../../src/outside/disk/system-disk.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { toHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import type { Txid } from '../../src/protocol/primitives/hashes.ts';
import { txid } from '../../src/protocol/primitives/transaction-id.ts';
import { openTrialNode, type TrialNode, type TrialNodeOptions } from './trial-node.ts';

export interface IndexedNode extends TrialNode {
  readonly indexes: Indexes;
}

/** Opens a regtest chain with all indexes, and waits until these have seen all of it. */
export async function openIndexedNode(
  options: Omit<TrialNodeOptions, 'params' | 'folder'> & { readonly folder: string },
): Promise<IndexedNode> {
  const node = await openTrialNode({ ...options, params: regtest });
  const clock = new SystemClock();
  const disk = new SystemDisk();
  try {
    const indexes = await Indexes.open({
      params: regtest.consensus,
      names: indexNames,
      folder: join(options.folder, regtest.name, 'indexes'),
      openStore: (path, storeOptions) => openLevelStore(path, { disk, clock }, storeOptions),
      chain: node.chain,
      clock,
      entropy: new SeededEntropy('indexes in a trial'),
      // Whoever waits for them hears of it.
      onFailure: () => {},
    });
    const close = async (): Promise<void> => {
      await indexes.close();
      await node.close();
    };
    const indexed = { ...node, indexes, close };
    await indexes.settled().catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return indexed;
  } catch (error) {
    await node.close();
    throw error;
  }
}

/** What a node answers, by the question: the same for two nodes with the same chain. */
export type Answers = Readonly<Record<string, string>>;

/** Asks for everything: every block, what it spent, every coin, and every row of every index. */
export async function answersOf(node: IndexedNode): Promise<Answers> {
  const { chain } = node;
  const texts: Record<string, string[]> = {
    blocks: [],
    undo: [],
    transactions: [],
    statistics: [],
    filters: [],
  };
  const scripts = new Map<string, Uint8Array>();
  for (let height = 0; height <= chain.tip.height; height++) {
    const place = chain.blockAt(height) as BlockNode;
    const { block, raw } = await chain.readBlock(place);
    texts['blocks']?.push(toHex(raw));
    texts['undo']?.push(toHex(encodeUndo(await chain.readUndo(place))));
    for (const tx of block.transactions) {
      texts['transactions']?.push(await transactionText(node, txid(tx)));
      for (const { scriptPubKey } of tx.outputs) scripts.set(toHex(scriptPubKey), scriptPubKey);
    }
    texts['statistics']?.push(plainText(await node.indexes.statistics?.at(place)));
    texts['filters']?.push(
      plainText([
        await node.indexes.filters?.filter(place),
        await node.indexes.filters?.hashes(place),
      ]),
    );
  }
  const addresses: string[] = [];
  for (const script of scripts.values()) addresses.push(await addressText(node, script));
  const digests = Object.entries({ ...texts, addresses }).map(
    ([name, lines]) => [name, createHash('sha256').update(lines.join('\n')).digest('hex')] as const,
  );
  return {
    tip: `${toReversedHex(chain.tip.hash)} at ${chain.tip.height}`,
    coins: await node.utxoHash(),
    ...Object.fromEntries(digests),
  };
}

async function transactionText({ indexes }: IndexedNode, id: Txid): Promise<string> {
  const found = await indexes.transactions?.find(id);
  return `${toHex(id)} ${found?.node.height} ${found?.offset} ${found?.length}`;
}

async function addressText({ indexes }: IndexedNode, script: Uint8Array): Promise<string> {
  const hash = scriptHash(script);
  const limit = 1000;
  return plainText([
    await indexes.addresses?.balance(hash),
    await indexes.addresses?.history(hash, { limit }),
    await indexes.addresses?.unspent(hash, { limit }),
  ]);
}

/** Of whatever it is, a text that is the same for the same. */
function plainText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    return part instanceof Uint8Array ? toHex(part) : part;
  });
}
