/** Bodies that are too long, too deep, or mean something else in JavaScript than in JSON. */
import { nextInput } from '../../fuzz/mutate.ts';
import { type Abuse, type AbuseReport, type AbuseStage, tally } from './abuse.ts';
import { post, type Reply } from './post.ts';
import { exchange, statusIn } from './raw-exchange.ts';

const DEPTH = 100_000;
const LONG_BODY = 64 * 2 ** 20;
const MUTATIONS = { long: 5000, short: 300 } as const;

/** A body, and what has to be in the answer: its status, and its text. */
type Case = readonly [body: string | Uint8Array, status: number, text: string];

const PARSE_ERROR = '"code":-32700,"message":"Parse error"';

const DEEP: readonly Case[] = [
  ['['.repeat(DEPTH), 500, PARSE_ERROR],
  ['['.repeat(DEPTH) + ']'.repeat(DEPTH), 500, PARSE_ERROR],
  ['{"a":'.repeat(DEPTH), 500, PARSE_ERROR],
  [`{"id":1,"method":"echo","params":${'[{"a":'.repeat(DEPTH)}`, 500, PARSE_ERROR],
  [`{"id":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)},"method":"uptime"}`, 500, PARSE_ERROR],
];

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
];

function nameCases(name: string): readonly Case[] {
  const sent = `{"${name}":{"polluted":true},"length":-1,"then":null}`;
  return [
    [`{"id":1,"method":"${name}"}`, 404, '"code":-32601,"message":"Method not found"'],
    [`{"id":1,"method":"uptime","params":{"${name}":1}}`, 500, `Unknown named parameter ${name}`],
    [`{"${name}":{"method":"stop"},"id":1,"method":"uptime"}`, 200, '"error":null'],
    [`{"id":1,"method":"echo","params":[${sent}]}`, 200, `"result":[${sent}]`],
    [`{"id":${sent},"method":"getblockcount"}`, 200, `"id":${sent}`],
    [
      `{"id":1,"method":"getblockstats","params":[1,["${name}"]]}`,
      500,
      'Invalid selected statistic',
    ],
    [`{"id":1,"method":"help","params":["${name}"]}`, 200, `help: unknown command: ${name}`],
  ];
}

const TEXTS: readonly Case[] = [
  [Uint8Array.of(0xff, 0xfe, 0x7b, 0x7d), 500, PARSE_ERROR],
  [Uint8Array.from([...Buffer.from('{"method":"'), 0xc3, 0x28, 0x22, 0x7d]), 500, PARSE_ERROR],
  [
    Uint8Array.from([...Buffer.from('{"method":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]),
    500,
    PARSE_ERROR,
  ],
  ['{"method":"\\ud800"}', 500, PARSE_ERROR],
  ['{"method":"\0"}', 500, PARSE_ERROR],
  ['\ufeff{"method":"uptime"}', 500, PARSE_ERROR],
  [new Uint8Array(100_000), 500, PARSE_ERROR],
  ['', 500, PARSE_ERROR],
  [`{"method":"getblockhash","params":[${'9'.repeat(100_000)}],"id":1}`, 500, '"code":-1'],
  [`{"method":"getblockhash","params":[1e${'9'.repeat(1000)}],"id":1}`, 500, '"code":-1'],
  [`{"method":"${'x'.repeat(1_000_000)}","id":1}`, 404, 'Method not found'],
];

export const deepJson: Abuse = cases('JSON 100,000 deep', () => DEEP);
export const tellingNames: Abuse = cases('names such as __proto__', () => NAMES.flatMap(nameCases));
export const strangeTexts: Abuse = cases('invalid UTF-8 and the like', () => TEXTS);

function cases(name: string, all: () => readonly Case[]): Abuse {
  return {
    name,
    async run({ target }) {
      const wrong: string[] = [];
      const replies: Reply[] = [];
      for (const [body, status, text] of all()) {
        const reply = await post(target, body);
        replies.push(reply);
        if (reply.status === status && reply.text.includes(text)) continue;
        const [sent, got] = [Buffer.from(body).toString(), reply.text].map((one) =>
          one.slice(0, 120),
        );
        wrong.push(`${sent} was answered with ${reply.status} ${got}`);
      }
      return { sent: replies.length, answers: tally(replies.map(({ status }) => status)), wrong };
    },
  };
}

export const longBodies: Abuse = {
  name: 'bodies of 64 MB',
  async run(stage): Promise<AbuseReport> {
    const answers = [
      await sendLong(stage, stage.target.authorization, 'length'),
      await sendLong(stage, stage.target.authorization, 'chunked'),
      await sendLong(stage, 'Basic d3Jvbmc6d3Jvbmc=', 'length'),
      await sendLong(stage, 'Basic d3Jvbmc6d3Jvbmc=', 'chunked'),
    ];
    const allowed = ['413', '413', '401', '401'];
    const wrong = answers.flatMap((answer, i) =>
      answer === allowed[i] || answer === 'closed'
        ? []
        : [`a long body was answered with ${answer}`],
    );
    return { sent: answers.length, answers: tally(answers), wrong };
  },
};

async function sendLong(
  { target: { port }, timeoutMs }: AbuseStage,
  authorization: string,
  how: 'length' | 'chunked',
): Promise<string> {
  const framing = how === 'length' ? `Content-Length: ${LONG_BODY}` : 'Transfer-Encoding: chunked';
  const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n${framing}\r\n\r\n`;
  const prefix = how === 'length' ? '' : `${LONG_BODY.toString(16)}\r\n`;
  const body = Buffer.alloc(LONG_BODY, ' ');
  const bytes = Buffer.concat([Buffer.from(head + prefix), body, Buffer.from('\r\n0\r\n\r\n')]);
  const until = /^HTTP\/1\.1 \d{3}/;
  const { text } = await exchange(port, bytes, { until, timeoutMs: timeoutMs + 5000 });
  return statusIn(text) === 0 ? 'closed' : String(statusIn(text));
}

/** What some byte of a request decides: nothing of it may hurt. */
export const mutatedRequests: Abuse = {
  name: 'mutated requests',
  async run({ target, dice, size }) {
    const { port, authorization } = target;
    const body = '[{"jsonrpc":"2.0","id":1,"method":"getblockhash","params":{"height":1}}]';
    const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
    const seeds = [
      `${head}Content-Length: ${body.length}\r\n\r\n${body}`,
      `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      `GET /rest/chaininfo.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    ].map((text) => new Uint8Array(Buffer.from(text)));
    const answers: string[] = [];
    for (let sent = 0; sent < MUTATIONS[size]; sent += 50) {
      const some = Array.from({ length: 50 }, async () => {
        const until = /^HTTP\/1\.1 \d{3}/;
        const bytes = nextInput(dice, seeds);
        // Whoever has sent half of a request says so, or all of it would take long.
        const found = await exchange(port, bytes, { halfClose: true, until, timeoutMs: 5000 });
        return found.isClosed || statusIn(found.text) > 0 ? statusIn(found.text) : 'silence';
      });
      answers.push(...(await Promise.all(some)).map(String));
    }
    const silent = answers.filter((answer) => answer === 'silence').length;
    const wrong = silent > 0 ? [`${silent} mutated requests led to silence`] : [];
    return { sent: answers.length, answers: tally(answers).replace(/\b0 ×/, 'closed ×'), wrong };
  },
};
