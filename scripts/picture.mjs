// Draws docs/tour.svg: what the first page of `blockyard tour` looks like in a terminal. Made from the
// command's own output, so that the README shows what people will see.
import { writeFileSync } from 'node:fs';
import { tour } from '../dist/src/cli/commands/tour.js';

const COLUMNS = 80;
const LINES = 41;
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

const lines = text.split('\n').slice(0, LINES);
const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
const height = BAR + LINES * LINE + 2 * MARGIN;
const rows = lines.map(
  (line, i) =>
    `<text x="${MARGIN}" y="${BAR + MARGIN + (i + 1) * LINE - 5}" xml:space="preserve">${spans(line)}</text>`,
);
writeFileSync(
  'docs/tour.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>The first page of "npm start": a block is bytes, its hash proves work, and nobody can change it</title>
<rect width="${width}" height="${height}" rx="10" fill="#1a1b26"/>
<circle cx="22" cy="18" r="6" fill="#f7768e"/><circle cx="42" cy="18" r="6" fill="#e0af68"/><circle cx="62" cy="18" r="6" fill="#9ece6a"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#c0caf5">
${rows.join('\n')}
</g>
</svg>
`,
);
