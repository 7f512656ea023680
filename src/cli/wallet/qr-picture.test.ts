import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { compactUri, paymentUri } from './payment-uri.ts';
import { type QrSquares, qrSquares, qrSvg, qrText } from './qr-picture.ts';

const ADDRESS = 'yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl';
const TEXTS = [
  ADDRESS,
  `BITCOIN:${ADDRESS.toUpperCase()}`,
  paymentUri({ address: ADDRESS, amount: 1n, label: 'Čeněk & Söhne', message: '☕ 100 %?' }),
  'x'.repeat(1_500),
];

describe('a QR code', () => {
  it.each(TEXTS)('is read again from its squares: %.30s', (text) => {
    expect(read(squaresOf(text))).toBe(text);
  });

  it('is read again from what a terminal with colours shows, whatever its theme', () => {
    for (const text of TEXTS) {
      const shown = qrText(squaresOf(text), { colours: true });
      // Each line sets both of its colours: white behind, black before it.
      const lines = shown.trimEnd().split('\n');
      const bare = lines.map((line) => {
        expect(line.startsWith('\u001b[38;5;16;48;5;231m')).toBe(true);
        expect(line.endsWith('\u001b[0m')).toBe(true);
        return line.slice('\u001b[38;5;16;48;5;231m'.length, -'\u001b[0m'.length);
      });
      expect(read(fromHalfBlocks(bare, squaresOf(text).length, true))).toBe(text);
    }
  });

  it.each([
    ['a dark terminal', false],
    ['a light one', true],
  ])('is read again from plain text on %s', (_name, inverted) => {
    const squares = squaresOf(ADDRESS);
    const lines = qrText(squares, { colours: false, inverted }).trimEnd().split('\n');
    expect(lines.join('')).toMatch(/^[█▀▄ ]+$/);
    expect(read(fromHalfBlocks(lines, squares.length, inverted))).toBe(ADDRESS);
  });

  it('has four light squares on all sides, in the terminal as well', () => {
    const squares = squaresOf(ADDRESS);
    const end = squares.length - 1;
    for (let i = 0; i <= end; i++) {
      for (let j = 0; j < 4; j++) {
        const sides = [
          squares[j]?.[i],
          squares[end - j]?.[i],
          squares[i]?.[j],
          squares[i]?.[end - j],
        ];
        expect(sides).toEqual([false, false, false, false]);
      }
    }
    expect(squares[4]?.[4]).toBe(true);
    expect(qrText(squares, { colours: false }).split('\n')[0]).toBe('█'.repeat(squares.length));
  });

  it('is read again from its SVG, in which the text stands too', () => {
    const text = 'bitcoin:x?label=<a>&message="b"';
    const squares = squaresOf(text);
    const svg = qrSvg(squares, text);
    expect(svg).toContain('<title>bitcoin:x?label=&lt;a&gt;&amp;message="b"</title>');
    expect(svg).toContain('fill="#fff"');
    expect(read(fromSvg(svg))).toBe(text);
  });

  it('is smaller in capitals, and with less correction', () => {
    const size = (text: string, level?: 'low'): number => qrSquares(text, level)?.length ?? 0;
    const uri = paymentUri({ address: ADDRESS });
    expect(compactUri(uri)).toBe(`BITCOIN:${ADDRESS.toUpperCase()}`);
    expect(size(compactUri(uri))).toBeLessThan(size(uri));
    expect(size('x'.repeat(500), 'low')).toBeLessThan(size('x'.repeat(500)));
  });

  it('cannot be made of more than 2,331 bytes', () => {
    expect(qrSquares('x'.repeat(2_331))?.length).toBe(177 + 8);
    expect(qrSquares('x'.repeat(2_332))).toBeUndefined();
    expect(qrSquares('é'.repeat(1_166))).toBeUndefined();
  });
});

describe('a link that asks for a payment (BIP21)', () => {
  it.each([
    [{}, ''],
    [{ amount: 1n }, '?amount=0.00000001'],
    [{ amount: 150_000_000n }, '?amount=1.5'],
    [{ amount: 10_000_000_000n }, '?amount=100'],
    [{ label: 'Ada & sons', message: 'a=b?' }, '?label=Ada%20%26%20sons&message=a%3Db%3F'],
    [{ label: '☕' }, '?label=%E2%98%95'],
  ])('%o ends in %s', (fields, query) => {
    expect(paymentUri({ address: ADDRESS, ...fields })).toBe(`bitcoin:${ADDRESS}${query}`);
  });

  it('keeps its small letters where they mean something', () => {
    for (const uri of [
      'bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      `bitcoin:${ADDRESS}?label=a`,
    ]) {
      expect(compactUri(uri)).toBe(uri);
    }
  });
});

function squaresOf(text: string): QrSquares {
  const squares = qrSquares(text);
  if (squares === undefined) throw new Error('it is too long');
  return squares;
}

/** What a camera would see, eight pixels for each square. */
function read(squares: QrSquares): string {
  const scale = 8;
  const size = squares.length * scale;
  const data = new Uint8Array(size * size * 4).fill(255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (squares[Math.floor(y / scale)]?.[Math.floor(x / scale)] !== true) continue;
      data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
    }
  }
  return decodeQR({ width: size, height: size, data });
}

function fromHalfBlocks(lines: readonly string[], size: number, printsDark: boolean): QrSquares {
  const rows = lines.flatMap((line) => {
    const blocks = [...line];
    return [
      blocks.map((block) => '█▀'.includes(block) === printsDark),
      blocks.map((block) => '█▄'.includes(block) === printsDark),
    ];
  });
  return rows.slice(0, size);
}

function fromSvg(svg: string): QrSquares {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const squares = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    squares[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  }
  return squares;
}
