import { describe, expect, it } from 'vitest';
import { parseRpcUrl, RpcUrlError } from './rpc-url.ts';

const PORT = 18_443;

function parsed(url: string): string {
  const { endpoint, user, password, wallet } = parseRpcUrl(url, PORT);
  const { host, port } = endpoint;
  return [host, port, user ?? '-', password ?? '-', wallet === '' ? '""' : (wallet ?? '-')].join(
    ' ',
  );
}

describe('the address of a node', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1 18443 - - -'],
    ['localhost:1', 'localhost 1 - - -'],
    ['http://localhost/', 'localhost 18443 - - -'],
    ['HTTP://[::1]:99/wallet/a%2Fb', '::1 99 - - a/b'],
    ['http://[fe80::1%eth0]', 'fe80::1%eth0 18443 - - -'],
    ['http://alice:sec%40ret@node.example:8332', 'node.example 8332 alice sec@ret -'],
    ['alice:a:b@localhost', 'localhost 18443 alice a:b -'],
    ['http://:only@localhost', 'localhost 18443  only -'],
    ['http://localhost/wallet/', 'localhost 18443 - - ""'],
    [' http://alice:50%@localhost ', 'localhost 18443 alice 50% -'],
  ])('%s is understood', (url, expected) => {
    expect(parsed(url)).toBe(expected);
  });

  it.each([
    ['', 'is no address of a node'],
    ['http://', 'is no address of a node'],
    ['http://a b', 'is no address of a node'],
    ['https://localhost', 'https:// is not spoken by nodes'],
    ['localhost:0', 'there is no port 0; allowed are 1 to 65535'],
    ['localhost:65536', 'there is no port 65536'],
    ['localhost:x', 'is no address of a node'],
    ['::1', 'is no address of a node'],
    ['http://localhost/rest/chaininfo.json', 'a node does not answer at "/rest/chaininfo.json"'],
  ])('%s is not', (url, words) => {
    expect(() => parseRpcUrl(url, PORT)).toThrow(RpcUrlError);
    expect(() => parseRpcUrl(url, PORT)).toThrow(words);
  });

  it('is not repeated with its password', () => {
    expect(() => parseRpcUrl('alice:secret@', PORT)).toThrow('"alice:…@" is no address');
  });
});
