/** Which soft forks are in force, and which are under way. */
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import {
  type DeploymentQuery,
  type DeploymentState,
  deploymentState,
  deploymentStateSince,
  deploymentStatistics,
} from '../../../protocol/consensus/version-bits.ts';
import {
  type BuriedDeployments,
  type ConsensusParams,
  type DeploymentName,
  NEVER_ACTIVE,
  NO_TIMEOUT,
  type VersionBitsDeployment,
} from '../../../protocol/params/chain-params.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { findBlock } from '../find-block.ts';
import type { RpcContext } from '../rpc-context.ts';
import type { RpcMethod } from '../rpc-method.ts';

/** What Bitcoin Core has where a deployment waits for ever. */
const NEVER_OVER = 2n ** 63n - 1n;

/** In Core's order. */
const BURIED: readonly (keyof BuriedDeployments)[] = ['bip34', 'bip66', 'bip65', 'csv', 'segwit'];
const SIGNALLED: readonly DeploymentName[] = ['testdummy', 'taproot'];

export const deploymentMethods: readonly RpcMethod[] = [
  {
    name: 'getdeploymentinfo',
    family: 'blockchain',
    about: 'The state of each soft fork in the block after a block.',
    parameters: [
      {
        name: 'blockhash',
        type: 'string',
        optional: true,
        about: 'The hash of the block; the tip by default.',
      },
    ],
    result: '{ "hash": "hex", "height": n, "deployments": { "name": { … }, … } }',
    run: getDeploymentInfo,
  },
];

function getDeploymentInfo(
  [hash]: readonly (JsonValue | undefined)[],
  { node: { chain } }: RpcContext,
): Json {
  const node = hash === undefined ? chain.tip : findBlock(hash, chain);
  return {
    hash: toReversedHex(node.hash),
    height: node.height,
    deployments: deploymentsToJson(node, chain.params.consensus),
  };
}

function deploymentsToJson(node: BlockNode, params: ConsensusParams): JsonObject {
  const deployments: Record<string, JsonObject> = {};
  for (const name of BURIED) {
    const height = params.buried[name];
    // A height that no chain reaches: it was switched off.
    if (!Number.isSafeInteger(height) || height >= 2 ** 31 - 1) continue;
    deployments[name] = { type: 'buried', active: node.height + 1 >= height, height };
  }
  for (const name of SIGNALLED) {
    const deployment = params.versionBits.deployments[name];
    if (deployment.startTime === NEVER_ACTIVE) continue;
    deployments[name] = signalledToJson(node, deployment, params);
  }
  return deployments;
}

function signalledToJson(
  node: BlockNode,
  deployment: VersionBitsDeployment,
  { versionBits: params }: ConsensusParams,
): JsonObject {
  const cache = new ByteMap<DeploymentState>();
  const query: DeploymentQuery = { deployment, params, ancestors: ancestorsOf(node), cache };
  const now = deploymentState(node.height, query);
  const next = deploymentState(node.height + 1, query);
  const isCounted = now === 'started' || now === 'locked_in';
  const bip9 = {
    bit: isCounted ? deployment.bit : undefined,
    start_time: deployment.startTime,
    timeout: deployment.timeout === NO_TIMEOUT ? NEVER_OVER : deployment.timeout,
    min_activation_height: deployment.minActivationHeight,
    status: now,
    since: deploymentStateSince(node.height, query),
    status_next: next,
    ...(isCounted && countedToJson(node.height, now, query)),
  };
  const isActive = next === 'active';
  return {
    type: 'bip9',
    height: isActive ? deploymentStateSince(node.height + 1, query) : undefined,
    active: isActive,
    bip9,
  };
}

function countedToJson(height: number, state: DeploymentState, query: DeploymentQuery): JsonObject {
  const { period, threshold, elapsed, count, possible, signalling } = deploymentStatistics(
    height,
    query,
  );
  // Once it is locked in, nothing depends on the count any more.
  const goal = state === 'locked_in' ? {} : { threshold, possible };
  return {
    statistics: { period, elapsed, count, ...goal },
    signalling: signalling.map((signals) => (signals ? '#' : '-')).join(''),
  };
}

function ancestorsOf(node: BlockNode): DeploymentQuery['ancestors'] {
  const at = (height: number): BlockNode => node.ancestor(height) as BlockNode;
  return {
    blockHashAt: (height) => at(height).hash as BlockHash,
    medianTimePastAt: (height) => at(height).medianTimePast,
    versionAt: (height) => at(height).version,
  };
}
