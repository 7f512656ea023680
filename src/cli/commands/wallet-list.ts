import { CodedError } from '../../protocol/bytes/coded-error.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { oneLine } from '../quote.ts';
import type { walletList as spec } from '../table/wallet-making.ts';
import { printJson } from '../wallet/print-json.ts';
import { tableRoom, textTable } from '../wallet/text-table.ts';
import { useWallets } from '../wallet/wallet-session.ts';

interface Listed {
  readonly name: string;
  readonly encrypted?: boolean;
  readonly watchOnly?: boolean;
  readonly height?: number;
  readonly problem?: string;
}

export const walletList: Command<typeof spec> = (args, io) =>
  useWallets({ ...args, offline: true }, io, async (session) => {
    const listed: Listed[] = [];
    for (const name of await session.names()) {
      // One that cannot be opened is no reason to hide the others.
      try {
        listed.push(factsOf(await session.open(name)));
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        listed.push({ name, problem: oneLine(error.message) });
      }
    }
    if (args.json) {
      const wallets = listed.map((each) => ({ ...each }));
      printJson(io, { chain: session.params.name, wallets });
      return EXIT_OK;
    }
    if (listed.length === 0) {
      const line = `${io.command} wallet create NAME${session.named}`;
      io.err.write(`There is no wallet on ${session.params.name} yet: make one with ${line}\n`);
      return EXIT_FAILURE;
    }
    const lines = textTable(
      [
        { title: 'name', cells: listed.map(({ name }) => oneLine(name)) },
        { title: 'keys', cells: listed.map(keysText) },
        { title: 'up to block', cells: listed.map(heightText), right: true },
      ],
      tableRoom(io.out),
      paintFor(io.out),
    );
    io.out.write(`${lines.join('\n')}\n`);
    for (const { name, problem } of listed) {
      if (problem !== undefined) io.err.write(`${oneLine(name)}: ${problem}\n`);
    }
    return EXIT_OK;
  });

function factsOf({ name, isEncrypted: encrypted, state }: Wallet): Listed {
  const height = state.branch.tip?.height;
  const watchOnly = !state.format.hasPrivateKeys;
  return { name, encrypted, watchOnly, ...(height !== undefined && { height }) };
}

function keysText({ encrypted, watchOnly, problem }: Listed): string {
  if (problem !== undefined) return 'cannot be opened';
  if (watchOnly === true) return 'none, it watches';
  return encrypted === true ? 'under a passphrase' : 'no passphrase';
}

function heightText({ height, problem }: Listed): string {
  if (problem !== undefined) return '';
  return height === undefined ? 'none' : grouped(height);
}
