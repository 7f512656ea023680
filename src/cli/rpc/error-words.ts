/** How a call failed, in the words and with the exit code of `bitcoin-cli`. */
import { IN_WARMUP, RpcCallError } from '../../client/rpc-call-error.ts';
import { RpcConnectError } from '../../client/rpc-connect-error.ts';
import { OptionError } from '../../node/options/option-error.ts';
import { NetworkError } from '../../outside/network/network-error.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { EXIT_FAILURE, type ExitCode } from '../exit-code.ts';

export interface Failure {
  readonly words: string;
  readonly exitCode: ExitCode;
}

/** What is known of the call beside its error. */
export interface FailedCall {
  readonly chain: string | undefined;
  readonly configPath: string;
  readonly isWaiting: boolean;
}

const WALLET_NOT_SPECIFIED = -19;
/** A shell sees no more of a number. */
const EXIT_BYTE = 0xff;

/**
 * What to print and to end with; undefined for what is a bug.
 *
 * @example
 * failureOf(new RpcCallError(-8, 'Block height out of range'), call)
 * // { words: 'error code: -8\nerror message:\nBlock height out of range', exitCode: 8 }
 */
export function failureOf(error: unknown, call: FailedCall): Failure | undefined {
  if (error instanceof RpcCallError) return callFailure(error, call);
  if (error instanceof RpcConnectError) return failure(connectWords(error, call));
  if (error instanceof OptionError) return optionFailure(error);
  return error instanceof CodedError ? failure(error.message) : undefined;
}

function failure(words: string): Failure {
  return { words: `error: ${words}`, exitCode: EXIT_FAILURE };
}

function callFailure({ number, message }: RpcCallError, { isWaiting }: FailedCall): Failure {
  if (isWaiting && number === IN_WARMUP) {
    return failure(`timeout on transient error: server in warmup\n${message}`);
  }
  const lines = [`error code: ${number}`, 'error message:', message];
  if (number === WALLET_NOT_SPECIFIED) {
    lines.push('Try adding "-rpcwallet=<filename>" option to blockyard rpc command line.');
  }
  return { words: lines.join('\n'), exitCode: exitCodeOf(number) };
}

/** The number without its sign. What is a multiple of 256 is no success. */
function exitCodeOf(number: number): ExitCode {
  return Math.abs(number) & EXIT_BYTE || EXIT_FAILURE;
}

function connectWords(error: RpcConnectError, { chain, configPath }: FailedCall): string {
  const { code, endpoint, reason, status } = error;
  switch (code) {
    case 'unreachable':
    case 'timeout':
    case 'aborted':
      return [
        `timeout on transient error: Could not connect to the server ${endpoint.host}:${endpoint.port}${transientDetail(error)}`,
        '',
        `Make sure the node is running (blockyard node${chainOption(chain)}) and that you are connecting to the correct RPC port.`,
        'Use "blockyard rpc -help" for more info.',
      ].join('\n');
    case 'no-credentials':
      return `Could not locate RPC credentials. No authentication cookie could be found, and RPC password is not set.  See -rpcpassword and -stdinrpcpass.  Configuration file: (${configPath})`;
    case 'unauthorized':
      return 'Authorization failed: Incorrect rpcuser or rpcpassword';
    case 'busy':
      return `Server response: ${reason}`;
    case 'http-status':
      return `server returned HTTP error ${status}`;
    case 'empty-answer':
      return 'no response from server';
    case 'bad-answer':
      return "couldn't parse reply from server";
  }
}

/** Bitcoin Core says nothing more where nobody is listening. */
function transientDetail({ cause, reason }: RpcConnectError): string {
  const code = cause instanceof NetworkError ? cause.code : 'failed';
  if (code === 'refused') return '';
  if (code === 'timeout') return ' (error code 0 - "timeout reached")';
  return code === 'reset' ? ' (error code 1 - "EOF reached")' : ` (${reason})`;
}

function chainOption(chain: string | undefined): string {
  return chain === undefined || chain === 'main' ? '' : ` -chain=${chain}`;
}

/** Where the command line and the file cannot be read, the message says so itself. */
function optionFailure({ message }: OptionError): Failure {
  const words = message.trimEnd();
  const isWhole = words.startsWith('Error ');
  return { words: isWhole ? words : `Error: ${words}`, exitCode: EXIT_FAILURE };
}
