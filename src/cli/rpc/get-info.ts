/** `-getinfo`: how a node is in general, of several calls at once. */
import type { BatchAnswer } from '../../client/read-reply.ts';
import type { CallOptions, RpcConnection } from '../../client/rpc-connection.ts';
import { JsonMap, type JsonValue } from '../../protocol/report/json-value.ts';
import { fieldOf, listOf, numberOf, textOf } from './json-fields.ts';

/** Escape codes of the terminal, or nothing. */
interface Colours {
  readonly blue: string;
  readonly green: string;
  readonly magenta: string;
  readonly cyan: string;
  readonly yellow: string;
  readonly reset: string;
}

const NO_COLOURS: Colours = { blue: '', green: '', magenta: '', cyan: '', yellow: '', reset: '' };
const COLOURS: Colours = {
  blue: '\u001b[34m',
  green: '\u001b[32m',
  magenta: '\u001b[35m',
  cyan: '\u001b[36m',
  yellow: '\u001b[33m',
  reset: '\u001b[0m',
};

interface Info {
  readonly network: JsonValue;
  readonly blockchain: JsonValue;
  /** Undefined where there is no wallet. */
  readonly wallet: JsonValue | undefined;
  readonly balances: JsonValue | undefined;
}

/** A bar of twenty parts is shown below this share. */
const NEARLY_DONE = 0.99;
const BAR_PARTS = 20;

/**
 * The overview that `bitcoin-cli -getinfo` prints.
 *
 * @throws RpcCallError if the node does not tell of its chain or its network
 */
export async function getInfo(
  node: RpcConnection,
  options: CallOptions,
  { coloured, wallet }: { readonly coloured: boolean; readonly wallet: string | undefined },
): Promise<string> {
  const answers = await node.batch(
    [
      { method: 'getnetworkinfo' },
      { method: 'getblockchaininfo' },
      { method: 'getwalletinfo' },
      { method: 'getbalances' },
    ],
    options,
  );
  const [network, blockchain, walletInfo, balances] = answers as readonly [
    BatchAnswer,
    BatchAnswer,
    BatchAnswer,
    BatchAnswer,
  ];
  const info: Info = {
    network: resultOf(network),
    blockchain: resultOf(blockchain),
    wallet: walletInfo.kind === 'result' ? walletInfo.result : undefined,
    balances: balances.kind === 'result' ? balances.result : undefined,
  };
  const each = wallet === undefined ? await balanceOfEach(node, options) : undefined;
  return infoText(info, each, coloured ? COLOURS : NO_COLOURS);
}

function resultOf(answer: BatchAnswer): JsonValue {
  if (answer.kind === 'error') throw answer.error;
  return answer.result;
}

/** Where several wallets are loaded, none of them is the one. */
async function balanceOfEach(
  node: RpcConnection,
  options: CallOptions,
): Promise<ReadonlyMap<string, string> | undefined> {
  const [wallets] = await node.batch([{ method: 'listwallets' }], options);
  const names = wallets?.kind === 'result' ? listOf(wallets.result).map(textOf) : [];
  if (names.length < 2) return undefined;
  const balances = new Map<string, string>();
  for (const name of names) {
    const [answer] = await node.forWallet(name).batch([{ method: 'getbalances' }], options);
    const result = answer?.kind === 'result' ? answer.result : new JsonMap();
    balances.set(name, textOf(fieldOf(result, 'mine', 'trusted')));
  }
  return balances;
}

function infoText(
  { network, blockchain, wallet, balances }: Info,
  each: ReadonlyMap<string, string> | undefined,
  { blue, green, magenta, cyan, yellow, reset }: Colours,
): string {
  const of = (name: string): string => textOf(fieldOf(network, name));
  const chain = (name: string): string => textOf(fieldOf(blockchain, name));
  const lines = [
    `${blue}Chain: ${chain('chain')}${reset}`,
    `Blocks: ${chain('blocks')}`,
    `Headers: ${chain('headers')}`,
    `Verification progress: ${progressText(numberOf(fieldOf(blockchain, 'verificationprogress')))}`,
    `Difficulty: ${chain('difficulty')}`,
    '',
    `${green}Network: in ${of('connections_in')}, out ${of('connections_out')}, total ${of('connections')}${reset}`,
    `Version: ${of('version')}`,
    `Time offset (s): ${of('timeoffset')}`,
    `Proxies: ${proxyText(network)}`,
    `Min tx relay fee rate (BTC/kvB): ${of('relayfee')}`,
    '',
  ];
  if (wallet !== undefined) {
    lines.push(`${magenta}Wallet: ${walletName(textOf(fieldOf(wallet, 'walletname')))}${reset}`);
    lines.push(`Keypool size: ${textOf(fieldOf(wallet, 'keypoolsize'))}`);
    const until = fieldOf(wallet, 'unlocked_until');
    if (until !== undefined) lines.push(`Unlocked until: ${textOf(until)}`);
    const fee = textOf(fieldOf(wallet, 'paytxfee'));
    lines.push(`Transaction fee rate (-paytxfee) (BTC/kvB): ${fee}`, '');
  }
  const balance = textOf(fieldOf(balances, 'mine', 'trusted'));
  if (balance !== '') lines.push(`${cyan}Balance:${reset} ${balance}`, '');
  if (each !== undefined) lines.push(`${cyan}Balances${reset}`, ...balanceLines(each), '');
  lines.push(`${yellow}Warnings:${reset} ${warningText(fieldOf(network, 'warnings'))}`);
  return lines.join('\n');
}

function progressText(share: number): string {
  const percent = `${(share * 100).toFixed(4)}%`;
  if (share >= NEARLY_DONE || share < 0) return percent;
  const done = Math.ceil(share * BAR_PARTS);
  return `${'▒'.repeat(done)}${'░'.repeat(BAR_PARTS - done)} ${percent}`;
}

/** A proxy, and the networks that are reached through it. */
function proxyText(network: JsonValue): string {
  const byProxy = new Map<string, string[]>();
  for (const one of listOf(fieldOf(network, 'networks'))) {
    const proxy = textOf(fieldOf(one, 'proxy'));
    if (proxy === '') continue;
    byProxy.set(proxy, [...(byProxy.get(proxy) ?? []), textOf(fieldOf(one, 'name'))]);
  }
  const texts = [...byProxy].map(([proxy, names]) => `${proxy} (${names.join(', ')})`);
  return texts.length === 0 ? 'n/a' : texts.join(', ');
}

const BALANCE_WIDTH = 10;

function balanceLines(balances: ReadonlyMap<string, string>): readonly string[] {
  const width = Math.max(BALANCE_WIDTH, ...[...balances.values()].map(({ length }) => length));
  return [...balances].map(([name, balance]) => `${balance.padStart(width)} ${walletName(name)}`);
}

/** The first wallet has no name. */
function walletName(name: string): string {
  return name === '' ? '""' : name;
}

/** A list since Core 28, and one text before. */
function warningText(warnings: JsonValue | undefined): string {
  const texts = Array.isArray(warnings) ? warnings.map(textOf) : [textOf(warnings)];
  return texts.filter((text) => text !== '').join('; ') || '(none)';
}
