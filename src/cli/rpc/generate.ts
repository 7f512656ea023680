import type { CallOptions, CallParams, RpcConnection } from '../../client/rpc-connection.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import { ArgumentError } from './convert-arguments.ts';
import { textOf } from './json-fields.ts';

/** How many blocks, if nobody says. */
const DEFAULT_BLOCKS = '1';
const MOST_WORDS = 2;

/**
 * `-generate`: blocks that pay a new address of the wallet. `convert` reads words as arguments of
 * `generatetoaddress`.
 */
export async function generateBlocks(
  node: RpcConnection,
  words: readonly string[],
  options: CallOptions,
  convert: (words: readonly string[]) => CallParams,
): Promise<Json> {
  const address = textOf(await node.callExact('getnewaddress', [], options));
  if (words.length > MOST_WORDS) {
    throw new ArgumentError('too many arguments (maximum 2 for nblocks and maxtries)');
  }
  const [blocks = DEFAULT_BLOCKS, ...tries] = words;
  if (blocks === '0') {
    throw new ArgumentError(
      `the first argument (number of blocks to generate, default: ${DEFAULT_BLOCKS}) must be an integer value greater than zero`,
    );
  }
  const params = convert([blocks, address, ...tries]);
  return { address, blocks: await node.callExact('generatetoaddress', params, options) };
}
