/**
 * As little of an HTTP client as it takes to ask one question over and over: what a load generator costs
 * is taken from the server that shares the machine with it.
 */
import { connect, type Socket } from 'node:net';

const HOST = '127.0.0.1';
const HEAD_END = Buffer.from('\r\n\r\n');

/** One keep-alive connection. */
export class RpcConnection {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #length = 0;
  /** How many bytes the answer has, its head included; undefined until that is known. */
  #wanted: number | undefined;
  #settle: { readonly resolve: (answer: Buffer) => void; readonly reject: (e: Error) => void } = {
    resolve: () => {},
    reject: () => {},
  };

  constructor(port: number) {
    this.#socket = connect({ port, host: HOST, noDelay: true });
    this.#socket.on('data', (part: Buffer) => this.#take(part));
    const lost = (): void => this.#settle.reject(new Error('the connection was lost'));
    this.#socket.on('error', lost).on('close', lost);
  }

  /** Sends a request, and answers with all of the answer. */
  ask(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#settle = { resolve: () => {}, reject: () => {} };
    this.#socket.destroy();
  }

  #take(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#wanted === undefined) {
      const head = this.#parts.length === 1 ? part : Buffer.concat(this.#parts);
      this.#wanted = answerLength(head);
    }
    if (this.#wanted === undefined || this.#length < this.#wanted) return;
    const answer = this.#parts.length === 1 ? part : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#wanted = undefined;
    this.#settle.resolve(answer);
  }
}

function answerLength(head: Buffer): number | undefined {
  const end = head.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [, length] = /content-length: (\d+)/i.exec(head.toString('latin1', 0, end)) ?? [];
  return end + HEAD_END.length + Number(length);
}

/** A call of a method, as it goes over the wire. */
export function rpcRequest(
  authorization: string,
  method: string,
  params: readonly unknown[],
): Buffer {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const head = `POST / HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: ${authorization}\r\n`;
  return Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** The result in an answer. */
export function resultIn(answer: Buffer): unknown {
  const { result, error } = JSON.parse(answer.toString('utf8', answer.indexOf(HEAD_END))) as {
    readonly result?: unknown;
    readonly error?: { readonly message: string };
  };
  if (error !== undefined) throw new Error(error.message);
  return result;
}
