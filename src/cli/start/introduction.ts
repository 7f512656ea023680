import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { Paint } from '../paint.ts';
import { durationText } from '../plain-words.ts';
import { shellWord } from '../quote.ts';
import { wrapText } from '../wrap-text.ts';

export interface StartFacts {
  readonly params: ChainParams;
  /** What `-chain` takes: a name, or a file. */
  readonly chain: string;
  /** What `-datadir` takes, where somebody chose it. */
  readonly dataFolder?: string | undefined;
  /** The folder of the chain; undefined in memory. */
  readonly folder: string | undefined;
  /** Where the rewards go. */
  readonly address: string;
  /** The file with the key to them; undefined where somebody else has it, or nobody. */
  readonly keyFile: string | undefined;
  /** Where JSON-RPC is served; undefined where it is not. */
  readonly rpcPort: number | undefined;
  /** Where other nodes connect to; undefined where they cannot. */
  readonly port: number | undefined;
  /** How this program is called, for lines to copy. */
  readonly command: string;
  readonly home: string;
  /** How wide the terminal is. */
  readonly columns: number;
}

const LABEL_WIDTH = 11;

/** What a person sees first: what is going on, where everything is, and what to try next. */
export function introduction(facts: StartFacts, paint: Paint): string {
  const { params, folder, address, keyFile, rpcPort, home, columns } = facts;
  const { name, consensus } = params;
  const row = (label: string, text: string): string =>
    `  ${paint.dim(label.padEnd(LABEL_WIDTH))}${text}`;
  return [
    paint.bold(`A full node on the chain ${name}, mining on this machine`),
    ...wrapText(paceText(consensus), columns).map(paint.dim),
    '',
    row('rewards', address),
    ...(keyFile === undefined ? [] : [row('their key', tilde(keyFile, home))]),
    row('data', folder === undefined ? 'in memory: gone when it ends' : tilde(folder, home)),
    ...(rpcPort === undefined ? [] : [row('JSON-RPC', `127.0.0.1:${rpcPort}`)]),
    '',
    paint.bold('Try next, in another terminal'),
    ...suggestions(facts).flatMap(({ line, what }) => [
      paint.dim(`  # ${what}`),
      `  ${paint.cyan(line)}`,
    ]),
    '',
    paint.dim(
      folder === undefined
        ? 'Ctrl-C ends it.'
        : 'Ctrl-C ends it. The next time it goes on from there.',
    ),
    '',
    '',
  ].join('\n');
}

interface Suggestion {
  readonly line: string;
  readonly what: string;
}

function suggestions(facts: StartFacts): readonly Suggestion[] {
  const { command, folder, address, port, dataFolder, rpcPort } = facts;
  const { ports } = facts.params;
  const chain = shellWord(facts.chain);
  const made: Suggestion[] = [];
  // Where there is no folder there is no password that a program could find.
  if (folder !== undefined && rpcPort !== undefined) {
    const where = [
      ...(dataFolder === undefined ? [] : [` ${shellWord(`-datadir=${dataFolder}`)}`]),
      ...(rpcPort === ports.rpc ? [] : [` -rpcport=${rpcPort}`]),
    ].join('');
    const rpc = `${command} rpc -chain=${chain}${where}`;
    made.push({ line: `${rpc} getblockchaininfo`, what: 'what the node knows' });
    made.push({ line: `${rpc} -getinfo`, what: 'how it is, in a few lines' });
  }
  if (folder !== undefined && rpcPort !== undefined) {
    const line = `${command} wallet create me${walletPlace(facts)}`;
    made.push({ line, what: 'a wallet, to pay and to be paid' });
  }
  if (port !== undefined) {
    const at = port === ports.p2p ? '127.0.0.1' : `127.0.0.1:${port}`;
    const line = `${command} start -chain=${chain} -memory -port=0 -rpcport=0 -connect=${at}`;
    made.push({ line, what: 'a rival, that mines on the same chain' });
  }
  made.push({
    line: `${command} decode address ${address} --chain ${chain}`,
    what: 'your address, taken apart',
  });
  made.push({ line: `${command} tour`, what: 'what a block is, checked before your eyes' });
  return made;
}

/** Wallets look where this chain is by themselves, as long as nobody chose another place. */
function walletPlace({ chain, dataFolder }: StartFacts): string {
  return [
    chain === 'lab' ? '' : ` --chain ${shellWord(chain)}`,
    dataFolder === undefined ? '' : ` --datadir ${shellWord(dataFolder)}`,
  ].join('');
}

function paceText({ spacingSeconds, retarget }: ChainParams['consensus']): string {
  const isFixed =
    retarget.kind === 'none' || (retarget.kind === 'bitcoin' && retarget.noRetargeting);
  if (isFixed) return 'The difficulty never changes here, so the miner takes its time.';
  const pace = durationText(spacingSeconds);
  return `A block every ${pace}: the difficulty follows the miners, so the first ones come fast.`;
}

function tilde(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
