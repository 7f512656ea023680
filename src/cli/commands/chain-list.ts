import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { chains } from '../../protocol/params/chains.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import { segwitStart } from '../chain/describe-chain.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Output } from '../io.ts';
import { paintFor } from '../paint.ts';
import { durationText } from '../plain-words.ts';
import type { chainList as spec } from '../table/chain.ts';

/** From this width on, all columns fit side by side. */
const WIDE = 190;
const SHORT_HASH = 16;
const GAP = '  ';

export const chainList: Command<typeof spec> = async (args, io) => {
  io.out.write(args.json ? `${jsonText(chains.map(toJson), 2)}\n` : table(io.out));
  return EXIT_OK;
};

function toJson(params: ChainParams): JsonObject {
  return {
    name: params.name,
    about: params.about,
    spacingSeconds: params.consensus.spacingSeconds,
    port: params.ports.p2p,
    bech32: params.addressPrefixes.bech32,
    genesisHash: toReversedHex(blockHash(params.genesis)),
  };
}

/** A chain is a line; on a terminal that is too narrow for it, what it is stands on a second one. */
function table(output: Output): string {
  const paint = paintFor(output);
  const wide = !output.isTerminal || output.columns >= WIDE;
  const head = ['NAME', 'BLOCK TIME', 'PORT', 'ADDRESSES', 'FIRST BLOCK'];
  const rows = chains.map((params) => {
    const hash = toReversedHex(blockHash(params.genesis));
    return [
      params.name,
      durationText(params.consensus.spacingSeconds),
      String(params.ports.p2p),
      segwitStart(params.addressPrefixes),
      wide ? hash : `${hash.slice(0, SHORT_HASH)}…`,
    ];
  });
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]): string =>
    row.map((text, column) => text.padEnd(widths[column] as number)).join(GAP);
  const lines = rows.flatMap((row, i) => {
    const { about } = chains[i] as ChainParams;
    return wide ? [line(row) + GAP + about] : [line(row).trimEnd(), GAP + paint.dim(about)];
  });
  const title = wide ? `${line(head)}${GAP}WHAT IT IS` : line(head);
  return `${[paint.bold(title), ...lines].join('\n')}\n`;
}
