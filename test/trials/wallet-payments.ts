/**
 * Twenty wallets at three nodes pay each other at random, while branches come and go, wallets and nodes
 * are closed, opened and lose their power, and somebody spends a coin twice where the network is cut.
 * In the end nobody has lost a coin, or made one, and each payment is in one block, or was outdone.
 */
import type { Node } from '../../src/node/node.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { blockSubsidy } from '../../src/protocol/consensus/subsidy.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { isFromWallet } from '../../src/wallet/ledger/history.ts';
import { auditTown, recordChain } from './payments/audit.ts';
import { Deeds } from './payments/deeds.ts';
import { Register } from './payments/register.ts';
import type { Resident } from './payments/resident.ts';
import { Town } from './payments/town.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const WALLETS = 20;
/** Until the first coins can be spent: the wallets find these, in turn. */
const FIRST_BLOCKS = 125;
const LONGEST_PAUSE_MS = 40_000;
/** So many blocks it takes at most until nothing waits any more. */
const LAST_BLOCKS = 60;
/** Failures that follow from others tell nothing new. */
const ENOUGH_FAILURES = 5;

export const walletPaymentsTrial: Trial = {
  name: 'wallet-payments',
  shows: 'random payments between 20 wallets, with reorganisations and restarts: each is paid once',
  times: { long: 1000, short: 60 },
  run: runPayments,
};

async function runPayments({ seed, times, say }: TrialSetting): Promise<TrialReport> {
  const town = await Town.found(`wallet payments ${seed}`, WALLETS);
  const register = new Register();
  const deeds = new Deeds(town, register);
  const draws = town.entropy.fork('pauses');
  const failures: string[] = [];
  const [node] = town.nodes as readonly [Node];
  for (let i = 0; i < FIRST_BLOCKS; i++) {
    await town.mine(node, town.residents[i % WALLETS] as Resident);
  }
  await town.comeToAgree();
  let told = 0;
  while (register.payments.length < times && failures.length < ENOUGH_FAILURES) {
    await deeds.next();
    await town.pass(1 + (draws.u32() % LONGEST_PAUSE_MS));
    for (const resident of town.residents) register.note(resident);
    const made = register.payments.length;
    for (const failure of await auditTown(town)) failures.push(`after ${made}: ${failure}`);
    if (made < told + 100) continue;
    told = made - (made % 100);
    say(`${made} payments, ${town.branches.left} branches left`);
  }
  failures.push(...(await comeToRest(town, deeds)));
  const [last] = town.nodes as readonly [Node];
  const record = await town.settle(recordChain(last));
  const judgement = register.judge(record);
  failures.push(...(await auditTown(town)), ...judgement.failures, ...auditSum(town));
  await town.end();
  return {
    figures: {
      acknowledged: register.payments.length,
      'confirmed, once each': judgement.confirmed,
      'given up before they were sent': judgement.abandoned,
      'outdone by a double spend, or a bump': judgement.outdone,
      'reorganisations, of all nodes': town.branches.left,
      'the deepest, in blocks': town.branches.deepest,
      ...deeds.counts,
      'the same in each run of this seed': toReversedHex(last.chain.tip.hash),
    },
    failures,
  };
}

/** Everybody is there again, and blocks come until nothing waits. */
async function comeToRest(town: Town, deeds: Deeds): Promise<readonly string[]> {
  if (town.isDivided) await deeds.reunite();
  for (const resident of town.residents) await town.goOnline(resident);
  for (let i = 0; i < LAST_BLOCKS; i++) {
    await town.pass(2 * 60_000);
    const node = town.nodes[i % town.nodeCount];
    if (node !== undefined) await town.mine(node, town.residents[0] as Resident);
    if (!(await town.comeToAgree())) return ['the nodes do not come to agree in the end'];
    if (waitingIn(town).length === 0) return [];
  }
  return waitingIn(town).map(
    ({ name, state, verdict }) => `in the end, a payment of ${name} is ${state}, ${verdict}`,
  );
}

/**
 * What wallets have paid, and no block has. What others paid to them may hang on a coin that was spent
 * twice elsewhere, of which they cannot know: it is counted nowhere as theirs, and is left alone.
 */
function waitingIn(town: Town) {
  return town.residents.flatMap(({ name, wallet }) => {
    const { ledger } = wallet.state;
    return [...ledger.all()]
      .filter((each) => isFromWallet(ledger, each))
      .filter(({ state: { kind } }) => kind === 'pool' || kind === 'waiting')
      .map((each) => {
        const verdict = JSON.stringify(wallet.verdictOf(each));
        return { name, state: each.state.kind, verdict };
      });
  });
}

/** The sum of all balances is what the blocks have created. */
function auditSum(town: Town): readonly string[] {
  const height = town.nodes[0]?.chain.tip.height ?? 0;
  let issued = 0n;
  for (let i = 1; i <= height; i++) issued += blockSubsidy(i, regtest.consensus);
  let held = 0n;
  for (const { wallet } of town.residents) {
    const { trusted, immature } = wallet.balances();
    held += trusted + immature;
  }
  return held === issued ? [] : [`the wallets hold ${held}, and ${issued} were issued`];
}
