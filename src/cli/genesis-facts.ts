/** What people ask of a first block. */
import type { Block } from '../protocol/primitives/block.ts';
import { parseScript } from '../protocol/script/parse-script.ts';

/**
 * The text that its miner wrote: the last thing that the script of the coinbase pushes.
 *
 * @example
 * coinbaseMessage(main.genesis) // 'The Times 03/Jan/2009 Chancellor on brink of second …'
 */
export function coinbaseMessage(genesis: Block): string {
  const script = genesis.transactions[0]?.inputs[0]?.scriptSig ?? new Uint8Array();
  const data = parseScript(script).instructions.at(-1)?.data ?? new Uint8Array();
  return new TextDecoder().decode(data);
}

/** All satoshis that its outputs hold. */
export function genesisReward(genesis: Block): bigint {
  return genesis.transactions
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, { value }) => sum + value, 0n);
}
