import type { Disk } from '../../outside/disk/disk.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { replaceFile } from '../../outside/disk/whole-file.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { isAddress } from '../../protocol/script/address.ts';
import { CommandError } from '../command-error.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { quote } from '../quote.ts';
import type { walletQr as spec } from '../table/wallet-qr.ts';
import { UsageError } from '../usage-error.ts';
import { exactCoins, parseCoins } from '../wallet/amount-text.ts';
import { addressScript, refuseOtherChain } from '../wallet/find-recipient.ts';
import { ownAddress } from '../wallet/own-address.ts';
import { compactUri, paymentUri } from '../wallet/payment-uri.ts';
import { printJson } from '../wallet/print-json.ts';
import { type QrSquares, qrSquares, qrSvg, qrText } from '../wallet/qr-picture.ts';
import { useWallets } from '../wallet/wallet-session.ts';

type Arguments = ArgumentsOf<typeof spec>;

export const walletQr: Command<typeof spec> = async (args, io) => {
  const amount = args.amount === undefined ? undefined : parseCoins(args.amount, '--amount');
  checkOptions(args);
  if (args.output !== undefined) await checkFile(args.output, args.force, io.disk);
  const chain = await findChain(args.chain, io);
  const address = await addressOf(args, chain, io);
  const { label, message, output } = args;
  const uri = args.plain ? address : paymentUri({ address, amount, label, message });
  const code = compactUri(uri);
  if (output !== undefined) await writeSvg(output, code, uri, io.disk);
  if (args.json) {
    const asked = amount === undefined ? undefined : exactCoins(amount);
    const json = { chain: chain.name, address, amount: asked, label, message, uri, file: output };
    printJson(io, json);
  } else if (output === undefined) io.out.write(`${drawn(code, args, io)}${uri}\n`);
  else io.out.write(`${paintFor(io.out).green('Wrote')} ${output}: ${uri}\n`);
  return EXIT_OK;
};

function checkOptions({ plain, amount, label, message, output }: Arguments): void {
  if (plain && (amount ?? label ?? message) !== undefined) {
    const words = '--plain has the address alone; leave it out for --amount, --label and --message';
    throw new UsageError('bad-value', words);
  }
  if (output !== undefined && !/[^/\\]\.svg$/i.test(output)) {
    throw new UsageError(
      'bad-value',
      `--output is ${quote(output)}; name a file that ends in .svg`,
    );
  }
}

/** An address needs no wallet; a name does. */
async function addressOf(args: Arguments, chain: ChainParams, io: Io): Promise<string> {
  const text = args.address;
  if (isAddress(text, chain.addressPrefixes)) return text;
  refuseOtherChain(text, chain);
  const names = await useWallets({ ...args, offline: true }, io, (session) => session.names());
  // Nothing could be called by it, so it is an address that is wrong.
  if (names.length === 0 && args.wallet === undefined) addressScript(text, chain);
  return useWallets(
    { ...args, offline: true },
    io,
    async (session) => ownAddress(text, await session.open()).address,
  );
}

function drawn(code: string, { invert }: Arguments, { out }: Io): string {
  const squares = squaresFor(code, out.isTerminal ? out.columns : Number.POSITIVE_INFINITY);
  return `${qrText(squares, { colours: out.colours, inverted: invert })}\n`;
}

/** As well corrected as fits: a code that is broken into two lines cannot be read at all. */
function squaresFor(code: string, columns: number): QrSquares {
  const wide = qrSquares(code);
  if (wide !== undefined && wide.length <= columns) return wide;
  const narrow = qrSquares(code, 'low');
  if (narrow === undefined) throw tooLong();
  if (narrow.length <= columns) return narrow;
  throw new CommandError(
    'unreadable',
    `the code is ${narrow.length} columns wide, and the terminal ${columns}: make it wider, or write a picture with --output FILE.svg`,
  );
}

async function checkFile(path: string, force: boolean, disk: Disk): Promise<void> {
  const folder = await disk.stat(parentPath(path));
  if (folder?.kind !== 'folder') {
    throw new CommandError('unreadable', `there is no folder ${quote(parentPath(path))}`);
  }
  const there = await disk.stat(path);
  if (there?.kind === 'folder') {
    throw new CommandError('exists', `${quote(path)} is a folder; name a file in it`);
  }
  if (there !== undefined && !force) {
    throw new CommandError('exists', `${quote(path)} is there already; --force writes over it`);
  }
}

async function writeSvg(path: string, code: string, title: string, disk: Disk): Promise<void> {
  const squares = qrSquares(code);
  if (squares === undefined) throw tooLong();
  await replaceFile(disk, path, new TextEncoder().encode(qrSvg(squares, title)));
}

function tooLong(): UsageError {
  return new UsageError(
    'bad-value',
    'the label and the message are too long for a QR code; shorten them',
  );
}
