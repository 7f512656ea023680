import { unixTime } from '../../outside/clock/clock.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { readFile, replaceFile } from '../../outside/disk/whole-file.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { customChainParams, withGenesis } from '../../protocol/params/custom/custom-chain.ts';
import type { CustomChainSpec } from '../../protocol/params/custom/custom-chain-spec.ts';
import { writeCustomChain } from '../../protocol/params/custom/write-custom-chain.ts';
import { chainFromOptions, FIELD_OPTION_NAMES } from '../chain/chain-from-options.ts';
import { type MinedGenesis, mineGenesis } from '../chain/mine-genesis.ts';
import { CommandError } from '../command-error.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { builtInChain, readChainFile } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { type Paint, paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { listNames, quote, shellWord } from '../quote.ts';
import type { chainNew as spec } from '../table/chain.ts';
import { UsageError } from '../usage-error.ts';
import { twoColumns } from '../wrap-text.ts';

type Arguments = ArgumentsOf<typeof spec>;

const WIDTH = 80;
/** The most letters that the name of a chain has. */
const MAX_NAME = 30;

export const chainNew: Command<typeof spec> = async (args, io) => {
  const { file } = args;
  await checkFile(file, io);
  const chain = await startingPoint(args, io);
  if (args.draft) {
    await writeChain(file, chain, io);
    io.out.write(draftText(file, io));
    return EXIT_OK;
  }
  const before = await contentOf(file, io);
  const mined = await mineGenesis(chain, io);
  const finished = withGenesis(chain, mined.facts);
  if (!args.force && (await contentOf(file, io)) !== before) {
    throw new CommandError(
      'exists',
      `${quote(file)} was written by somebody else while its first block was mined; --force writes a new chain over it`,
    );
  }
  await writeChain(file, finished, io);
  io.out.write(minedText(file, finished, mined, io));
  return EXIT_OK;
};

/** Before anything is mined: a search may take minutes, and should not be for nothing. */
async function checkFile(file: string, io: Io): Promise<void> {
  if (file === '') {
    throw new UsageError('bad-value', 'FILE is empty; name one, such as my-chain.json');
  }
  if (builtInChain(file) !== undefined) {
    throw new UsageError(
      'bad-value',
      `FILE is ${quote(file)}, the name of a chain that is built in; choose another, such as my-chain.json`,
    );
  }
  const folder = await io.disk.stat(parentPath(file));
  if (folder?.kind !== 'folder') {
    throw new CommandError('unreadable', `there is no folder ${quote(parentPath(file))}`);
  }
  const there = await io.disk.stat(file);
  if (there?.kind === 'folder') {
    throw new CommandError('exists', `${quote(file)} is a folder; name a file in it`);
  }
}

/** What the options say; or a file that is there, written as a draft and not mined yet. */
async function startingPoint(args: Arguments, io: Io): Promise<CustomChainSpec> {
  const { file, force, draft } = args;
  if (force || (await io.disk.stat(file)) === undefined) {
    const name = args.name ?? nameOfFile(file);
    return chainFromOptions({ ...args, name }, unixTime(io.clock));
  }
  if (draft) throw alreadyThere(file, '');
  const chain = await readChainFile(file, io).catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    const advice = 'correct it, or write a new chain over it with --force';
    throw new CommandError(error.code, `${error.message}; ${advice}`);
  });
  if (chain.genesisNonce !== undefined) throw alreadyThere(file, ', its first block mined');
  const given: string[] = FIELD_OPTION_NAMES.filter((name) => args[name] !== undefined);
  if (args.premine.length > 0) given.push('premine');
  if (given.length > 0) {
    throw new UsageError(
      'unexpected-argument',
      `${file} is there already, and ready to be mined; change its fields in the file, and not by ${listNames(given.map((name) => `--${name}`))}`,
    );
  }
  return chain;
}

async function contentOf(file: string, io: Io): Promise<string | undefined> {
  if ((await io.disk.stat(file)) === undefined) return undefined;
  return new TextDecoder().decode(await readFile(io.disk, file));
}

/** `chains/My chain.json` is the file of `my-chain`. */
function nameOfFile(file: string): string {
  const [last = ''] = file.split(/[\\/]/).slice(-1);
  const letters = last
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '');
  return letters.slice(0, MAX_NAME).replace(/-+$/, '') || 'my-chain';
}

function alreadyThere(file: string, detail: string): CommandError {
  return new CommandError(
    'exists',
    `${quote(file)} is there already${detail}; --force writes a new chain over it`,
  );
}

async function writeChain(file: string, chain: CustomChainSpec, io: Io): Promise<void> {
  await replaceFile(io.disk, file, new TextEncoder().encode(writeCustomChain(chain)));
}

function draftText(file: string, io: Io): string {
  const paint = paintFor(io.out);
  return [
    `${paint.green('Wrote')} ${shellWord(file)}. Every field is explained in it.`,
    '',
    ...nextSteps(
      [
        [
          `${io.command} chain new ${shellWord(file)}`,
          'mines its first block, once you have edited it',
        ],
      ],
      paint,
    ),
  ].join('\n');
}

function minedText(
  file: string,
  chain: CustomChainSpec,
  { hashes, seconds }: MinedGenesis,
  io: Io,
): string {
  const paint = paintFor(io.out);
  const { magic } = customChainParams(chain);
  const facts = [
    ['first block', `${chain.genesisHash}`],
    ['mined in', `${seconds.toFixed(1)} s, with ${grouped(hashes)} hashes`],
    ['magic bytes', toHex(magic)],
  ] as const;
  return [
    `${paint.green('Wrote')} ${shellWord(file)}: the chain "${chain.name}", based on ${chain.basedOn}.`,
    '',
    ...twoColumns(facts, WIDTH),
    '',
    ...nextSteps(
      [
        [`${io.command} chain show ${shellWord(file)}`, 'everything about it'],
        [`${io.command} start ${shellWord(`-chain=${file}`)}`, 'mine on it, and watch it live'],
        [`${io.command} decode address ADDRESS --chain ${shellWord(file)}`, 'its own addresses'],
      ],
      paint,
    ),
  ].join('\n');
}

function nextSteps(
  steps: readonly (readonly [line: string, what: string])[],
  paint: Paint,
): readonly string[] {
  return [
    paint.bold('What next'),
    ...steps.map(([line, what]) => `  ${paint.cyan(line)}  ${paint.dim(`# ${what}`)}`),
    '',
  ];
}
