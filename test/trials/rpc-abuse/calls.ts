/** Requests that are well-formed, and too many or for nobody. */
import { Agent } from 'node:http';
import { type Abuse, type AbuseReport, tally } from './abuse.ts';
import { call, post } from './post.ts';
import { basic } from './target.ts';

const PASSWORDS = { long: 1000, short: 200 } as const;
const CALLS = { long: 500, short: 200 } as const;
const BATCH = { long: 100_000, short: 20_000 } as const;
/** As many connections as there are guesses at once. */
const GUESSES_AT_ONCE = 250;
const WRONG_PASSWORD_MS = 250;
/** Timers may be a little early by the other clock. */
const ROUNDING_MS = 5;

export const wrongPasswords: Abuse = {
  name: 'wrong passwords',
  async run({ target: { port }, dice, size }) {
    const agent = new Agent({ keepAlive: true, maxSockets: GUESSES_AT_ONCE });
    const wrong: string[] = [];
    const guess = async (i: number): Promise<number> => {
      const authorization = basic(`user${dice(3)}`, `password ${dice(2 ** 31)}`);
      const began = performance.now();
      const { status } = await call({ port, authorization }, 'stop', [], { agent });
      const took = performance.now() - began;
      if (status !== 401) wrong.push(`guess ${i} was answered with ${status}`);
      if (took < WRONG_PASSWORD_MS - ROUNDING_MS) wrong.push(`guess ${i} took ${took} ms`);
      return status;
    };
    const began = performance.now();
    const statuses = await Promise.all(Array.from({ length: PASSWORDS[size] }, (_, i) => guess(i)));
    agent.destroy();
    const took = Math.round(performance.now() - began);
    return { sent: statuses.length, answers: `${tally(statuses)} in ${took} ms`, wrong };
  },
};

const METHODS: readonly (readonly [string, readonly unknown[]])[] = [
  ['getblockcount', []],
  ['getblockchaininfo', []],
  ['getblockhash', [50]],
  ['getmempoolinfo', []],
  ['help', []],
  ['getblockstats', [50]],
  ['gettxoutsetinfo', []],
  ['getnetworkinfo', []],
];

export const parallelCalls: Abuse = {
  name: 'calls at once',
  async run({ target, dice, size }) {
    const replies = await Promise.all(
      Array.from({ length: CALLS[size] }, () => {
        const [method, params] = METHODS[dice(METHODS.length)] as (typeof METHODS)[number];
        return call(target, method, params);
      }),
    );
    const bad = replies.filter(({ text }) => !text.includes('"result":'));
    return {
      sent: replies.length,
      answers: tally(replies.map(({ status }) => status)),
      wrong: bad.map(({ status, text }) => `a call was answered with ${status} ${text}`),
    };
  },
};

const ITEMS: readonly (readonly [string, string])[] = [
  ['{"jsonrpc":"2.0","id":7,"method":"getblockcount"}', '"result":'],
  ['1', 'Invalid Request object'],
];

export const hugeBatches: Abuse = {
  name: 'batches',
  async run({ target, size }): Promise<AbuseReport> {
    const wrong: string[] = [];
    const answers: string[] = [];
    for (const [item, found] of ITEMS) {
      const body = `[${Array.from({ length: BATCH[size] }, () => item).join(',')}]`;
      const began = performance.now();
      const { status, text } = await post(target, body);
      const count = text.split(found).length - 1;
      answers.push(`${status}, ${count} answers in ${Math.round(performance.now() - began)} ms`);
      if (count !== BATCH[size]) wrong.push(`a batch of ${BATCH[size]} got ${count} answers`);
    }
    return { sent: ITEMS.length * BATCH[size], answers: answers.join('; '), wrong };
  },
};
