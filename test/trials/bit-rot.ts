/**
 * Bits that turn over and files that are cut off, in every file of a finished data folder. Each is
 * harmless, or it is noticed with a message that says what to do, and that helps: never a wrong answer,
 * never a process that hangs or ends without a word.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import type { BitRotLine, BitRotTask } from './bit-rot-process.ts';
import { startChild } from './child.ts';
import { runBlockyard } from './command.ts';
import { applyDamage, damageText, drawDamage } from './damage.ts';
import { openIndexedNode } from './indexed-node.ts';
import { BusyBranch } from './made/busy-branch.ts';
import { openingOf } from './made/busy-chain.ts';
import { writeFrames } from './made/frames.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const BUSY_BLOCKS = 40;
const TRANSACTIONS_A_BLOCK = 5;
/** The folder is closed and opened again so often, as databases sort what they have by then. */
const SESSIONS = 3;
/** A case that takes longer than this hangs. */
const PATIENCE_MS = 60_000;
/** Of so many cases, one is put to the command as well. */
const CASES_PER_COMMAND = 30;

export const bitRotTrial: Trial = {
  name: 'bit-rot',
  shows: 'a bit that turns over or a file that is cut off never leads to a wrong answer',
  // Five in six are bits.
  times: { long: 600, short: 12 },
  async run(setting) {
    const made = await makeFolder(setting);
    const lines = await runCases(setting, made);
    const commands = await runCommands(setting, made);
    const figures = {
      cases: lines.length,
      'put to the command': commands.figures['commands'] ?? 0,
      'what became of them': tableOf(lines),
    };
    const failed = lines.filter(({ outcome }) => outcome === 'failed');
    const failures = failed.map((line) => `case ${line.number}, ${line.damage}: ${line.message}`);
    return { figures, failures: [...failures, ...commands.failures] };
  },
};

type Row = Record<
  'files' | 'cases' | 'harmless' | 'detected and cured' | 'failed',
  string | number
>;

/** A row for each kind of file. */
function tableOf(lines: readonly BitRotLine[]): readonly Row[] {
  const rows = new Map<string, BitRotLine[]>();
  for (const line of lines) {
    const kind = kindOf(line.damage);
    rows.set(kind, [...(rows.get(kind) ?? []), line]);
  }
  return [...rows].sort().map(([files, some]) => {
    const count = (wanted: string): number =>
      some.filter(({ outcome }) => outcome === wanted).length;
    return {
      files,
      cases: some.length,
      harmless: count('harmless'),
      'detected and cured': count('detected'),
      failed: count('failed'),
    };
  });
}

/** `blocks/index/000005.ldb, bit 3 of byte 7` is damage to `blocks/index/*.ldb`. */
function kindOf(damage: string): string {
  const [file = ''] = damage.replace(/^regtest\//, '').split(/,? (?:bit|cut)/);
  return file.replace(/\d{5,}/, '*').replace(/indexes\/\w+/, 'indexes/*');
}

interface MadeFolder {
  readonly master: string;
  readonly blocksFile: string;
}

async function makeFolder({ seed, folder }: TrialSetting): Promise<MadeFolder> {
  const branch = BusyBranch.begin(regtest, new SeededEntropy(`bit-rot ${seed}`));
  const blocks = [...openingOf(branch)];
  for (let i = 0; i < BUSY_BLOCKS; i++) blocks.push(branch.mine(TRANSACTIONS_A_BLOCK));
  const raw = blocks.map((block) => block.raw);
  const made = { master: join(folder, 'master'), blocksFile: join(folder, 'blocks.dat') };
  writeFrames(made.blocksFile, raw);
  for (let session = 0; session < SESSIONS; session++) {
    const node = await openIndexedNode({ folder: made.master });
    const [from, to] = [session, session + 1].map((i) => Math.round((raw.length * i) / SESSIONS));
    for (const bytes of raw.slice(from, to)) await node.chain.processBlock(bytes);
    await node.indexes.settled();
    await node.close();
  }
  return made;
}

/** All cases, in as many processes as it takes: a case that ends its process has failed. */
async function runCases(
  { seed, times, folder, say }: TrialSetting,
  made: MadeFolder,
): Promise<readonly BitRotLine[]> {
  const scratch = join(folder, 'scratch');
  const lines: BitRotLine[] = [];
  for (let from = 0; from < times; from = lines.length) {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch);
    const task: BitRotTask = { ...made, scratch, seed, from, to: times };
    let begun: BitRotLine | undefined;
    let impatience: NodeJS.Timeout | undefined;
    const child = startChild('bit-rot-process', task, (words) => {
      const line = JSON.parse(words.join(' ')) as BitRotLine;
      clearTimeout(impatience);
      impatience = setTimeout(() => child.process.kill('SIGKILL'), PATIENCE_MS);
      if (line.outcome === 'begun') begun = line;
      else lines.push(line);
      if (line.outcome === 'failed') say(`case ${line.number}, ${line.damage}: ${line.message}`);
      if (line.outcome !== 'begun' && lines.length % 100 === 0) say(`${lines.length} cases`);
    });
    const { code, signal, errors } = await child.ended;
    clearTimeout(impatience);
    if (lines.length >= times) break;
    const message = `the process ended: code ${code}, signal ${signal}, ${errors}`;
    if (begun?.number !== lines.length) throw new Error(message);
    lines.push({ ...begun, outcome: 'failed', message });
  }
  return lines;
}

/** The same through the command that people type, which knows nothing of indexes. */
async function runCommands(
  { seed, times, folder }: TrialSetting,
  { master, blocksFile }: MadeFolder,
): Promise<TrialReport> {
  const data = join(folder, 'command');
  const copyMaster = (): void => {
    rmSync(data, { recursive: true, force: true });
    cpSync(master, data, { recursive: true });
  };
  copyMaster();
  const coins = await coinsByCommand(data);
  const failures: string[] = [];
  const commands = Math.ceil(times / CASES_PER_COMMAND);
  for (let number = 0; number < commands; number++) {
    copyMaster();
    const entropy = new SeededEntropy(`bit-rot command ${seed} ${number}`);
    const damage = drawDamage(entropy, data, 'flip');
    applyDamage(data, damage);
    const failure = await verifyByCommand(data, blocksFile);
    if (failure !== undefined) failures.push(`${damageText(damage)}: ${failure}`);
    const found = await coinsByCommand(data);
    if (found !== coins) failures.push(`${damageText(damage)}: ${found}, and not ${coins}`);
  }
  return { figures: { commands }, failures };
}

/** Verifies a folder, and has it built anew where that fails; what went wrong otherwise, if anything. */
async function verifyByCommand(data: string, blocksFile: string): Promise<string | undefined> {
  const all = ['--level', '4', '--blocks', '0'];
  const { code, messages } = await runBlockyard(['chain', 'verify', ...all, ...placeOf(data)]);
  if (code === 0) return undefined;
  const said = messages.join(' | ');
  const isClear = code === 1 && messages.length === 1 && /reindex|remove the folder/.test(said);
  if (!isClear) return `exit code ${code}: ${said}`;
  const cured = await runBlockyard(['import', '--reindex', blocksFile, ...placeOf(data)]);
  return cured.code === 0 ? undefined : `not cured: ${cured.messages.join(' | ')}`;
}

/** The hash of all coins, or what the command says instead. */
async function coinsByCommand(data: string): Promise<string> {
  const words = ['chain', 'utxo-hash', '--json', ...placeOf(data)];
  const { code, output, messages } = await runBlockyard(words);
  return code === 0 ? String(JSON.parse(output).hash_serialized_3) : messages.join(' | ');
}

function placeOf(data: string): readonly string[] {
  return ['--chain', 'regtest', '--datadir', data];
}
