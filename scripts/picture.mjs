// Draws what `blockyard start` and the first page of `blockyard tour` look like in a terminal. Made by the
// code of these commands, so that the README shows what people will see.
import { writeFileSync } from 'node:fs';
import { tour } from '../dist/src/cli/commands/tour.js';
import { paintFor } from '../dist/src/cli/paint.js';
import { introduction } from '../dist/src/cli/start/introduction.js';
import { statusLines } from '../dist/src/cli/start/status-text.js';
import { lab } from '../dist/src/protocol/params/lab.js';

const COLUMNS = 92;
const TOUR_LINES = 41;
const CHARACTER = 8.4;
const LINE = 19;
const MARGIN = 24;
const BAR = 36;
const ESCAPE = String.fromCharCode(27);
const COLOUR_CODE = new RegExp(`(${ESCAPE}\\[\\d+m)`);
const COLOURS = { 31: '#f7768e', 32: '#9ece6a', 33: '#e0af68', 36: '#7dcfff' };

/** One line with its colour codes, as spans. */
function spans(line) {
  let style = {};
  return line
    .split(COLOUR_CODE)
    .map((part) => {
      const code = part.startsWith(ESCAPE) ? part.slice(2, -1) : undefined;
      if (code !== undefined) {
        style = nextStyle(style, Number(code));
        return '';
      }
      if (part === '') return '';
      const attributes = Object.entries(style).map(([name, value]) => ` ${name}="${value}"`);
      return `<tspan${attributes.join('')}>${escaped(part)}</tspan>`;
    })
    .join('');
}

function nextStyle(style, code) {
  const { fill, opacity, 'font-weight': weight } = style;
  const kept = (entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const all = { fill, opacity, 'font-weight': weight };
  if (code === 1) all['font-weight'] = 'bold';
  else if (code === 2) all.opacity = '0.6';
  else if (code === 22) all['font-weight'] = all.opacity = undefined;
  else all.fill = COLOURS[code];
  return kept(Object.entries(all));
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A window of a terminal with these lines in it. */
function picture(title, lines) {
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = BAR + lines.length * LINE + 2 * MARGIN;
  const rows = lines.map(
    (line, i) =>
      `<text x="${MARGIN}" y="${BAR + MARGIN + (i + 1) * LINE - 5}" xml:space="preserve">${spans(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${title}</title>
<rect width="${width}" height="${height}" rx="10" fill="#1a1b26"/>
<circle cx="22" cy="18" r="6" fill="#f7768e"/><circle cx="42" cy="18" r="6" fill="#e0af68"/><circle cx="62" cy="18" r="6" fill="#9ece6a"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#c0caf5">
${rows.join('\n')}
</g>
</svg>
`;
}

async function tourLines() {
  let text = '';
  const output = {
    write: (part) => {
      text += part;
    },
    isTerminal: true,
    columns: COLUMNS,
    colours: true,
  };
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    schedule: () => () => {},
    nextTurn: async () => {},
  };
  await tour({ json: false }, { out: output, err: output, clock, command: 'npx blockyard' });
  return text.split('\n').slice(0, TOUR_LINES);
}

/** A node a minute and a half after its first start, beside a rival. Blocks of a chain that was mined so. */
function startLines() {
  const paint = paintFor({ colours: true });
  const facts = {
    params: lab,
    folder: '/home/alice/.blockyard/lab',
    address: 'yard1qd9v9seupa6qs0gkyd3dktgfpgd0ajdcjgfqqs4',
    keyFile: '/home/alice/.blockyard/lab/miner.pem',
    rpcPort: lab.ports.rpc,
    port: lab.ports.p2p,
    command: 'npx blockyard',
    home: '/home/alice',
    chain: lab.name,
    columns: COLUMNS,
  };
  const recent = [
    ['00000073492e36a31e0d', 3, 9, true],
    ['0000003bc44e98cce6a7', 1, 14, true],
    ['0000007b7b3a5b35d97f', 1, 31, false],
    ['0000001464a592bf202a', 5, 33, true],
    ['0000004e72df7a679e6d', 1, 48, false],
    ['000000483206ac6dc726', 2, 55, true],
  ].map(([hash, transactions, age, isOwn], i) => ({
    ...{ height: 60 - i, transactions, age, isOwn },
    hash: hash.padEnd(64, '0'),
  }));
  const status = {
    ...{ chain: lab.name, height: 60, recent, reorganisations: 0 },
    ...{ hashRate: 9_640_000, threads: 1, hashesPerBlock: 9_640_000 * 12 },
    ...{ peersIn: 1, peersOut: 0, poolTransactions: 4, poolVsize: 564 },
    ...{ found: 42, rewards: 2_100n * 100_000_000n },
  };
  const lines = introduction(facts, paint).trimEnd().split('\n');
  return [...lines, '', ...statusLines(status, paint)];
}

const START_TITLE =
  'What "npm start" shows: a node that mines, its height, hash rate, peers and last blocks';
const TOUR_TITLE =
  'The first page of "blockyard tour": a block is bytes, its hash proves work, and nobody can change it';
writeFileSync('docs/start.svg', picture(START_TITLE, startLines()));
writeFileSync('docs/tour.svg', picture(TOUR_TITLE, await tourLines()));
