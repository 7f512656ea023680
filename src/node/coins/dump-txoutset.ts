import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { removeIfThere } from '../../outside/disk/whole-file.ts';
import { encode } from '../../protocol/bytes/codec.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { StoreReader } from '../storage/key-value-store.ts';
import { damagedCoins, readBestBlock } from './store-keys.ts';
import { HEADER_SIZE, TxOutSetError, txOutSetHeaderCodec } from './txoutset-file.ts';
import type { UtxoGroup } from './utxo-groups.ts';
import { pacedGroups, type UtxoScanOptions, type UtxoStatistics, UtxoTally } from './utxo-set.ts';

export interface DumpTxOutSetOptions extends UtxoScanOptions {
  /** The coins. A snapshot of the store: they must not change meanwhile. */
  readonly snapshot: StoreReader;
  readonly disk: Disk;
  readonly path: string;
  /** The first four bytes of the chain's messages. */
  readonly networkMagic: Uint8Array;
}

const CHUNK = 1 << 20;

/**
 * Writes all coins to a file: under another name until it is complete. Answers with what is in it,
 * and its `hash_serialized_3`.
 *
 * @example
 * const { txouts, hash } = await dumpTxOutSet({ snapshot, disk, path, networkMagic, clock });
 */
export async function dumpTxOutSet(options: DumpTxOutSetOptions): Promise<UtxoStatistics> {
  const { disk, path, snapshot } = options;
  if ((await disk.stat(path)) !== undefined) {
    throw new TxOutSetError(
      'file-exists',
      `${path} already exists. If you are sure this is what you want, move it out of the way first.`,
    );
  }
  const bestBlock = await readBestBlock(snapshot);
  if (bestBlock === undefined) throw damagedCoins('it does not say which block its coins are of');
  const temporary = `${path}.incomplete`;
  await removeIfThere(disk, temporary);
  const file = await disk.open(temporary, 'create-new');
  try {
    const tally = await writeCoins(file, options);
    const header = { baseBlock: bestBlock, coinCount: BigInt(tally.txouts) };
    await file.write(0, encode(txOutSetHeaderCodec(options.networkMagic), header));
    await file.sync();
    await file.close();
    await disk.rename(temporary, path);
    await disk.syncFolder(parentPath(path));
    return { ...tally, bestBlock };
  } catch (error) {
    // Half a file on a full disk takes up the space that would help.
    await file.close().catch(() => {});
    await removeIfThere(disk, temporary).catch(() => {});
    throw error;
  }
}

async function writeCoins(
  file: DiskFile,
  options: DumpTxOutSetOptions,
): Promise<Omit<UtxoStatistics, 'bestBlock'>> {
  const tally = new UtxoTally('hash_serialized_3');
  const writer = new Writer(CHUNK * 2);
  let position = HEADER_SIZE;
  const flush = async (): Promise<void> => {
    await file.write(position, writer.finish());
    position += writer.length;
    writer.clear();
  };
  for await (const group of pacedGroups(options.snapshot, options)) {
    tally.add(group);
    writeGroup(writer, group);
    if (writer.length >= CHUNK) await flush();
  }
  await flush();
  return tally.finish();
}

function writeGroup(writer: Writer, { txid, coins }: UtxoGroup): void {
  writer.bytes(txid);
  writer.compactSize(coins.length);
  for (const { vout, bytes } of coins) {
    writer.compactSize(vout);
    writer.bytes(bytes);
  }
}
