import { describe, expect, it } from 'vitest';
import { blockFile, framed, regtestBlocks } from '../../../test/fixtures/framed-blocks.ts';
import { writeFile } from '../../outside/disk/whole-file.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { type Block, encodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { type FakeIo, type FakeIoOptions, fakeIo, withTurns } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const blocks = regtestBlocks(200);
const TIP = toReversedHex(blockHash(blocks[199] as Block));

/** An outside with `/blocks.dat`, and whatever other files. */
async function ioWithBlocks(
  files: Readonly<Record<string, Uint8Array>> = {},
  options: FakeIoOptions = {},
): Promise<FakeIo> {
  const io = fakeIo({ now: Date.UTC(2020, 0), ...options });
  await writeFile(io.disk, '/blocks.dat', blockFile([regtest.genesis, ...blocks]));
  for (const [name, bytes] of Object.entries(files)) await writeFile(io.disk, `/${name}`, bytes);
  return io;
}

/** Runs one command after the other in the same outside; answers with what the last one said. */
async function run(io: FakeIo, ...words: readonly string[]) {
  const before = io.said();
  const code = await withTurns(runCommand(words, io), io);
  const { out, err } = io.said();
  return { code, out: out.slice(before.out.length), err: err.slice(before.err.length) };
}

const IN_MEMORY = ['--chain', 'regtest', '--memory'];

describe('import', () => {
  it('ends with height, tip and seconds', async () => {
    const io = await ioWithBlocks();
    expect(await run(io, 'import', '/blocks.dat', ...IN_MEMORY)).toEqual({
      code: 0,
      out: [
        'Imported 200 blocks of regtest in 0.0 s.',
        '  height   200',
        `  tip      ${TIP}`,
        '  kept in  memory, and gone now',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('gives the same as JSON, and is silent until then', async () => {
    const io = await ioWithBlocks({}, { isTerminal: true });
    const { code, out, err } = await run(io, 'import', '/blocks.dat', ...IN_MEMORY, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({
      chain: 'regtest',
      height: 200,
      tip: TIP,
      seconds: 0,
      added: 200,
      known: 0,
      refused: 0,
      stranded: 0,
      stopped: false,
      problemCount: 0,
      problems: [],
    });
  });

  it('tells everything that is wrong in lines, and ends with exit code 1', async () => {
    const damaged = encodeBlock(blocks[150] as Block);
    damaged[100] = (damaged[100] as number) ^ 1;
    const io = await ioWithBlocks({
      'bad.dat': concatBytes(
        blockFile(blocks.slice(0, 150)),
        framed(damaged),
        blockFile(blocks.slice(151)),
        framed(blocks[0] as Block).subarray(0, 20),
      ),
    });
    const { code, out, err } = await run(io, 'import', '/bad.dat', ...IN_MEMORY);
    expect(code).toBe(1);
    expect(out).toMatch(/height +150\n/);
    expect(out).toMatch(/refused +1 block\n/);
    expect(out).toMatch(/left out +49 blocks\n/);
    expect(err.split('\n')).toEqual([
      // Reading goes ahead of checking.
      expect.stringMatching(/^\/bad.dat: the block at byte \d+ is cut off: 12 of its 146 bytes/),
      expect.stringMatching(/^\/bad.dat: the block at byte \d+ \([0-9a-f]{64}\) is refused: /),
      expect.stringMatching(/^49 blocks are left out; one of them, .*, which is nowhere; import/),
      '',
    ]);
    const json = await run(io, 'import', '/bad.dat', ...IN_MEMORY, '--json');
    expect(json.err).toBe(err);
    expect(JSON.parse(json.out)).toMatchObject({
      problemCount: 3,
      problems: [{ kind: 'cut-off', file: '/bad.dat' }, { kind: 'refused' }, { kind: 'stranded' }],
    });
  });

  it('does not repeat for ever what is wrong', async () => {
    const junk = blocks.flatMap((block) => [framed(block), Uint8Array.of(1, 2, 3)]);
    const io = await ioWithBlocks({ 'junk.dat': concatBytes(...junk) });
    const { code, err } = await run(io, 'import', '/junk.dat', ...IN_MEMORY);
    expect(code).toBe(1);
    expect(err.split('\n')).toHaveLength(20 + 1 + 1);
    expect(err).toMatch(/\n… and more like these\n$/);
    const json = await run(io, 'import', '/junk.dat', ...IN_MEMORY, '--json');
    expect(JSON.parse(json.out).problems).toHaveLength(200);
    expect(json.err).toBe(err);
  });

  it.each([
    [['import', ...IN_MEMORY], 2, 'FILE is missing'],
    [['import', '/no.dat', ...IN_MEMORY], 1, 'there is no file "/no.dat"'],
    [['import', '/blocks.dat', '/no.dat', ...IN_MEMORY], 1, 'there is no file "/no.dat"'],
    [
      ['import', '/folder/', ...IN_MEMORY],
      1,
      'is a folder; name the files in it, such as /folder/',
    ],
    [['import', '-', ...IN_MEMORY], 1, 'standard input cannot be imported'],
    [['import', '/blocks.dat', '--chain', 'regtets', '--memory'], 2, 'did you mean regtest?'],
    [['import', '/blocks.dat', '--prune', '5', ...IN_MEMORY], 2, '--prune is 5; allowed are 0'],
    [['import', '/blocks.dat', '--assumevalid', '12', ...IN_MEMORY], 2, '--assumevalid is "12"'],
    [['import', '/blocks.dat', '--par', '-70', ...IN_MEMORY], 2, '--par is "-70"; allowed are'],
    [['import', '/blocks.dat', '--datadir', '', '--chain', 'regtest'], 2, '--datadir is empty'],
  ])('refuses %j in one line, before anything is done', async (words, code, message) => {
    const io = await ioWithBlocks();
    await io.disk.makeFolder('/folder');
    const said = await run(io, ...words);
    expect({ code: said.code, out: said.out }).toEqual({ code, out: '' });
    expect(said.err).toMatch(/^blockyard import: [^\n]*\n$/);
    expect(said.err).toContain(message);
  });

  it('says which chain the blocks are of', async () => {
    const io = await ioWithBlocks();
    const { code, err } = await run(io, 'import', '/blocks.dat', '--memory');
    expect(code).toBe(1);
    expect(err).toBe(
      '/blocks.dat: at byte 0 begin blocks of regtest (magic fabfb5da), not of main; import it with --chain regtest\n',
    );
  });

  it("reads Bitcoin Core's files by the key that lies beside them", async () => {
    const io = await ioWithBlocks();
    const key = Uint8Array.of(0x12, 0, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xff);
    const plain = blockFile(blocks);
    const hidden = plain.map((byte, i) => byte ^ (key[i % 8] as number));
    await io.disk.makeFolder('/core');
    await writeFile(io.disk, '/core/xor.dat', key);
    // Core makes its files longer by zeros, which it does not hide.
    await writeFile(io.disk, '/core/blk00000.dat', concatBytes(hidden, new Uint8Array(100_000)));
    await writeFile(io.disk, '/core/other.dat', hidden);
    const { code, out, err } = await run(io, 'import', '/core/blk00000.dat', ...IN_MEMORY);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(TIP);
    expect((await run(io, 'import', '/core/other.dat', ...IN_MEMORY)).err).toContain(
      'holds no block of regtest: it begins with ',
    );
  });

  it('stops on demand while the chain is opened, and says so', async () => {
    const io = await ioWithBlocks();
    // Ctrl-C comes as soon as somebody listens for it.
    const onStop = (listener: () => void): (() => void) => {
      listener();
      return () => {};
    };
    for (const words of [
      ['import', '/blocks.dat'],
      ['chain', 'verify'],
    ]) {
      const running = runCommand([...words, ...IN_MEMORY], { ...io, onStop });
      expect(await withTurns(running, io)).toBe(130);
    }
    const { out, err } = io.said();
    expect(out).toBe('');
    expect(err.split('\n')).toEqual([
      'blockyard import: stopped before the chain was open; nothing is lost',
      'blockyard chain verify: stopped before the chain was open; nothing is lost',
      '',
    ]);
  });

  it.each([
    [['import', '/blocks.dat'], '/blocks.dat', 'Stopped.\nImported ', ''],
    [['chain', 'info', '--import=/blocks.dat'], '/blocks.dat', '', ''],
    [
      ['chain', 'export', '/new.dat', '--import=/blocks.dat'],
      '/new.dat.new',
      '',
      'blockyard chain export: stopped before /new.dat was complete; nothing is lost\n',
    ],
  ])('stops on demand in the midst of %j', async (words, path, out, err) => {
    const io = await ioWithBlocks();
    const open: FakeIo['disk']['open'] = (opened, ...rest) => {
      if (opened === path) io.stop();
      return io.disk.open(opened, ...rest);
    };
    const disk = new Proxy(io.disk, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (name === 'open') return open;
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const running = runCommand([...words, ...IN_MEMORY], { ...io, disk });
    expect(await withTurns(running, io)).toBe(130);
    expect(io.said().out.slice(0, out.length)).toBe(out);
    expect(io.said().out === '').toBe(out === '');
    expect(io.said().err).toBe(err);
    expect((await io.disk.list('/')).map(({ name }) => name)).toEqual(['blocks.dat']);
  });

  it('stops printing on demand', async () => {
    const io = await ioWithBlocks();
    let lines = 0;
    const write = (text: string): void => {
      io.out.write(text);
      if (++lines === 10) io.stop();
    };
    const words = ['chain', 'print', '--import=/blocks.dat', ...IN_MEMORY];
    const running = runCommand(words, { ...io, out: { ...io.out, write } });
    expect(await withTurns(running, io)).toBe(130);
    expect(io.said().out.trimEnd().split('\n')).toHaveLength(10);
  });
});

describe('looking into files, without a trace', () => {
  const look = [...IN_MEMORY, '--import', '/blocks.dat'];

  it('chain info has the fields of getblockchaininfo', async () => {
    const io = await ioWithBlocks();
    const { code, out } = await run(io, 'chain', 'info', ...look, '--json');
    expect(code).toBe(0);
    const info = JSON.parse(out);
    expect(info).toMatchObject({
      chain: 'regtest',
      blocks: 200,
      headers: 200,
      bestblockhash: TIP,
      time: 1296688602 + 200 * 600,
      mediantime: 1296688602 + 195 * 600,
      chainwork: (2 * 201).toString(16).padStart(64, '0'),
      transactions: 201,
      pruned: false,
      indexes: [],
    });
    expect(out).toContain('"difficulty": 4.656542373906925e-10,');
  });

  it('chain info tells a person the same', async () => {
    const io = await ioWithBlocks();
    const { out } = await run(io, 'chain', 'info', ...look);
    expect(out).toMatch(/^regtest - A private chain for tests/);
    expect(out).toMatch(/\n {2}height +200\n/);
    expect(out).toContain(TIP);
    expect(out).toMatch(/\n {2}work +402 hashes\n/);
    expect(out).not.toContain('What next');
    expect(out).not.toMatch(/undefined|NaN|\[object/);
  });

  it('chain print has a line for each block, with its reward', async () => {
    const io = await ioWithBlocks();
    const { out } = await run(io, 'chain', 'print', ...look);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(201);
    expect(lines[0]).toMatch(
      /^ *0 {2}0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206 {2}2011-02-02 23:16:42 +1 +285 +50\.00000000 +0\.00000000$/,
    );
    expect(lines[149]).toMatch(/^ *149 .* 50\.00000000 +0\.00000000$/);
    expect(lines[150]).toMatch(/^ *150 .* 25\.00000000 +0\.00000000$/);
    expect(lines[200]).toContain(TIP);
  });

  it('chain print takes a range, and gives JSON line by line', async () => {
    const io = await ioWithBlocks();
    const words = ['chain', 'print', ...look, '--from=10', '--to=12', '--json'];
    const { out } = await run(io, ...words);
    const rows = out.trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row).height)).toEqual([10, 11, 12]);
    expect(rows[0]).toContain('"reward":50.00000000,"fees":0.00000000}');
    const full = await run(io, ...words, '--full');
    const [first] = full.out.split('\n');
    expect(JSON.parse(first as string)).toMatchObject({
      height: 10,
      confirmations: 191,
      nextblockhash: toReversedHex(blockHash(blocks[10] as Block)),
      tx: [{ vin: [{ coinbase: '5a02e803' }] }],
    });
  });

  it('chain print shows transactions to people', async () => {
    const io = await ioWithBlocks();
    const { out } = await run(io, 'chain', 'print', ...look, '--from=1', '--to=2', '--full');
    expect(out.match(/^Block \d+ {2}[0-9a-f]{64}$/gm)).toHaveLength(2);
    expect(out).toContain('reward    50.00000000: of 50.00000000 new, and 0.00000000 in fees');
    expect(out).toContain('in   new coins (5102e803)');
    expect(out).toMatch(/out +50\.00000000 {2}1$/m);
  });

  it.each([
    [['--from=201'], '--from is 201; the last block of the chain is 200'],
    [['--to=1000'], '--to is 1000; the last block of the chain is 200'],
    [['--from=7', '--to=6'], '--from is 7, and --to is 6'],
  ])('chain print and chain export refuse the range %j', async (range, message) => {
    const io = await ioWithBlocks();
    for (const words of [['print'], ['export', '/new.dat']]) {
      const { code, out, err } = await run(io, 'chain', ...words, ...look, ...range);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(message);
    }
    expect(await io.disk.stat('/new.dat')).toBeUndefined();
  });

  it('chain verify holds all blocks against the rules', async () => {
    const io = await ioWithBlocks();
    const all = ['--level=4', '--blocks=0'];
    const { code, out } = await run(io, 'chain', 'verify', ...look, ...all);
    expect(code).toBe(0);
    expect(out).toBe('Checked 200 of 200 blocks of regtest at level 4: all is well.\n');
    const json = await run(io, 'chain', 'verify', ...look, '--json');
    expect(JSON.parse(json.out)).toEqual({
      chain: 'regtest',
      height: 200,
      level: 3,
      checked: 6,
      ok: true,
    });
  });

  it('chain utxo-hash has the fields of gettxoutsetinfo', async () => {
    const io = await ioWithBlocks();
    const { out } = await run(io, 'chain', 'utxo-hash', ...look, '--json');
    const serialized = JSON.parse(out);
    expect(Object.keys(serialized)).toEqual([
      'height',
      'bestblock',
      'txouts',
      'bogosize',
      'hash_serialized_3',
      'total_amount',
      'transactions',
      'disk_size',
    ]);
    expect(serialized).toMatchObject({ height: 200, bestblock: TIP, txouts: 200 });
    expect(out).toContain('"total_amount": 8725.00000000');
    const muhash = await run(io, 'chain', 'utxo-hash', ...look, '--type=muhash');
    expect(muhash.out).toMatch(/\n {2}muhash +[0-9a-f]{64}\n/);
    const none = await run(io, 'chain', 'utxo-hash', ...look, '--type=none', '--json');
    expect(JSON.parse(none.out)).not.toHaveProperty('hash_serialized_3');
    const wrong = await run(io, 'chain', 'utxo-hash', ...look, '--type=sha');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain('--type is "sha"; allowed are hash_serialized_3, muhash or none');
  });

  it('chain export gives the file back, in order', async () => {
    const io = await ioWithBlocks({ 'mixed.dat': blockFile([...blocks].reverse()) });
    const words = ['chain', 'export', '/out.dat', ...IN_MEMORY, '--import', '/mixed.dat'];
    const { code, out } = await run(io, ...words);
    expect(code).toBe(0);
    expect(out).toBe(
      `Wrote /out.dat: 201 blocks of regtest, up to ${TIP}, ${((31_067 + 283) / 1024).toFixed(1)} KiB.\n`,
    );
    const file = await io.disk.open('/out.dat', 'read');
    const bytes = await file.read(0, await file.size());
    expect(bytes).toEqual(blockFile([regtest.genesis, ...blocks]));
    const again = await run(io, ...words);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('"/out.dat" is there already; --force writes over it');
    expect((await run(io, ...words, '--force', '--to=5', '--json')).code).toBe(0);
    expect((await io.disk.stat('/out.dat'))?.size).toBe(293 + 5 * 154);
    expect((await io.disk.list('/')).map(({ name }) => name)).not.toContain('out.dat.new');
  });

  it('leaves nothing behind when the disk is full', async () => {
    const io = await ioWithBlocks();
    const { disk } = io as unknown as { disk: { capacity: number; used: number } };
    disk.capacity = disk.used + 10_000;
    const { code, out, err } = await run(io, 'chain', 'export', '/out.dat', ...look);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'blockyard chain export: cannot write /out.dat.new: the disk is full; free some space and start again\n',
    );
    expect((await io.disk.list('/')).map(({ name }) => name)).toEqual(['blocks.dat']);
  });

  it('passes on that something was wrong with a file', async () => {
    const io = await ioWithBlocks({ 'cut.dat': blockFile(blocks).subarray(0, -1) });
    const { code, out, err } = await run(io, 'chain', 'info', ...IN_MEMORY, '--import=/cut.dat');
    expect(code).toBe(1);
    expect(out).toMatch(/height +199\n/);
    expect(err).toContain('is cut off');
  });

  it('needs --memory, so that nobody expects the blocks to be kept', async () => {
    const io = await ioWithBlocks();
    const { code, err } = await run(io, 'chain', 'info', '--import', '/blocks.dat');
    expect(code).toBe(2);
    expect(err).toContain('--import goes with --memory; blockyard import FILE keeps what it reads');
  });
});
