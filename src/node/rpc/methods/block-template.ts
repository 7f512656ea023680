/** `getblocktemplate`: work for miners (BIP22, BIP23, BIP9, BIP145). */
import { unixTime } from '../../../outside/clock/clock.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { nextBits } from '../../../protocol/consensus/difficulty/next-bits.ts';
import {
  MAX_BLOCK_SIGOPS_COST,
  MAX_BLOCK_WEIGHT,
  WITNESS_SCALE_FACTOR,
} from '../../../protocol/consensus/limits.ts';
import { type DeploymentState, deploymentState } from '../../../protocol/consensus/version-bits.ts';
import { findWitnessCommitment } from '../../../protocol/consensus/witness-commitment.ts';
import type { DeploymentName } from '../../../protocol/params/chain-params.ts';
import { main } from '../../../protocol/params/main.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { targetFromCompact } from '../../../protocol/primitives/target.ts';
import { encodeTx, type Transaction, txWeight } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { transactionSigopCost } from '../../../protocol/script/sigops.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { nextTime } from '../../mining/assemble-block.ts';
import { hashFrom, jsonType, objectFrom, stringFrom } from '../arguments.ts';
import { type BlockTemplate, MiningDesk } from '../mining/mining-desk.ts';
import { checkTemplateHeader, testBlock } from '../mining/test-block.ts';
import { waitForChange } from '../mining/wait-for-change.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { decodeBlockHex } from './decode-block-hex.ts';

type Request = ReadonlyMap<string, JsonValue>;

/** As much as a block had room for before SegWit, in bytes, is four times as much now. */
const MAX_BLOCK_SIZE = 4_000_000;
const HASH_DIGITS = 64;
const REQUEST_SHAPE =
  '{"mode":"str","capabilities":["str",...],"rules":["segwit","str",...],"longpollid":"str","data":"hex"}';

export const getBlockTemplate: RpcMethod = {
  name: 'getblocktemplate',
  family: 'mining',
  about:
    'What to build the next block from, as BIP22, BIP23, BIP9 and BIP145 have it. With mode "proposal", says whether a block without proof of work would be valid on top of the tip. With a longpollid, answers when there is something new.',
  parameters: [
    {
      name: 'template_request',
      type: 'object',
      usage: REQUEST_SHAPE,
      about:
        'mode ("template", the default, or "proposal"), rules (must name "segwit"), capabilities, longpollid, and data: the block to propose, in hex',
    },
  ],
  result:
    '{ "capabilities", "version", "rules", "vbavailable", "vbrequired", "previousblockhash", "transactions", "coinbaseaux", "coinbasevalue", "longpollid", "target", "mintime", "mutable", "noncerange", "sigoplimit", "sizelimit", "weightlimit", "curtime", "bits", "height", "default_witness_commitment" }; for a proposal null, or what is wrong with it',
  run: async ([given], context) => {
    const request = objectFrom(given);
    const mode = modeOf(request);
    if (mode === 'proposal') return await propose(request, context);
    const rules = rulesOf(request);
    if (mode !== 'template') throw new RpcError(RPC.invalidParameter, 'Invalid mode');
    checkConnected(context);
    await longPoll(request.get('longpollid') ?? null, context);
    checkRules(rules, context);
    return await describe(context);
  },
};

function modeOf(request: Request): string {
  const mode = request.get('mode') ?? null;
  if (mode === null) return 'template';
  if (typeof mode === 'string') return mode;
  throw new RpcError(RPC.invalidParameter, 'Invalid mode');
}

function rulesOf(request: Request): ReadonlySet<string> {
  const rules = request.get('rules');
  return new Set(Array.isArray(rules) ? rules.map(stringFrom) : []);
}

async function propose(request: Request, context: RpcContext): Promise<Json> {
  const data = request.get('data');
  if (typeof data !== 'string') {
    throw new RpcError(RPC.type, 'Missing data String key for proposal');
  }
  const block = decodeBlockHex(data);
  const { chain } = context.node;
  const known = chain.lookup(blockHash(block));
  if (known?.isFailed === true) return 'duplicate-invalid';
  if (known !== undefined) return known.isValid ? 'duplicate' : 'duplicate-inconclusive';
  if (!chain.tip.hasHash(block.header.previousBlockHash)) return 'inconclusive-not-best-prevblk';
  return (await testBlock(block, context))?.code ?? null;
}

/** On Bitcoin's own chain a template that is out of date costs money. */
function checkConnected({ node }: RpcContext): void {
  if (node.chain.params.name !== main.name) return;
  if (node.peers.counts().all === 0) {
    throw new RpcError(RPC.clientNotConnected, 'Bitcoin Core is not connected!');
  }
  if (node.chain.isInitialBlockDownload) {
    throw new RpcError(
      RPC.clientInInitialDownload,
      'Bitcoin Core is in initial sync and waiting for blocks...',
    );
  }
}

/** The id is the hash of the tip, and how often the pool had changed, which is what is waited for. */
async function longPoll(id: JsonValue, context: RpcContext): Promise<void> {
  if (id === null) return;
  const desk = MiningDesk.of(context);
  const { tip } = context.node.chain;
  let [hash, changes]: [Uint8Array, number] = [tip.hash.slice(), desk.poolChanges];
  if (jsonType(id) === 'string') {
    const text = stringFrom(id);
    hash = hashFrom(text.slice(0, HASH_DIGITS), 'longpollid');
    changes = Number.parseInt(text.slice(HASH_DIGITS), 10);
  }
  await waitForChange(hash, () => desk.poolChanges !== changes, context);
  if (context.signal.aborted) throw new RpcError(RPC.clientNotConnected, 'Shutting down');
}

function checkRules(rules: ReadonlySet<string>, { node }: RpcContext): void {
  const isSignet = node.chain.params.consensus.signetChallenge !== undefined;
  if (isSignet && !rules.has('signet')) throw missingRule('signet', '"segwit", "signet"');
  if (!rules.has('segwit')) throw missingRule('segwit', '"segwit"');
}

function missingRule(name: string, all: string): RpcError {
  const how = `(call with {"rules": [${all}]})`;
  return new RpcError(
    RPC.invalidParameter,
    `getblocktemplate must be called with the ${name} rule set ${how}`,
  );
}

async function describe(context: RpcContext): Promise<JsonObject> {
  const desk = MiningDesk.of(context);
  const template = await desk.template();
  const { chain } = context.node;
  const { consensus } = chain.params;
  const { block } = template;
  checkTemplateHeader(block.header, context);
  const tip = chain.lookup(block.header.previousBlockHash) as BlockNode;
  const height = tip.height + 1;
  const time = nextTime(tip, unixTime(context.clock), consensus);
  // Where a late block may have the easiest target, the target depends on the time.
  const headerAt = (at: number): BlockNode => tip.ancestor(at) as BlockNode;
  const bits = nextBits(consensus, { height: tip.height, headerAt }, time);
  const hasSegwit = height >= consensus.buried.segwit;
  const scale = hasSegwit ? 1 : WITNESS_SCALE_FACTOR;
  const coinbase = block.transactions[0] as Transaction;
  const commitment = coinbase.outputs[findWitnessCommitment(coinbase)]?.scriptPubKey;
  const { signetChallenge } = consensus;
  const forks = softForks(tip, desk, context);
  return {
    capabilities: ['proposal'],
    version: block.header.version,
    rules: [
      'csv',
      ...(hasSegwit ? ['!segwit'] : []),
      ...(signetChallenge === undefined ? [] : ['!signet']),
      ...forks.active,
    ],
    vbavailable: forks.available,
    vbrequired: 0,
    previousblockhash: toReversedHex(block.header.previousBlockHash),
    transactions: await describeTransactions(template, hasSegwit, context),
    coinbaseaux: {},
    coinbasevalue: coinbase.outputs[0]?.value ?? 0n,
    longpollid: `${toReversedHex(tip.hash)}${template.poolChanges}`,
    target: targetFromCompact(bits).value.toString(16).padStart(HASH_DIGITS, '0'),
    mintime: tip.medianTimePast + 1,
    mutable: ['time', 'transactions', 'prevblock'],
    noncerange: '00000000ffffffff',
    sigoplimit: MAX_BLOCK_SIGOPS_COST / scale,
    sizelimit: MAX_BLOCK_SIZE / scale,
    weightlimit: hasSegwit ? MAX_BLOCK_WEIGHT : undefined,
    curtime: time,
    bits: bits.toString(16).padStart(8, '0'),
    height,
    signet_challenge: signetChallenge && toHex(signetChallenge),
    default_witness_commitment: commitment && toHex(commitment),
  };
}

/** Soft forks that hold in the next block, and those that it may signal for. Both may be ignored. */
function softForks(
  tip: BlockNode,
  desk: MiningDesk,
  { node }: RpcContext,
): { readonly active: readonly string[]; readonly available: JsonObject } {
  const params = node.chain.params.consensus.versionBits;
  const at = (height: number): BlockNode => tip.ancestor(height) as BlockNode;
  const ancestors = {
    blockHashAt: (height: number) => at(height).hash,
    medianTimePastAt: (height: number) => at(height).medianTimePast,
    versionAt: (height: number) => at(height).version,
  };
  const names = Object.keys(params.deployments) as readonly DeploymentName[];
  const state = (name: DeploymentName): DeploymentState =>
    deploymentState(tip.height + 1, {
      ...{ params, ancestors },
      deployment: params.deployments[name],
      cache: desk.deployments[name],
    });
  const isSignalled = (name: DeploymentName): boolean =>
    ['started', 'locked_in'].includes(state(name));
  return {
    active: names.filter((name) => state(name) === 'active'),
    available: Object.fromEntries(
      names.filter(isSignalled).map((name) => [name, params.deployments[name].bit]),
    ),
  };
}

async function describeTransactions(
  { transactions }: BlockTemplate,
  hasSegwit: boolean,
  { node }: RpcContext,
): Promise<readonly JsonObject[]> {
  const places = new Map(transactions.map(({ tx }, i) => [toHex(txid(tx)), i + 1]));
  return transactions.map(({ tx, fee }) => {
    const id = txid(tx);
    const sigops = sigopCost(id, tx, node);
    const depends = tx.inputs.flatMap(({ prevout }) => places.get(toHex(prevout.txid)) ?? []);
    return {
      data: toHex(encodeTx(tx)),
      txid: toReversedHex(id),
      hash: toReversedHex(wtxid(tx)),
      depends,
      fee,
      sigops: hasSegwit ? sigops : Math.floor(sigops / WITNESS_SCALE_FACTOR),
      weight: txWeight(tx),
    };
  });
}

/** The pool knows it. A transaction may have left since the template was made: its own scripts are counted then. */
function sigopCost(id: Txid, tx: Transaction, node: RpcContext['node']): number {
  return node.mempool.get(id)?.sigopCost ?? transactionSigopCost(tx, [], 0);
}
