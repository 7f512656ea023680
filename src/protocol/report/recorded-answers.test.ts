/**
 * What Bitcoin Core 28.1 answered on regtest, against what this folder makes of the same input: every
 * field, in the same order, with its numbers as they were written.
 */
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { fromHex, fromReversedHex } from '../bytes/hex.ts';
import type { BlockUndo } from '../consensus/connect-block.ts';
import { type Block, decodeBlock } from '../primitives/block.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { addressToJson } from './address-to-json.ts';
import { blockStatistics } from './block-statistics.ts';
import { blockStatisticsToJson } from './block-statistics-to-json.ts';
import { blockSummaryToJson, blockToJson } from './block-to-json.ts';
import { decodeAnyTx } from './decode-any-tx.ts';
import { descriptorToJson } from './descriptor-to-json.ts';
import { type ChainPlace, headerToJson } from './header-to-json.ts';
import { jsonText } from './json-text.ts';
import { decodedScriptToJson } from './script-to-json.ts';
import { txToJson } from './tx-to-json.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('report: SKIPPED, there are no recorded answers in ../shared/vectors');
}

/** Regtest's prefixes, declared here again. */
const PREFIXES = { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' };
const CHAIN = {
  addressPrefixes: PREFIXES,
  keyPrefixes: { wif: 239, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
};
const STATISTICS_PARAMS = {
  bip30Exceptions: [],
  genesisSpendable: false,
  halvingInterval: 150,
  initialSubsidy: 5_000_000_000n,
};

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly error?: { readonly code: number; readonly message: string };
  readonly result?: unknown;
  /** The result as Core wrote it, in one line. */
  readonly answer: string;
}

const calls = ['blockchain', 'rawtx', 'mining-util'].flatMap(callsOf);

function callsOf(session: string): readonly Call[] {
  const lines = vectors?.text(`rpc/${session}.jsonl`).trim().split('\n').slice(1) ?? [];
  return lines.map((line) => {
    const answer = line.slice(line.indexOf('"result":') + '"result":'.length, -1);
    return { ...(JSON.parse(line) as Omit<Call, 'answer'>), answer };
  });
}

/** The calls of a method that were answered, and those that were refused. */
function answered(method: string): readonly Call[] {
  return calls.filter((call) => call.method === method && call.error === undefined);
}

function refused(method: string): readonly Call[] {
  return calls.filter((call) => call.method === method && call.error !== undefined);
}

const text = (call: Call): string => call.params[0] as string;

/** Compares text, because order and digits count, broken into lines where it differs. */
function expectSame(actual: string, expected: string): void {
  expect(actual.replaceAll(',"', ',\n"')).toBe(expected.replaceAll(',"', ',\n"'));
}

/** What only the place in the chain tells comes from the answer itself. */
function placeIn(answer: unknown): ChainPlace {
  const json = answer as Readonly<Record<string, never>>;
  const next: string | undefined = json['nextblockhash'];
  return {
    confirmations: json['confirmations'] ?? 0,
    height: json['height'] ?? 0,
    medianTime: json['mediantime'] ?? 0,
    chainWork: BigInt(`0x${json['chainwork']}`),
    transactionCount: json['nTx'] ?? 0,
    ...(next === undefined ? {} : { nextBlockHash: fromReversedHex(next) as BlockHash }),
  };
}

/** The blocks whose bytes were recorded, by their hashes. */
const blocks = new Map(
  answered('getblock')
    .filter(({ params }) => params[1] === 0)
    .map((call) => [text(call), decodeBlock(fromHex(call.result as string))]),
);

interface SpendingInput {
  readonly prevout: {
    readonly generated: boolean;
    readonly height: number;
    readonly value: number;
    readonly scriptPubKey: { readonly hex: string };
  };
}

/** The coins that a block spent, which `getblock` shows with verbosity 3. */
function undoOf(hash: string): BlockUndo {
  const call = answered('getblock').find(({ params }) => params[0] === hash && params[1] === 3);
  const { tx } = (call as Call).result as { tx: readonly { vin: readonly SpendingInput[] }[] };
  return tx.slice(1).map(({ vin }) =>
    vin.map(({ prevout: { generated, height, value, scriptPubKey } }) => ({
      output: { value: BigInt(Math.round(value * 1e8)), scriptPubKey: fromHex(scriptPubKey.hex) },
      height,
      isCoinbase: generated,
    })),
  );
}

describe.skipIf(vectors === undefined)('the answers of Bitcoin Core', () => {
  it('to decoderawtransaction are ours', () => {
    const cases = answered('decoderawtransaction');
    expect(cases).toHaveLength(3);
    for (const call of cases) {
      expectSame(jsonText(txToJson(decodeAnyTx(fromHex(text(call))), PREFIXES)), call.answer);
    }
  });

  it('to decodescript are ours', () => {
    const cases = answered('decodescript');
    expect(cases).toHaveLength(14);
    for (const call of cases) {
      expectSame(jsonText(decodedScriptToJson(fromHex(text(call)), PREFIXES)), call.answer);
    }
  });

  it("to Core's own tests of decodescript are ours", () => {
    const cases = vectors?.json<[string, object][]>('core/rpc_decodescript.json') ?? [];
    expect(cases).toHaveLength(10);
    for (const [hex, answer] of cases) {
      const ours = jsonText(decodedScriptToJson(fromHex(hex), PREFIXES));
      expect(JSON.parse(ours)).toEqual(answer);
    }
  });

  it('to validateaddress are ours', () => {
    const cases = answered('validateaddress');
    expect(cases).toHaveLength(14);
    for (const call of cases) {
      expectSame(jsonText(addressToJson(text(call), PREFIXES)), call.answer);
    }
  });

  it('to getblock are ours, but for the fees, which only the spent coins tell', () => {
    const cases = answered('getblock').filter(({ params }) => blocks.has(params[0] as string));
    const compared = cases.map((call) => {
      const block = blocks.get(text(call)) as Block;
      const verbosity = Number(call.params[1] ?? 1);
      if (verbosity === 1) {
        expectSame(jsonText(blockSummaryToJson(block, placeIn(call.result))), call.answer);
      } else if (verbosity === 2) {
        const expected = call.answer.replaceAll(/"fee":[0-9.]+,/g, '');
        expectSame(jsonText(blockToJson(block, PREFIXES, placeIn(call.result))), expected);
      }
      return verbosity;
    });
    expect(compared.sort()).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3]);
  });

  it('to getblockstats are ours', () => {
    const cases = answered('getblockstats').filter(({ params }) => blocks.has(params[0] as string));
    const whole = cases.filter(({ params }) => params.length === 1);
    expect(whole).toHaveLength(1);
    for (const call of whole) {
      const { height, mediantime } = call.result as { height: number; mediantime: number };
      const facts = { height, medianTime: mediantime, undo: undoOf(text(call)) };
      const block = blocks.get(text(call)) as Block;
      const statistics = blockStatistics(block, facts, STATISTICS_PARAMS);
      expectSame(jsonText(blockStatisticsToJson(statistics)), call.answer);
    }
  });

  it('to getblockheader are ours', () => {
    const cases = answered('getblockheader').filter(({ params }) => params[1] !== false);
    expect(cases).toHaveLength(1);
    for (const call of cases) {
      const { header } = blocks.get(text(call)) as Block;
      expectSame(jsonText(headerToJson(header, placeIn(call.result))), call.answer);
    }
  });

  it('to getdescriptorinfo are ours', () => {
    const cases = answered('getdescriptorinfo');
    expect(cases).toHaveLength(16);
    for (const call of cases) {
      expectSame(jsonText(descriptorToJson(text(call), CHAIN)), call.answer);
    }
  });

  it('to descriptors that are none are our errors, word for word', () => {
    const cases = refused('getdescriptorinfo');
    expect(cases).toHaveLength(5);
    for (const call of cases) {
      expect(() => descriptorToJson(text(call), CHAIN)).toThrow(call.error?.message);
    }
  });
});
