/** The words of the tour. One idea a section, each short enough to be read at a glance. */
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import type { CurveBackend } from '../../protocol/crypto/curve/curve.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import { hashToNumber } from '../../protocol/primitives/target.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { amountText } from '../../protocol/report/json-text.ts';
import { coinbaseMessage } from '../genesis-facts.ts';
import type { Paint } from '../paint.ts';
import { dateText, grouped } from '../plain-words.ts';
import { wrapText } from '../wrap-text.ts';
import { type GenesisFindings, isValid, tamperWithMessage, zeroBits } from './inspect-genesis.ts';

export interface TourFacts {
  readonly chains: readonly { readonly name: string; readonly findings: GenesisFindings }[];
  readonly curve: CurveBackend;
  /** How this program is called, for lines to copy. */
  readonly command: string;
}

const WIDTH = 78;
const INDENT = '   ';

const CURVES: Readonly<Record<CurveBackend, string>> = {
  native: 'libsecp256k1, compiled for this machine (native, the fastest)',
  wasm: 'libsecp256k1 in WebAssembly (wasm, four times slower than native)',
  pure: 'plain JavaScript (pure, twenty times slower than native)',
};

/** The address of the key that the first output of Bitcoin pays to. */
const FIRST_ADDRESS = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';

/** The whole tour. */
export function tourText(facts: TourFacts, paint: Paint): string {
  const [first, ...others] = facts.chains;
  if (first === undefined) return '';
  return [
    ...opening(paint),
    ...bytesSection(first.findings, paint),
    ...workSection(first.findings, paint),
    ...tamperSection(first.findings, paint),
    ...insideSection(first.findings, paint),
    ...otherChains(others, paint),
    ...closing(facts, paint),
    '',
  ].join('\n');
}

function opening(paint: Paint): readonly string[] {
  return [
    paint.bold('A blockchain, in one page'),
    '',
    ...paragraph(
      'A blockchain is a list of pages that everybody can check and nobody can rewrite. ' +
        'A page is called a block. Here is the first block of Bitcoin. ' +
        'Everything below is computed on this machine, now, from the bytes of that block.',
    ),
    '',
  ];
}

function bytesSection({ bytes, block }: GenesisFindings, paint: Paint): readonly string[] {
  const header = encodeBlockHeader(block.header);
  const { version, time, bits, nonce } = block.header;
  const rows: readonly (readonly [from: number, to: number, meaning: string])[] = [
    [0, 4, `version ${version}`],
    [4, 36, 'the hash of the block before: all zeros, there is none'],
    [36, 68, 'the Merkle root: one hash that stands for all payments'],
    [68, 72, `time: ${dateText(time)}`],
    [72, 76, `how small the hash must be, in short form (${bits.toString(16)})`],
    [76, 80, `nonce: what the miner was searching for (${nonce})`],
  ];
  return [
    title('1', `A block is bytes: ${bytes.length} of them`, paint),
    ...paragraph('The first 80 are the header. In hex, a byte is two digits:'),
    ...rows.map(
      ([from, to, meaning]) =>
        `${INDENT}  ${paint.cyan(shortHex(header.subarray(from, to)))}  ${meaning}`,
    ),
    '',
  ];
}

function workSection(findings: GenesisFindings, paint: Paint): readonly string[] {
  return [
    title('2', 'The hash proves work', paint),
    ...paragraph(
      'A hash function turns bytes into a number that nobody can predict. The header counts ' +
        'as proof of work if its hash is not above the target:',
    ),
    `${INDENT}  hash    ${hashText(toReversedHex(findings.hash), paint)}`,
    `${INDENT}  target  ${targetText(findings.target)}`,
    verdict(
      findings.checks.work,
      `It is not: it begins with ${findings.zeroBits} zero bits, like a coin that comes up heads ` +
        `${findings.zeroBits} times in a row, and ${zeroBits(findings.target)} were needed. To find ` +
        `such a header takes ${grouped(findings.tries)} tries on average; to check it, one.`,
      paint,
    ),
    '',
  ];
}

function tamperSection({ block }: GenesisFindings, paint: Paint): readonly string[] {
  const forged = tamperWithMessage(block);
  const hash = blockHash(forged);
  const words = coinbaseMessage(forged).split(' ').slice(-3).join(' ');
  return [
    title('3', 'Nobody can change it', paint),
    ...paragraph(`Change one letter in the block, so that it says "…${words}":`),
    `${INDENT}  hash    ${hashText(toReversedHex(hash), paint)}`,
    verdict(
      false,
      `${zeroBits(hashToNumber(hash))} zero bits: no proof of work any more. It would all have to be done again, ` +
        'for this block and for each one after it, as each names the hash of the one before.',
      paint,
    ),
    '',
  ];
}

function insideSection(
  { block, checks, reward }: GenesisFindings,
  paint: Paint,
): readonly string[] {
  const [coinbase] = block.transactions;
  return [
    title('4', 'Inside is money', paint),
    ...paragraph(
      'This block has one payment: new coins, as the reward of whoever found the nonce. ' +
        'All coins come into being like this. The miner may add a message:',
    ),
    `${INDENT}  ${paint.yellow(`"${coinbaseMessage(block)}"`)}`,
    `${INDENT}  reward  ${amountText(reward)}`,
    `${INDENT}  id      ${coinbase === undefined ? '' : toReversedHex(txid(coinbase))}`,
    verdict(
      checks.merkleRoot,
      'The ids of all payments, hashed two by two until one is left, give the Merkle root in the header.',
      paint,
    ),
    '',
  ];
}

function otherChains(chains: TourFacts['chains'], paint: Paint): readonly string[] {
  return [
    title('5', 'Other chains, the same rules', paint),
    ...paragraph(
      'Each has a first block of its own, and all were checked just like this one: ' +
        'their bytes, their work, their Merkle root, and the shape of their payment.',
    ),
    ...chains.flatMap(({ name, findings }) => [
      `${INDENT}${mark(isValid(findings), paint)} ${paint.bold(name.padEnd(9))}` +
        hashText(toReversedHex(findings.hash), paint),
      `${INDENT}  ${''.padEnd(9)}${findings.zeroBits} zero bits, ${zeroBits(findings.target)} needed: ` +
        `${grouped(findings.tries)} tries; reward ${amountText(findings.reward)}`,
      `${INDENT}  ${''.padEnd(9)}${paint.yellow(`"${cut(findings.message, 62)}"`)}`,
    ]),
    '',
  ];
}

function closing({ chains, curve, command }: TourFacts, paint: Paint): readonly string[] {
  const valid = chains.filter(({ findings }) => isValid(findings)).length;
  const steps: readonly (readonly [line: string, what: string])[] = [
    ['chain new my-chain.json', 'a chain of your own'],
    [`decode address ${FIRST_ADDRESS}`, 'its owner'],
    ['help', 'all commands'],
  ];
  return [
    verdict(valid === chains.length, `${valid} of ${chains.length} first blocks are valid.`, paint),
    ...paragraph(`Signatures will be checked by ${CURVES[curve]}.`),
    '',
    paint.bold('Try next'),
    ...steps.map(
      ([line, what]) => `${INDENT}${paint.cyan(`${command} ${line}`)}  ${paint.dim(`# ${what}`)}`,
    ),
  ];
}

function title(number: string, text: string, paint: Paint): string {
  return `${paint.bold(`${number}. ${text}`)}`;
}

function paragraph(text: string): readonly string[] {
  return wrapText(text, WIDTH - INDENT.length).map((line) => INDENT + line);
}

/** What a check came to: a mark, and the reason beside it. */
function verdict(passed: boolean, text: string, paint: Paint): string {
  const [first = '', ...more] = wrapText(text, WIDTH - INDENT.length - 2);
  return [
    `${INDENT}${mark(passed, paint)} ${first}`,
    ...more.map((line) => `${INDENT}  ${line}`),
  ].join('\n');
}

function mark(passed: boolean, paint: Paint): string {
  return passed ? paint.green('✓') : paint.red('✗');
}

/** A hash, with the zeros that are its work. */
function hashText(hex: string, paint: Paint): string {
  const zeros = /^0*/.exec(hex)?.[0] ?? '';
  return paint.green(zeros) + hex.slice(zeros.length);
}

function targetText(target: bigint): string {
  return target.toString(16).padStart(64, '0');
}

/** All of a short field; both ends of a hash. */
function shortHex(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return hex.length <= 17 ? hex.padEnd(17) : `${hex.slice(0, 8)}…${hex.slice(-8)}`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
