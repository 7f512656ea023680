/**
 * `kill -9` at random moments of payments, again and again: every time the wallet opens as it is, has each
 * payment and each address that it acknowledged, and its node has what waits. And a batch of the wallet of
 * which only a part came to the disk is there not at all.
 */
import { cpSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { drawBelow, drawChance, drawUnit } from '../../src/outside/entropy/draw.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import type { Wallet } from '../../src/wallet/wallet.ts';
import { startChild } from './child.ts';
import { auditWallet, coinsOf, recordChain } from './payments/audit.ts';
import { openWalletHome, payeeOf, type WalletHome, walletsIn } from './payments/wallet-home.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';
import type { WalletKillTask } from './wallet-kill-process.ts';

const NAME = 'paying';
const PASSPHRASE = 'of no importance';
const FIRST_BLOCKS = 115;
/** So often, the kill comes while the folder is being opened. */
const WHILE_OPENING = 0.15;
const OPENING_MS = 250;
/** So often, it comes just after a payment has begun; it is made and written within some milliseconds. */
const WHILE_PAYING = 0.5;
const PAYING_MS = 8;
const MOST_PAYMENTS = 30;
const LONGEST_LIFE_MS = 700;
/** A process that takes longer than this hangs. */
const PATIENCE_MS = 60_000;

export const walletKillTrial: Trial = {
  name: 'wallet-kill',
  shows: 'kill -9 at random moments of payments loses none that a wallet has acknowledged',
  times: { long: 50, short: 3 },
  run: runKills,
};

/** What somebody was told before he was killed. */
interface Told {
  /** Amounts by the numbers of payments that were begun, acknowledged or not. */
  readonly begun: Map<number, bigint>;
  /** The last transaction of each payment that was acknowledged, in hex. */
  readonly paid: Map<number, string>;
  readonly addresses: Set<string>;
  /** Wallets that were made on the way: the address that each gave, and whether it is encrypted. */
  readonly sealed: Map<string, { readonly script: string; isEncrypted: boolean }>;
}

interface Counts {
  kills: number;
  'while opening': number;
  'in the midst of a payment': number;
  cuts: number;
}

async function runKills({ seed, times, folder, say }: TrialSetting): Promise<TrialReport> {
  const draws = new SeededEntropy(`wallet-kill ${seed}`);
  const told: Told = {
    begun: new Map(),
    paid: new Map(),
    addresses: new Set(),
    sealed: new Map(),
  };
  const counts: Counts = {
    kills: 0,
    'while opening': 0,
    'in the midst of a payment': 0,
    cuts: 0,
  };
  await prepare(folder);
  const failures: string[] = [];
  while (counts.kills < times && failures.length === 0) {
    failures.push(...(await live(folder, draws, told, counts)));
    failures.push(...(await examine(folder, told)), ...(await cutBatch(folder, draws, counts)));
    if (counts.kills % 10 === 0) say(`${counts.kills} kills, ${told.paid.size} payments`);
  }
  failures.push(...(await settle(folder, told)));
  const figures = {
    ...counts,
    'payments acknowledged': told.paid.size,
    'begun, and never acknowledged': told.begun.size - told.paid.size,
    'addresses acknowledged': told.addresses.size,
    'wallets made and encrypted on the way': told.sealed.size,
  };
  return { figures, failures };
}

/** A wallet with coins. */
async function prepare(folder: string): Promise<void> {
  const home = await openWalletHome(folder);
  const { wallet } = await home.wallets.create(NAME);
  const { script } = await wallet.newAddress();
  await home.node.generate(FIRST_BLOCKS, script);
  await home.close();
}

/** Somebody pays until he is killed. */
async function live(
  folder: string,
  draws: SeededEntropy,
  told: Told,
  counts: Counts,
): Promise<readonly string[]> {
  const task: WalletKillTask = {
    ...{ folder, wallet: NAME, passphrase: PASSPHRASE },
    life: counts.kills,
    first: told.begun.size + 1,
    seed: toHex(draws.bytes(16)),
  };
  const kill = drawKill(draws);
  let left = kill.times;
  let isPaying = false;
  let timer: NodeJS.Timeout | undefined;
  const child = startChild('wallet-kill-process', task, (words) => {
    if (words[0] === kill.after && --left === 0) {
      timer = setTimeout(() => child.process.kill('SIGKILL'), kill.ms);
    }
    if (words[0] === 'paying' || words[0] === 'paid') isPaying = words[0] === 'paying';
    hear(words, told);
  });
  const impatience = setTimeout(() => child.process.kill('SIGTERM'), PATIENCE_MS);
  const { code, signal, errors } = await child.ended;
  clearTimeout(timer);
  clearTimeout(impatience);
  if (signal !== 'SIGKILL') return [`it ended with ${signal ?? `code ${code}`}: ${errors}`];
  counts.kills++;
  if (kill.after === 'started') counts['while opening']++;
  if (isPaying) counts['in the midst of a payment']++;
  return [];
}

/** When a process is to be killed: so long after it has said something for so many times. */
interface Kill {
  readonly after: 'started' | 'opened' | 'paying';
  readonly times: number;
  readonly ms: number;
}

function drawKill(draws: SeededEntropy): Kill {
  if (drawChance(draws, WHILE_OPENING)) {
    return { after: 'started', times: 1, ms: drawUnit(draws) * OPENING_MS };
  }
  if (!drawChance(draws, WHILE_PAYING)) {
    return { after: 'opened', times: 1, ms: drawUnit(draws) * LONGEST_LIFE_MS };
  }
  return {
    after: 'paying',
    times: 1 + drawBelow(draws, MOST_PAYMENTS),
    ms: drawUnit(draws) * PAYING_MS,
  };
}

function hear([word, first = '', second = '']: readonly string[], told: Told): void {
  if (word === 'paying') told.begun.set(Number(first), BigInt(second));
  if (word === 'paid' || word === 'bumped') told.paid.set(Number(first), second);
  if (word === 'address') told.addresses.add(first);
  if (word === 'created') told.sealed.set(first, { script: second, isEncrypted: false });
  const encrypted = word === 'encrypted' ? told.sealed.get(first) : undefined;
  if (encrypted !== undefined) encrypted.isEncrypted = true;
}

/** Opens everything as it was left, and looks for all that was acknowledged. */
async function examine(folder: string, told: Told): Promise<readonly string[]> {
  const home = await openWalletHome(folder);
  const wallet = await home.wallets.load(NAME);
  await wallet.settled();
  const failures = [
    ...paymentsMissing(home, wallet, told),
    ...auditWallet(wallet, await coinsOf(home.node)),
    ...(await sealedMissing(home, told)),
  ];
  for (const script of told.addresses) {
    if (wallet.state.book.get(fromHex(script)) === undefined) {
      failures.push(`the address of ${script} was given out, and is not in the book`);
    }
  }
  const { script } = await wallet.newAddress({ label: 'after' });
  if (told.addresses.has(toHex(script))) failures.push('an address was given out twice');
  told.addresses.add(toHex(script));
  await home.close();
  return failures;
}

function paymentsMissing({ node }: WalletHome, wallet: Wallet, told: Told): readonly string[] {
  return [...told.paid].flatMap(([number, hex]) => {
    const walletTx = wallet.state.ledger.get(fromHex(hex));
    if (walletTx === undefined) return [`payment ${number} was acknowledged, and is lost`];
    if (node.mempool.get(walletTx.txid) !== undefined) return [];
    if (walletTx.state.kind === 'confirmed') return [];
    // A raise of its fee may have been kept, and not acknowledged any more.
    const { replacedBy } = walletTx.notes;
    if (replacedBy !== undefined && node.mempool.get(replacedBy) !== undefined) return [];
    if (replacedBy && wallet.state.ledger.get(replacedBy)?.state.kind === 'confirmed') return [];
    const verdict = JSON.stringify(wallet.verdictOf(walletTx));
    return [`payment ${number} is ${walletTx.state.kind}, and not with the node: ${verdict}`];
  });
}

async function sealedMissing({ wallets }: WalletHome, told: Told): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const [name, { script, isEncrypted }] of told.sealed) {
    const wallet = await wallets.load(name);
    if (!wallet.state.ledger.isOurs(fromHex(script))) failures.push(`${name} has lost an address`);
    if (isEncrypted && !wallet.isEncrypted) failures.push(`${name} was encrypted, and is not`);
    if (wallet.isEncrypted) await wallet.unlock(PASSPHRASE, 10);
    await wallets.unload(name);
  }
  return failures;
}

/** Of a payment in a copy, only a part of the batch comes to the disk. */
async function cutBatch(
  folder: string,
  draws: SeededEntropy,
  counts: Counts,
): Promise<readonly string[]> {
  const copy = join(folder, 'copy');
  cpSync(join(folder, 'wallets', NAME), join(copy, 'wallets', NAME), { recursive: true });
  const wallets = walletsIn(copy);
  const wallet = await wallets.load(NAME);
  const before = new Set([...wallet.state.ledger.all()].map(({ txid }) => toHex(txid)));
  const { script } = await wallet.newAddress({ label: 'kept' });
  const log = newestLog(join(copy, 'wallets', NAME, 'records'));
  const whole = statSync(log).size;
  const { walletTx } = await wallet.send([{ script: payeeOf(0), amount: 1000n }]);
  const grown = statSync(log).size - whole;
  await wallets.close();
  truncateSync(log, whole + drawBelow(draws, grown));
  const again = await walletsIn(copy).load(NAME);
  const after = [...again.state.ledger.all()].map(({ txid }) => toHex(txid));
  const failures: string[] = [];
  if (grown <= 0) failures.push('a payment was acknowledged, and nothing was written');
  if (after.length !== before.size || !after.every((id) => before.has(id))) {
    failures.push('a batch that was cut has left something behind, or taken something away');
  }
  if (again.state.ledger.get(walletTx.txid) !== undefined) failures.push('half of a payment');
  if (again.state.book.get(script)?.label !== 'kept') failures.push('a cut took an address away');
  await again.close();
  rmSync(copy, { recursive: true });
  counts.cuts++;
  return failures;
}

function newestLog(folder: string): string {
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return join(folder, logs.sort().at(-1) ?? '');
}

/** Everything is confirmed in the end: once, and with the amount that it had. */
async function settle(folder: string, told: Told): Promise<readonly string[]> {
  const home = await openWalletHome(folder);
  const wallet = await home.wallets.load(NAME);
  await wallet.settled();
  for (let i = 0; i < 3; i++) {
    await home.node.generate(1, payeeOf(0));
    await wallet.settled();
  }
  const { paid } = await recordChain(home.node);
  const failures = [...auditWallet(wallet, await coinsOf(home.node))];
  for (const [number, amount] of told.begun) {
    const amounts = paid.get(toHex(payeeOf(number))) ?? [];
    const isThere = amounts.length === 1 && amounts[0] === amount;
    const isAcknowledged = told.paid.has(number);
    if (isThere || (!isAcknowledged && amounts.length === 0)) continue;
    failures.push(`payment ${number} of ${amount} has led to ${amounts.join(', ') || 'nothing'}`);
  }
  await home.close();
  return failures;
}
