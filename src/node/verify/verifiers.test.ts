import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from '../../../test/fixtures/built-code.ts';
import {
  blockScripts,
  plainSpendings,
  type Spending,
  signedSpendings,
  withWrongSignature,
} from '../../../test/fixtures/script-blocks.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { LocalThreads } from '../../outside/threads/local-threads.ts';
import { SystemThreads } from '../../outside/threads/system-threads.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { verifyScripts } from '../../protocol/consensus/script-job.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { InProcessVerifier } from './in-process-verifier.ts';
import type {
  BlockScripts,
  ScriptCache,
  ScriptFailure,
  ScriptVerifier,
} from './script-verifier.ts';
import { ThreadVerifier } from './thread-verifier.ts';

const OP_0 = Uint8Array.of(0x00);
const OP_1 = Uint8Array.of(0x51);
const OP_RETURN = Uint8Array.of(0x6a);
const OP_VERIF = Uint8Array.of(0x65);

let built: BuiltCode;
beforeAll(async () => {
  built = await buildCode();
});
afterAll(() => built.remove());

const clock = new SystemClock();
const kinds: readonly [string, (cache?: ScriptCache) => ScriptVerifier][] = [
  ['in process', (cache) => new InProcessVerifier(clock, cache)],
  [
    'on one local thread',
    (cache) => new ThreadVerifier(new LocalThreads(clock), { threads: 1, cache }),
  ],
  [
    'on three local threads',
    (cache) => new ThreadVerifier(new LocalThreads(clock), { threads: 3, cache }),
  ],
  [
    'on two threads of the machine',
    (cache) =>
      new ThreadVerifier(new SystemThreads({ locate: built.locate }), { threads: 2, cache }),
  ],
];

/** The first failure by the rule itself: one job after the other. */
function expectedFailure({ jobs }: BlockScripts): ScriptFailure | undefined {
  for (const [job, scripts] of jobs.entries()) {
    try {
      verifyScripts(scripts);
    } catch (error) {
      if (error instanceof RuleError) return { job, error };
      throw error;
    }
  }
  return undefined;
}

function facts(failure: ScriptFailure | undefined) {
  if (failure === undefined) return undefined;
  const { job, error } = failure;
  expect(error).toBeInstanceOf(RuleError);
  const { code, details, verdict, message } = error;
  return { job, code, details, verdict, message };
}

describe.each(kinds)('scripts verified %s', (_name, makeVerifier) => {
  let verifier: ScriptVerifier;
  beforeAll(() => {
    verifier = makeVerifier();
  });
  afterAll(() => verifier.close());

  it('pass where signatures of all kinds are right', async () => {
    expect(await verifier.verify(blockScripts(signedSpendings(40)))).toBeUndefined();
    expect(await verifier.verify(blockScripts([]))).toBeUndefined();
  });

  it('fail with the first wrong signature, of whatever kind, with the words of the rule', async () => {
    const spendings = signedSpendings(24);
    const wrongAt = fc.uniqueArray(fc.nat(spendings.length - 1), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(wrongAt, async (positions) => {
        const scripts = blockScripts(
          spendings.map((spending, i) =>
            positions.includes(i) ? withWrongSignature(spending) : spending,
          ),
        );
        const failure = await verifier.verify(scripts);
        expect(facts(failure)).toEqual(facts(expectedFailure(scripts)));
        expect(failure?.job).toBe(Math.min(...positions));
        expect(failure?.error.code).toMatch(/^mandatory-script-verify-flag-failed \(.+\)$/);
      }),
      { numRuns: 15 },
    );
  });

  it('fail with the first of many failures, in transactions of any size', async () => {
    const script = fc.oneof(
      { weight: 2000, arbitrary: fc.constant(OP_1) },
      { weight: 1, arbitrary: fc.constantFrom(OP_0, OP_RETURN, OP_VERIF) },
    );
    const size = fc.oneof(fc.constantFrom(1, 2, 3, 31, 32, 33), fc.integer({ min: 100, max: 500 }));
    const tx = size.chain((length) => fc.array(script, { minLength: length, maxLength: length }));
    await fc.assert(
      fc.asyncProperty(fc.array(tx, { minLength: 1, maxLength: 12 }), async (transactions) => {
        const scripts = blockScripts(plainSpendings(transactions));
        expect(facts(await verifier.verify(scripts))).toEqual(facts(expectedFailure(scripts)));
      }),
      { numRuns: 30 },
    );
  });

  it('fail in a block of several batches as in a small one', async () => {
    // 10,000 bytes that are pushed and dropped: with so much to spend, 150 inputs are a batch.
    const push = new Uint8Array(524).fill(0x61);
    push.set([0x4d, 0x08, 0x02]);
    push[523] = 0x75;
    const large = new Uint8Array(524 * 18 + 1);
    for (let at = 0; at < 18; at++) large.set(push, at * 524);
    large[large.length - 1] = 0x51;
    const ten = Array.from({ length: 10 }, () => large);
    const good = Array.from({ length: 40 }, () => ten);
    const bad = good.map((scripts, i) => (i === 21 ? [...ten.slice(1), OP_RETURN] : scripts));
    const worse = bad.map((scripts, i) => (i === 25 ? [OP_0, ...ten] : scripts));
    const answers = await Promise.all(
      [good, bad, worse, good].map((block) => verifier.verify(blockScripts(plainSpendings(block)))),
    );
    expect(answers.map((answer) => answer?.job)).toEqual([undefined, 21, 21, undefined]);
    expect(answers[2]?.error.message).toBe(
      'mandatory-script-verify-flag-failed (OP_RETURN was encountered)',
    );
  });

  it('of many blocks at once are answered each for itself', async () => {
    const spendings = plainSpendings(Array.from({ length: 50 }, () => [OP_1, OP_1]));
    const failing = plainSpendings([[OP_0]])[0] as Spending;
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        verifier.verify(blockScripts(i % 3 === 0 ? spendings : spendings.with(i, failing))),
      ),
    );
    expect(answers.map((answer) => answer?.job)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? undefined : i)),
    );
  });

  it('are not run again where they are known, and only there', async () => {
    const scripts = blockScripts(
      plainSpendings([[OP_1], [OP_0], [OP_1], [OP_RETURN], [OP_1], [OP_0]]),
    );
    const known = new Set<Transaction | undefined>([1, 3, 4].map((i) => scripts.jobs[i]?.tx));
    const caching = makeVerifier({
      has: (tx, flags) => flags === scripts.jobs[0]?.flags && known.has(tx),
    });
    expect(facts(await caching.verify(scripts))).toMatchObject({ job: 5 });
    known.add(scripts.jobs[5]?.tx);
    expect(await caching.verify(scripts)).toBeUndefined();
    for (const { tx } of scripts.jobs) known.add(tx);
    expect(await caching.verify(scripts)).toBeUndefined();
    const otherFlags = scripts.jobs.map((job) => ({ ...job, flags: 0 }));
    expect(await caching.verify({ ...scripts, jobs: otherFlags })).toMatchObject({ job: 1 });
    await caching.close();
  });

  it('that cannot be run at all are a loud error, and nothing is verified after it', async () => {
    const failing = makeVerifier();
    const good = blockScripts(plainSpendings([[OP_1], [OP_1, OP_1], [OP_1]]));
    const [first, second, third] = good.jobs;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    const bad = { ...good, jobs: [first, { ...second, spentOutputs: [] }, third] };
    await expect(failing.verify(bad)).rejects.toMatchObject({
      name: 'VerifierError',
      code: 'broken',
      message: expect.stringMatching(
        /^verifying the scripts of transaction [0-9a-f]{64} in block [0-9a-f]{64} failed: .*0 spent outputs for 2 inputs/,
      ),
    });
    await expect(failing.verify(good)).rejects.toMatchObject({ code: 'broken' });
    await failing.close();
  });

  it('reject when the verifier is closed over them', async () => {
    const closing = makeVerifier();
    const scripts = blockScripts(signedSpendings(100));
    const answers = Promise.allSettled([1, 2, 3].map(() => closing.verify(scripts)));
    await closing.close();
    for (const answer of await answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
    }
    await expect(closing.verify(scripts)).rejects.toMatchObject({ code: 'closed' });
    await closing.close();
  });
});
