/** Methods that make blocks at once, for tests. */
import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import type { ChainParams } from '../../../protocol/params/chain-params.ts';
import { type Block, encodeBlock } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { decodeTx, type Transaction } from '../../../protocol/primitives/transaction.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { AddressError, scriptFromAddress } from '../../../protocol/script/address.ts';
import { type Descriptor, isRange } from '../../../protocol/script/descriptor/descriptor.ts';
import { DescriptorError } from '../../../protocol/script/descriptor/descriptor-error.ts';
import { expandDescriptor } from '../../../protocol/script/descriptor/expand.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import { DEFAULT_MAX_TRIES } from '../../mining/block-generator.ts';
import { MiningError } from '../../mining/mining-error.ts';
import type { CandidateTransaction } from '../../mining/transaction-source.ts';
import {
  arrayFrom,
  booleanFrom,
  bytesFromHex,
  int32From,
  stringFrom,
  uint64From,
} from '../arguments.ts';
import { descriptorWords } from '../descriptor-words.ts';
import { methodHelp } from '../method-help.ts';
import { MiningDesk } from '../mining/mining-desk.ts';
import { templateError, testBlock } from '../mining/test-block.ts';
import { oneAfterAnother } from '../one-after-another.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

const HASH = /^[0-9a-fA-F]{64}$/;
/** What is wrong already before any transaction is added, which Core tells in other words. */
const TOO_NEW = 'time-too-new';

const MAX_TRIES: RpcParameter = {
  name: 'maxtries',
  type: 'number',
  optional: true,
  about: 'how many hashes may be tried in all, 1000000 by default',
};

const generateToAddress: RpcMethod = {
  name: 'generatetoaddress',
  family: 'mining',
  about: 'Mines blocks at once, and pays their reward to an address.',
  parameters: [
    { name: 'nblocks', type: 'number', about: 'how many blocks' },
    { name: 'address', type: 'string', about: 'whom to pay' },
    MAX_TRIES,
  ],
  result: '[ "blockhash", ... ]',
  hidden: true,
  run: async ([nblocks, address, maxTries], context) => {
    const count = int32From(nblocks);
    const given = maxTries === undefined ? DEFAULT_MAX_TRIES : int32From(maxTries);
    // A negative number becomes one without end, as in Core.
    const tries = given < 0 ? Number.POSITIVE_INFINITY : given;
    const script = addressScript(stringFrom(address), context);
    if (script === undefined) throw new RpcError(RPC.invalidAddressOrKey, 'Error: Invalid address');
    return await generate(count, script, tries, context);
  },
};

const generateToDescriptor: RpcMethod = {
  name: 'generatetodescriptor',
  family: 'mining',
  about: 'Mines blocks at once, and pays their reward to a descriptor.',
  parameters: [
    { name: 'num_blocks', type: 'number', about: 'how many blocks' },
    { name: 'descriptor', type: 'string', about: 'whom to pay' },
    MAX_TRIES,
  ],
  result: '[ "blockhash", ... ]',
  hidden: true,
  run: async ([nblocks, descriptor, maxTries], context) => {
    const count = int32From(nblocks);
    const tries = maxTries === undefined ? DEFAULT_MAX_TRIES : Number(uint64From(maxTries));
    const parsed = parse(stringFrom(descriptor), context);
    if (parsed instanceof DescriptorError) {
      throw new RpcError(RPC.invalidAddressOrKey, descriptorWords(parsed));
    }
    return await generate(count, descriptorScript(parsed), tries, context);
  },
};

async function generate(
  count: number,
  script: Uint8Array,
  maxTries: number,
  context: RpcContext,
): Promise<Json> {
  const { signal, node } = context;
  const hashes = await generated(() =>
    MiningDesk.of(context).generate(count, script, { maxTries, signal }),
  );
  // Whoever asks next shall see what follows from it.
  await node.indexes.settled();
  return hashes.map(toReversedHex);
}

/** What Core finds out before it mines a block, the chain finds out behind it. */
async function generated<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof MiningError) || !(error.cause instanceof RuleError)) throw error;
    throw templateError(error.cause);
  }
}

const generateBlock: RpcMethod = {
  name: 'generateblock',
  family: 'mining',
  about: 'Mines one block at once with exactly these transactions. Their fees are left to nobody.',
  parameters: [
    { name: 'output', type: 'string', about: 'whom to pay: an address or a descriptor' },
    {
      name: 'transactions',
      type: 'array',
      usage: '["rawtx/txid",...]',
      about: 'in their order: each in hex, or the id of one in the mempool',
    },
    {
      name: 'submit',
      type: 'boolean',
      optional: true,
      about: 'whether the chain gets the block, true by default; otherwise its hex is answered',
    },
  ],
  result: '{ "hash", "hex" }',
  hidden: true,
  run: async ([output, transactions, submit], context) => {
    const script = outputScript(stringFrom(output), context);
    const candidates = arrayFrom(transactions).map((value) => ({
      tx: transactionOf(value, context),
      fee: 0n,
    }));
    const submits = submit === undefined || booleanFrom(submit);
    const desk = MiningDesk.of(context);
    // Of two at once, one would be judged on top of the other's block, which is not where it is to be.
    return await oneAfterAnother(desk, async () => {
      const template = await goodTemplate(script, candidates, context);
      const block = await desk.mine(template, context.signal);
      if (block === undefined) throw new RpcError(RPC.misc, 'Failed to make block.');
      const hash = toReversedHex(blockHash(block));
      if (!submits) return { hash, hex: toHex(encodeBlock(block)) };
      await desk.submit(block);
      await context.node.indexes.settled();
      return { hash };
    });
  },
};

async function goodTemplate(
  script: Uint8Array,
  candidates: readonly CandidateTransaction[],
  context: RpcContext,
): Promise<Block> {
  const { chain } = context.node;
  for (;;) {
    const { tip } = chain;
    const template = MiningDesk.of(context).assemble(script, candidates);
    const broken = await testBlock(template, context, { merkleRoot: false });
    if (broken === undefined) return template;
    // A block has come meanwhile, so that the test says nothing.
    if (chain.tip !== tip) continue;
    if (broken.code === TOO_NEW) throw templateError(broken);
    throw new RpcError(RPC.verify, `testBlockValidity failed: ${broken.message}`);
  }
}

function transactionOf(value: JsonValue, { node }: RpcContext): Transaction {
  const text = stringFrom(value);
  if (HASH.test(text)) {
    const id = bytesFromHex(text)?.reverse() as Txid;
    const entry = node.mempool.get(id);
    if (entry !== undefined) return entry.tx;
    throw new RpcError(RPC.invalidAddressOrKey, `Transaction ${text} not in mempool.`);
  }
  try {
    const bytes = bytesFromHex(text);
    if (bytes !== undefined) return decodeTx(bytes);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
  }
  throw new RpcError(
    RPC.deserialization,
    `Transaction decode failed for ${text}. Make sure the tx has at least one input.`,
  );
}

function outputScript(text: string, context: RpcContext): Uint8Array {
  const descriptor = parse(text, context);
  if (!(descriptor instanceof DescriptorError)) return descriptorScript(descriptor);
  const script = addressScript(text, context);
  if (script !== undefined) return script;
  throw new RpcError(RPC.invalidAddressOrKey, 'Error: Invalid address or descriptor');
}

function addressScript(text: string, { node }: RpcContext): Uint8Array | undefined {
  try {
    return scriptFromAddress(text, node.chain.params.addressPrefixes);
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function parse(text: string, { node }: RpcContext): Descriptor | DescriptorError {
  const params: ChainParams = node.chain.params;
  try {
    return parseDescriptor(text, params);
  } catch (error) {
    if (error instanceof DescriptorError) return error;
    throw error;
  }
}

/** Of the scripts of `combo` the one with witnesses, or the plain hash where the key has none. */
function descriptorScript(descriptor: Descriptor): Uint8Array {
  if (isRange(descriptor)) {
    throw new RpcError(
      RPC.invalidParameter,
      'Ranged descriptor not accepted. Maybe pass through deriveaddresses first?',
    );
  }
  try {
    const { outputs } = expandDescriptor(descriptor);
    const place = outputs.length === 1 ? 0 : outputs.length === 4 ? 2 : 1;
    return (outputs[place] as (typeof outputs)[number]).script;
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(RPC.invalidAddressOrKey, 'Cannot derive script without private keys');
  }
}

/** It mined to the wallet once. Who still calls it is told of its heir, as by Core. */
const generateOfOld: RpcMethod = {
  name: 'generate',
  family: 'mining',
  about: 'has been replaced by the -generate cli option. Refer to -help for more information.',
  parameters: [],
  result: 'nothing: it always fails',
  hidden: true,
  gone: true,
  run: () => {
    throw new RpcError(RPC.methodNotFound, methodHelp(generateOfOld));
  },
};

export const generateMethods: readonly RpcMethod[] = [
  generateOfOld,
  generateToAddress,
  generateToDescriptor,
  generateBlock,
];
