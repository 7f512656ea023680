import { decodeQR } from 'qr/decode.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { type FakeIo, type FakeIoOptions, fakeIo, withTurns } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const ADDRESS = 'yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl';
const PLACE = ['--datadir', '/data'];
let io: FakeIo;

async function wallet(...words: readonly string[]) {
  const before = io.said();
  const code = await withTurns(runCommand(['wallet', ...words], io), io);
  const { out, err } = io.said();
  return { code, out: out.slice(before.out.length), err: err.slice(before.err.length) };
}

async function begin(options: FakeIoOptions = {}): Promise<void> {
  io = fakeIo(options);
  await io.disk.makeFolder('/files');
  await io.disk.makeFolder('/data');
}

describe('blockyard wallet qr', () => {
  beforeEach(() => begin());

  it('shows a code that says what the line below it says', async () => {
    const asked = ['--amount', '0.25', '--label', 'Ada’s shop', '--message', 'Order 17'];
    const { code, out } = await wallet('qr', ADDRESS, ...asked);
    expect(code).toBe(0);
    const uri = `bitcoin:${ADDRESS}?amount=0.25&label=Ada%E2%80%99s%20shop&message=Order%2017`;
    expect(out.endsWith(`\n${uri}\n`)).toBe(true);
    expect(scanned(out)).toBe(uri);
    expect(scanned((await wallet('qr', ADDRESS)).out)).toBe(`BITCOIN:${ADDRESS.toUpperCase()}`);
    expect(scanned((await wallet('qr', ADDRESS, '--plain')).out)).toBe(ADDRESS.toUpperCase());
  });

  it('is black on white where there are colours', async () => {
    await begin({ isTerminal: true, colours: true });
    const { out } = await wallet('qr', ADDRESS);
    expect(out).toContain('\u001b[38;5;16;48;5;231m');
  });

  it('takes the name of an address in a wallet', async () => {
    await wallet('create', 'a', ...PLACE);
    const address = (await wallet('new-address', 'rent', '--offline', ...PLACE)).out.trim();
    const { out } = await wallet('qr', 'rent', '--json', ...PLACE);
    expect(address).toContain(JSON.parse(out).address);
    expect((await wallet('qr', 'rnet', ...PLACE)).err).toContain('did you mean "rent"?');
  });

  it('writes a picture, and over nothing unless it is told to', async () => {
    const first = await wallet('qr', ADDRESS, '--output', '/files/pay.svg');
    expect(first).toMatchObject({ code: 0, out: `Wrote /files/pay.svg: bitcoin:${ADDRESS}\n` });
    const svg = new TextDecoder().decode(await readFile(io.disk, '/files/pay.svg'));
    expect(svg).toMatch(/^<svg xmlns=.*<\/svg>\n$/s);
    await writeFile(io.disk, '/files/pay.svg', Uint8Array.of(1));
    const second = await wallet('qr', ADDRESS, '--output', '/files/pay.svg');
    expect(second.err).toContain('"/files/pay.svg" is there already; --force writes over it');
    expect(await readFile(io.disk, '/files/pay.svg')).toEqual(Uint8Array.of(1));
    await wallet('qr', ADDRESS, '--output', '/files/pay.svg', '--force');
    expect(new TextDecoder().decode(await readFile(io.disk, '/files/pay.svg'))).toBe(svg);
  });

  it.each([
    [['qr', `${ADDRESS}q`], 1, 'is no address of lab'],
    [['qr', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'], 1, 'is an address of main'],
    [['qr', ADDRESS, '--amount', '0.123456789'], 2, 'it has 9 decimals; allowed are up to 8'],
    [['qr', ADDRESS, '--amount', '0'], 2, 'allowed is more than 0'],
    [['qr', ADDRESS, '--plain', '--label', 'x'], 2, '--plain has the address alone'],
    [['qr', ADDRESS, '--output', '/files/pay.png'], 2, 'name a file that ends in .svg'],
    [['qr', ADDRESS, '--output', '/no/pay.svg'], 1, 'there is no folder "/no"'],
    [['qr', ADDRESS, '--message', 'x'.repeat(3_000)], 2, 'too long for a QR code'],
  ])('says in a line what is wrong: %j', async (words, code, message) => {
    const said = await wallet(...words, ...PLACE);
    expect([said.code, said.out]).toEqual([code, '']);
    expect(said.err).toContain(message);
    expect(said.err.match(/\n/g)).toHaveLength(1);
  });

  it('is drawn in no terminal that is too narrow', async () => {
    await begin({ isTerminal: true, columns: 30 });
    const { code, err } = await wallet('qr', ADDRESS);
    expect(code).toBe(1);
    expect(err).toMatch(
      /the code is \d\d columns wide, and the terminal 30: make it wider, or write/,
    );
  });
});

/** What a camera would read of the half blocks on a dark terminal. */
function scanned(out: string): string {
  const lines = out.split('\n').filter((line) => /^[█▀▄ ]{20,}$/.test(line));
  const rows = lines.flatMap((line) => {
    const blocks = [...line];
    return [blocks.map((each) => '█▀'.includes(each)), blocks.map((each) => '█▄'.includes(each))];
  });
  const width = rows[0]?.length ?? 0;
  const scale = 4;
  const size = { width: width * scale, height: rows.length * scale };
  const data = new Uint8Array(size.width * size.height * 4);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const isLight = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] ?? true;
      data.fill(isLight ? 255 : 0, (y * size.width + x) * 4, (y * size.width + x) * 4 + 4);
    }
  }
  return decodeQR({ ...size, data });
}
