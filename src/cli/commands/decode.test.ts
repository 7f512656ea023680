import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { fromHex, toHex } from '../../protocol/bytes/hex.ts';
import { lab } from '../../protocol/params/lab.ts';
import { main } from '../../protocol/params/main.ts';
import { encodeBlock } from '../../protocol/primitives/block.ts';
import { encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import { encodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { type FakeIoOptions, fakeIo } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

async function decode(words: readonly string[], options: FakeIoOptions = {}) {
  const io = fakeIo(options);
  const code = await runCommand(['decode', ...words], io);
  return { code, ...io.said() };
}

const GENESIS_ID = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';
const GENESIS_HASH = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';
const genesis = encodeBlock(main.genesis);
const genesisTx = encodeTx(main.genesis.transactions[0] as Transaction);

describe('decode', () => {
  it('shows a transaction, its amounts with eight decimals', async () => {
    const { code, out, err } = await decode(['tx', toHex(genesisTx)]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ txid: GENESIS_ID, size: 204, weight: 816 });
    expect(out).toContain('"value": 50.00000000,\n');
    expect(out).not.toContain('"hex": "01000000');
  });

  it('shows a block with its transactions in full', async () => {
    const { code, out } = await decode(['block', toHex(genesis)]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      hash: GENESIS_HASH,
      nTx: 1,
      tx: [{ txid: GENESIS_ID }],
    });
    expect(out).toContain('"difficulty": 1,\n');
    expect(out).not.toContain('previousblockhash');
  });

  it('shows a header', async () => {
    const { out } = await decode(['header', toHex(encodeBlockHeader(main.genesis.header))]);
    expect(JSON.parse(out)).toMatchObject({
      hash: GENESIS_HASH,
      nonce: 2083236893,
      bits: '1d00ffff',
    });
  });

  it('shows a script, a descriptor and an address', async () => {
    expect((await decode(['script', '51', '--compact'])).out).toContain(
      '{"asm":"1","desc":"raw(51)#8lvh9jxk"',
    );
    expect((await decode(['descriptor', 'raw(51)', '--compact'])).out).toBe(
      '{"descriptor":"raw(51)#8lvh9jxk","checksum":"8lvh9jxk","isrange":false,"issolvable":false,"hasprivatekeys":false}\n',
    );
    const address = await decode(['address', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa']);
    expect(address.code).toBe(0);
    expect(JSON.parse(address.out)).toMatchObject({ isvalid: true, isscript: false });
  });

  it('reads alternatives in the key paths of a descriptor (BIP389)', async () => {
    const xpub =
      'xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8';
    const { out } = await decode(['descriptor', `wpkh(${xpub}/<0;1>/*)`]);
    expect(JSON.parse(out)).toMatchObject({ isrange: true, multipath_expansion: [{}, {}] });
  });

  it('writes addresses for the chain that was chosen', async () => {
    const script = '00143333333333333333333333333333333333333333';
    for (const [chain, start] of [
      ['main', 'bc1q'],
      ['mainnet', 'bc1q'],
      ['signet', 'tb1q'],
      ['regtest', 'bcrt1q'],
      ['lab', 'yard1q'],
    ] as const) {
      const { out } = await decode(['script', script, `-chain=${chain}`]);
      expect(out).toContain(`"address": "${start}`);
    }
  });
});

describe('an address that is not valid', () => {
  it('is explained as Core does, and fails', async () => {
    const { code, out, err } = await decode(['address', 'bc1qfoo']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      isvalid: false,
      error_locations: [2],
      error: 'Invalid separator position',
    });
    expect(err).toBe('blockyard decode: no address of main: Invalid separator position\n');
  });

  it('may be one of another chain', async () => {
    const words = ['address', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', '--chain', 'lab'];
    expect((await decode(words)).err).toMatch(/; it is one of main: --chain main\n$/);
  });
});

describe('standard input', () => {
  const hex = toHex(genesis);
  it.each<[string, Uint8Array | string]>([
    ['hex', hex],
    ['hex with a line break at the end', `${hex}\n`],
    ['hex with spaces around', `  ${hex}  \r\n`],
    ['hex in many lines', hex.replace(/.{60}/g, '$&\n')],
    ['hex in upper case', hex.toUpperCase()],
    ['hex behind the mark of an editor', `\ufeff${hex}`],
    ['the bytes themselves', genesis],
  ])('may hold %s', async (_case, input) => {
    const { code, out } = await decode(['block', '-'], { input });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ hash: GENESIS_HASH });
  });

  it('may hold text', async () => {
    const { out } = await decode(['descriptor', '-'], { input: 'raw(51)\n' });
    expect(out).toContain('raw(51)#8lvh9jxk');
  });

  it('is explained to a person who would have to type it', async () => {
    const { err } = await decode(['script', '-'], { input: '51', isTerminal: true });
    expect(err).toContain('Ctrl-D');
  });

  it.each<[string, Uint8Array | string, string, string]>([
    ['nothing', '', 'tx', 'standard input is empty'],
    ['spaces alone', ' \n\t\n', 'address', 'standard input is empty'],
    ['words', 'hello!', 'tx', 'standard input is not hex: character 1 is "h"'],
    ['half a byte', '123', 'tx', 'standard input is not hex: hex has an odd number of digits (3)'],
    ['bytes for text', Uint8Array.of(0, 1), 'descriptor', 'holds bytes where text belongs'],
    ['too much', 'a'.repeat(73 * 1024 * 1024), 'block', 'holds more than 72 MiB'],
  ])('with %s is refused in one line', async (_case, input, kind, message) => {
    const { code, out, err } = await decode([kind, '-'], { input });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^blockyard decode: [^\n]*\n$/);
    expect(err).toContain(message);
  });

  it('of four million digits that make no sense is refused in no time', async () => {
    const input = '0100000001'.padEnd(4_000_000, '5a');
    const started = performance.now();
    expect((await decode(['tx', '-'], { input })).code).toBe(1);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('bytes that are not what they are called', () => {
  it.each([
    [['tx', '00'], '1 byte makes no tx: the end comes too soon'],
    [['tx', ''], '0 bytes make no tx: the end comes too soon'],
    [['block', toHex(genesisTx)], 'make no block: '],
    [['header', toHex(genesis)], '285 bytes make no header: a header has 80'],
    [['tx', `${toHex(genesisTx)}00`], '1 unexpected bytes after the end, at byte 204'],
    [['tx', '01000000fd0100'], 'a length in them is not in its shortest form'],
    [['tx', '01000000ffffffffffffffffff'], 'a length in them is beyond all limits'],
    [['tx', 'xyz1'], '"xyz1" is not hex: character 1 is "x"; hex digits are 0-9 and a-f'],
    [['descriptor', 'nope'], "'nope' is not a valid descriptor function"],
    [['descriptor', '\u001b[2J'], 'Invalid characters in payload'],
    [['descriptor', `tr(${'{'.repeat(100_000)}`], ' … '],
  ])('%j', async (words, message) => {
    const { code, out, err } = await decode(words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^blockyard decode: [^\n]*\n$/);
    expect(err).toContain(message);
  });
});

describe('the chain', () => {
  it('that does not exist is a wrong argument', async () => {
    const { code, err } = await decode(['script', '51', '--chain', 'labb']);
    expect(code).toBe(2);
    expect(err).toContain('there is no chain and no file named "labb"; did you mean lab?');
  });

  it('in a file that does not exist is a failure', async () => {
    const { code, err } = await decode(['script', '51', '--chain', './labb']);
    expect(code).toBe(1);
    expect(err).toContain('./labb: there is no such file or folder');
  });
});

const vectors = VectorFolder.find();
if (vectors === undefined)
  console.warn('decode: real blocks SKIPPED, there is no ../shared/vectors');

it.skipIf(vectors === undefined)('shows a real block of 1.6 MB, piped in raw', async () => {
  const input = vectors?.bytes('blocks/block928816.raw') ?? new Uint8Array();
  const { code, out } = await decode(['block', '-'], { input });
  expect(code).toBe(0);
  const block = JSON.parse(out) as { readonly size: number; readonly tx: readonly unknown[] };
  expect(block.size).toBe(input.length);
  expect(block.tx).toHaveLength(889);
});

it('a line of JSON holds the same as an indented one', async () => {
  const words = ['block', toHex(encodeBlock(lab.genesis)), '--chain', 'lab'];
  const [indented, compact] = [await decode(words), await decode([...words, '--compact'])];
  expect(compact.out.trim()).not.toContain('\n');
  expect(JSON.parse(compact.out)).toEqual(JSON.parse(indented.out));
});

it('hex is read from the command line as it is from standard input', async () => {
  const header = encodeBlockHeader(main.genesis.header);
  const byWord = await decode(['header', toHex(header)]);
  expect(await decode(['header', '-'], { input: header })).toEqual(byWord);
  expect(await decode(['header', '-'], { input: fromHex(toHex(header)) })).toEqual(byWord);
});
