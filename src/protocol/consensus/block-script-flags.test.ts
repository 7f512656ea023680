import { expect, it } from 'vitest';
import { coinbaseTx, mineBlock } from '../../../test/fixtures/regtest-blocks.ts';
import { toReversedHex } from '../bytes/hex.ts';
import { blockHash } from '../primitives/block-hash.ts';
import { blockScriptFlags } from './block-script-flags.ts';

const P2SH = 1;
const DERSIG = 1 << 2;
const NULLDUMMY = 1 << 4;
const CLTV = 1 << 9;
const CSV = 1 << 10;
const WITNESS = 1 << 11;
const TAPROOT = 1 << 17;
const ALWAYS = P2SH | WITNESS | TAPROOT;

const block = mineBlock([coinbaseTx(1, [])]);
const buried = { bip34: 0, bip66: 10, bip65: 20, csv: 30, segwit: 40 };

it('asks for P2SH, SegWit and Taproot always, and for the rest from its height on', () => {
  const flagsAt = (height: number): number =>
    blockScriptFlags(block, height, { buried, scriptFlagExceptions: [] });
  expect([9, 10, 20, 30, 40].map(flagsAt)).toEqual([
    ALWAYS,
    ALWAYS | DERSIG,
    ALWAYS | DERSIG | CLTV,
    ALWAYS | DERSIG | CLTV | CSV,
    ALWAYS | DERSIG | CLTV | CSV | NULLDUMMY,
  ]);
});

it('asks of a block that is named as an exception what is named there, and what its height adds', () => {
  const hash = toReversedHex(blockHash(block));
  const except = (blockHash: string, ...flags: string[]) => [{ blockHash, flags }];
  const flagsWith = (scriptFlagExceptions: ReturnType<typeof except>): number =>
    blockScriptFlags(block, 10, { buried, scriptFlagExceptions });
  expect(flagsWith(except(hash))).toBe(DERSIG);
  expect(flagsWith(except(hash, 'P2SH', 'WITNESS'))).toBe(P2SH | WITNESS | DERSIG);
  expect(flagsWith(except('00'.repeat(32)))).toBe(ALWAYS | DERSIG);
});
