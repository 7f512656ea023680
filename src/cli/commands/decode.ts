import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { chains } from '../../protocol/params/chains.ts';
import { decodeBlock } from '../../protocol/primitives/block.ts';
import { decodeBlockHeader, HEADER_SIZE } from '../../protocol/primitives/block-header.ts';
import { addressToJson } from '../../protocol/report/address-to-json.ts';
import { blockToJson } from '../../protocol/report/block-to-json.ts';
import { decodeAnyTx } from '../../protocol/report/decode-any-tx.ts';
import { multipathDescriptorToJson } from '../../protocol/report/descriptor-to-json.ts';
import { headerToJson } from '../../protocol/report/header-to-json.ts';
import { type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import { decodedScriptToJson } from '../../protocol/report/script-to-json.ts';
import { txToJson } from '../../protocol/report/tx-to-json.ts';
import { chainsOfAddress } from '../../protocol/script/address.ts';
import { CommandError } from '../command-error.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK, type ExitCode } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { listNames } from '../quote.ts';
import { readBytes, readText } from '../read-input.ts';
import type { decode as spec } from '../table/decode.ts';

type Arguments = ArgumentsOf<typeof spec>;
type Kind = Arguments['kind'];

export const decode: Command<typeof spec> = async (args, io) => {
  const chain = await findChain(args.chain, io);
  const { kind } = args;
  if (kind === 'address') return decodeAddress(await readText(args.data, io), chain, args, io);
  const json =
    kind === 'descriptor'
      ? multipathDescriptorToJson(await readText(args.data, io), chain)
      : decodeBytes(kind, await readBytes(args.data, io), chain);
  print(json, args, io);
  return EXIT_OK;
};

const DECODERS: Readonly<
  Record<
    Exclude<Kind, 'address' | 'descriptor'>,
    (bytes: Uint8Array, chain: ChainParams) => JsonObject
  >
> = {
  tx: (bytes, { addressPrefixes }) => txToJson(decodeAnyTx(bytes), addressPrefixes),
  block: (bytes, { addressPrefixes }) => blockToJson(decodeBlock(bytes), addressPrefixes),
  header: (bytes) => headerToJson(decodeBlockHeader(bytes)),
  script: (bytes, { addressPrefixes }) => decodedScriptToJson(bytes, addressPrefixes),
};

function decodeBytes(
  kind: keyof typeof DECODERS,
  bytes: Uint8Array,
  chain: ChainParams,
): JsonObject {
  try {
    return DECODERS[kind](bytes, chain);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new CommandError(
      'undecodable',
      `${bytes.length} ${bytes.length === 1 ? 'byte makes' : 'bytes make'} no ${kind}: ${reasonOf(error, kind)}`,
    );
  }
}

/** Core's words for what is wrong are made for its log; these are for people who pasted hex. */
function reasonOf(error: DecodeError, kind: Kind): string {
  if (error.code === 'end-of-data') {
    return kind === 'header' ? `a header has ${HEADER_SIZE}` : 'the end comes too soon';
  }
  if (error.code === 'trailing-bytes' && kind === 'header') return `a header has ${HEADER_SIZE}`;
  if (error.code === 'size-too-large') return 'a length in them is beyond all limits';
  if (error.code === 'non-canonical-size') return 'a length in them is not in its shortest form';
  return error.message;
}

/** An address that is not valid has an answer too, as in Core; but a shell should notice. */
function decodeAddress(text: string, chain: ChainParams, args: Arguments, io: Io): ExitCode {
  const json = addressToJson(text, chain.addressPrefixes);
  print(json, args, io);
  if (json['isvalid'] === true) return EXIT_OK;
  const others = chainsOfAddress(text, chains).filter((name) => name !== chain.name);
  const hint =
    others.length === 0 ? '' : `; it is one of ${listNames(others)}: --chain ${others[0]}`;
  const reason = String(json['error']).replace(/\.$/, '');
  throw new CommandError('undecodable', `no address of ${chain.name}: ${reason}${hint}`);
}

function print(json: JsonObject, args: Arguments, io: Io): void {
  io.out.write(`${jsonText(json, args.compact ? 0 : 2)}\n`);
}
