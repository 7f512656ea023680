/** What makes a chain what it is, in words. */
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import {
  ALWAYS_ACTIVE,
  type ChainParams,
  type ConsensusParams,
  NEVER_ACTIVE,
  type Retarget,
  type VersionBitsDeployment,
} from '../../protocol/params/chain-params.ts';
import { firstLetters } from '../../protocol/params/custom/field-objects.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { compactFromTarget } from '../../protocol/primitives/target.ts';
import { amountText } from '../../protocol/report/json-text.ts';
import { type AddressPrefixes, addressFromScript } from '../../protocol/script/address.ts';
import { scriptToAsm } from '../../protocol/script/asm.ts';
import { coinbaseMessage, genesisReward } from '../genesis-facts.ts';
import { dateText, durationText, grouped } from '../plain-words.ts';
import { zeroBits } from '../tour/inspect-genesis.ts';

export interface ChainSection {
  readonly title: string;
  readonly rows: readonly Row[];
}

/**
 * Everything about a chain, in the order in which people ask.
 *
 * @example
 * describeChain(lab)[0].title // 'Blocks'
 */
export function describeChain(params: ChainParams): readonly ChainSection[] {
  return [
    { title: 'Blocks', rows: blockRows(params) },
    { title: 'Money', rows: moneyRows(params) },
    { title: 'First block', rows: genesisRows(params) },
    { title: 'Addresses and keys', rows: addressRows(params) },
    { title: 'Network', rows: networkRows(params) },
    { title: 'Soft forks', rows: softForkRows(params) },
  ];
}

type Row = readonly [label: string, text: string];

function blockRows({ consensus, confirmations }: ChainParams): readonly Row[] {
  const { spacingSeconds, retarget, powLimit, blockTransactions, signetChallenge } = consensus;
  const rows: Row[] = [
    ['block time', durationText(spacingSeconds)],
    ['difficulty', retargetText(retarget, spacingSeconds)],
    ['easiest hash', `${zeroBits(powLimit)} zero bits in front (${bitsText(powLimit)})`],
    ['payments', `final after ${confirmations} blocks`],
  ];
  if (blockTransactions !== undefined) {
    const { min, max } = blockTransactions;
    rows.push(['transactions', `${grouped(min)} to ${grouped(max)} in a block`]);
  }
  if (signetChallenge !== undefined) {
    rows.push(['signed for', toHex(signetChallenge)]);
  }
  if (consensus.minimumChainWork > 0n) {
    rows.push(['least work', `${grouped(consensus.minimumChainWork)} hashes`]);
  }
  if (consensus.assumeValid !== undefined) {
    rows.push(['assumevalid', consensus.assumeValid]);
  }
  return rows;
}

function moneyRows({ consensus, genesis }: ChainParams): readonly Row[] {
  const { initialSubsidy, halvingInterval, spacingSeconds, coinbaseMaturity } = consensus;
  const span = durationText(halvingInterval * spacingSeconds);
  return [
    ['block reward', amountText(initialSubsidy)],
    ['halved every', `${grouped(halvingInterval)} blocks (${span})`],
    ['coins in all', amountText(totalSupply(consensus) + genesisReward(genesis))],
    ['spendable', `${coinbaseMaturity} blocks later`],
  ];
}

/** What all blocks above the first create. */
function totalSupply({ initialSubsidy, halvingInterval }: ConsensusParams): bigint {
  let total = -initialSubsidy;
  for (let reward = initialSubsidy; reward > 0n; reward >>= 1n) {
    total += reward * BigInt(halvingInterval);
  }
  return total;
}

function genesisRows({ genesis, addressPrefixes, consensus }: ChainParams): readonly Row[] {
  const rows: Row[] = [
    ['hash', toReversedHex(blockHash(genesis))],
    ['time', dateText(genesis.header.time)],
    ['bits, nonce', `${bitsHex(genesis.header.bits)}, ${genesis.header.nonce}`],
    ['message', coinbaseMessage(genesis)],
    ['can be spent', consensus.genesisSpendable ? 'yes' : 'no'],
  ];
  for (const { value, scriptPubKey } of genesis.transactions.flatMap(({ outputs }) => outputs)) {
    const owner = addressFromScript(scriptPubKey, addressPrefixes) ?? scriptToAsm(scriptPubKey);
    rows.push(['output', `${amountText(value)} to ${owner}`]);
  }
  return rows;
}

function addressRows({ addressPrefixes, keyPrefixes }: ChainParams): readonly Row[] {
  const { pubKeyHash, scriptHash } = addressPrefixes;
  return [
    ['SegWit', segwitStart(addressPrefixes)],
    ['key hash', base58Start(pubKeyHash)],
    ['script hash', base58Start(scriptHash)],
    ['WIF keys', `byte ${keyPrefixes.wif}`],
    [
      'BIP32 keys',
      `${bitsHex(keyPrefixes.extendedPublic)}, ${bitsHex(keyPrefixes.extendedPrivate)}`,
    ],
  ];
}

function networkRows({ magic, ports, dnsSeeds }: ChainParams): readonly Row[] {
  const rows: Row[] = [
    ['magic bytes', toHex(magic)],
    ['ports', `${ports.p2p} for peers, ${ports.rpc} for RPC`],
  ];
  return dnsSeeds.length === 0
    ? rows
    : [...rows, ['seeds', dnsSeeds.map((host) => host.replace(/\.$/, '')).join(' ')]];
}

function softForkRows({ consensus }: ChainParams): readonly Row[] {
  const { buried, versionBits } = consensus;
  const rows: Row[] = Object.entries(buried).map(
    ([name, height]): Row => [
      name,
      height === 0 ? 'from the first block on' : `from block ${grouped(height)} on`,
    ],
  );
  for (const [name, deployment] of Object.entries(versionBits.deployments)) {
    rows.push([name, deploymentText(deployment)]);
  }
  return rows;
}

function deploymentText(deployment: VersionBitsDeployment): string {
  const { bit, startTime, timeout, minActivationHeight } = deployment;
  if (startTime === ALWAYS_ACTIVE) return 'from the first block on';
  if (startTime === NEVER_ACTIVE) return 'never';
  const end = Number.isFinite(timeout) ? ` to ${dateText(timeout)}` : ', without an end';
  const least = minActivationHeight > 0 ? `; not before block ${grouped(minActivationHeight)}` : '';
  return `by signal in bit ${bit}, from ${dateText(startTime)}${end}${least}`;
}

function retargetText(retarget: Retarget, spacingSeconds: number): string {
  switch (retarget.kind) {
    case 'none':
      return 'never changes';
    case 'asert':
      return `follows the miners after every block (half-life ${durationText(retarget.halfLifeSeconds)})`;
    default: {
      if (retarget.noRetargeting) return 'never changes';
      const blocks = grouped(retarget.timespanSeconds / spacingSeconds);
      const late = retarget.allowMinDifficultyBlocks
        ? '; the easiest target for a block that comes 20 minutes late'
        : '';
      return `follows the miners every ${blocks} blocks${late}${retarget.enforceBip94 ? ' (BIP94)' : ''}`;
    }
  }
}

/** `bc1…`: how SegWit addresses begin. */
export function segwitStart({ bech32 }: AddressPrefixes): string {
  return `${bech32}1…`;
}

/** With which letters Base58 addresses begin: the byte in front decides, or leaves it open a little. */
function base58Start(prefix: number): string {
  // A byte of zero is written as the digit 1, and not multiplied in with the rest.
  const letters = prefix === 0 ? '1' : firstLetters(prefix);
  return `${[...letters].join(' or ')}… (byte ${prefix})`;
}

function bitsText(target: bigint): string {
  return `bits ${bitsHex(compactFromTarget(target))}`;
}

function bitsHex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
