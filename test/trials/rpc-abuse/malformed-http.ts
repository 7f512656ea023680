/** Bytes that are no HTTP, or HTTP that lies about itself. Each is refused, or the connection is ended. */
import { type Abuse, type AbuseStage, tally } from './abuse.ts';
import { exchange, statusIn } from './raw-exchange.ts';

const GARBAGE = { long: 200, short: 40 } as const;
const GARBAGE_BYTES = 2000;

type Maker = (stage: AbuseStage) => readonly (string | Uint8Array)[];

/** So that whoever has an answer to give ends the connection afterwards. */
const CLOSE = 'Connection: close\r\n';
const BODY = '{"method":"getblockcount","id":1}';

export const garbage: Abuse = refused('garbage instead of HTTP', ({ dice, size }) => [
  // A TLS greeting, a message of Bitcoin, SSH, HTTP/2, a version that there is not, nothing but line ends.
  Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x5a),
  Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0, 0, 0, 0, 0),
  'SSH-2.0-OpenSSH_9.6\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'POST / HTTP/9.9\r\n\r\n',
  'POST\r\n\r\n',
  'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n',
  `GET http://${'a'.repeat(100_000)}/ HTTP/1.1\r\n\r\n`,
  ...Array.from({ length: GARBAGE[size] }, () =>
    Uint8Array.from({ length: 1 + dice(GARBAGE_BYTES) }, () => dice(256)),
  ),
]);

export const hugeHeaders: Abuse = refused('huge headers', ({ target: { authorization } }) => {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n${CLOSE}`;
  return [
    `${head}X: ${'x'.repeat(1_000_000)}\r\n\r\n`,
    `${head}${'X: 1\r\n'.repeat(100_000)}\r\n`,
    `${head}${'x'.repeat(1_000_000)}: 1\r\n\r\n`,
    `POST /${'x'.repeat(1_000_000)} HTTP/1.1\r\n\r\n`,
    `POST / HTTP/1.1\r\nAuthorization: Basic ${'A'.repeat(1_000_000)}\r\n\r\n`,
    `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X: 1\r\n'.repeat(100_000)}\r\n`,
  ];
});

export const lyingChunks: Abuse = refused('chunks that lie', ({ target: { authorization } }) => {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n${CLOSE}`;
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;
  return [
    `${chunked}ffffffffffffffff\r\n${BODY}`,
    `${chunked}fffffffffffffffffffff\r\n${BODY}`,
    `${chunked}-1\r\n${BODY}\r\n0\r\n\r\n`,
    `${chunked}0x21\r\n${BODY}\r\n0\r\n\r\n`,
    `${chunked}zz\r\n${BODY}\r\n0\r\n\r\n`,
    `${chunked}5\r\n${BODY}\r\n0\r\n\r\n`,
    `${chunked}1000\r\n${BODY}\r\n0\r\n\r\n`,
    `${chunked}21;${'x'.repeat(1_000_000)}\r\n${BODY}\r\n0\r\n\r\n`,
    `${head}Transfer-Encoding: gzip, chunked, identity\r\n\r\n${BODY}`,
    `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  ];
});

export const lyingLengths: Abuse = refused('lengths that lie', ({ target: { authorization } }) => {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n${CLOSE}`;
  return [
    `${head}Content-Length: 33\r\nContent-Length: 34\r\n\r\n${BODY}`,
    `${head}Content-Length: 33, 34\r\n\r\n${BODY}`,
    `${head}Content-Length: 33\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}Content-Length: -1\r\n\r\n${BODY}`,
    `${head}Content-Length: 99999999999999999999\r\n\r\n${BODY}`,
    `${head}Content-Length: 0x21\r\n\r\n${BODY}`,
    `${head}Content-Length: \r\n\r\n${BODY}`,
    `${head}Content-Length: 1000000\r\n\r\n${BODY}`,
    `${head}Content-Length : 33\r\n\r\n${BODY}`,
  ];
});

/** Each is sent over a connection of its own, which has to be ended, and not with a good answer. */
function refused(name: string, texts: Maker): Abuse {
  return {
    name,
    async run(stage) {
      const wrong: string[] = [];
      const answers: string[] = [];
      for (const text of texts(stage)) {
        const options = { halfClose: true, timeoutMs: stage.timeoutMs + 5000 };
        const { text: got, isClosed } = await exchange(stage.target.port, text, options);
        answers.push(statusIn(got) > 0 ? String(statusIn(got)) : 'closed');
        const sent = JSON.stringify(Buffer.from(text).toString('latin1').slice(0, 100));
        if (!isClosed) wrong.push(`the connection stays open after ${sent}`);
        if (statusIn(got) === 200) wrong.push(`a good answer is given to ${sent}`);
      }
      return { sent: answers.length, answers: tally(answers), wrong };
    },
  };
}
