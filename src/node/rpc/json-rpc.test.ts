import { describe, expect, it } from 'vitest';
import { answerJsonRpc, type RpcCaller } from './json-rpc.ts';
import { RPC, RpcError } from './rpc-error.ts';

const caller: RpcCaller = {
  isRestricted: false,
  isAllowed: () => true,
  pause: async () => {},
  call: async ({ method }) => {
    if (method === 'fail') throw new RpcError(RPC.invalidParameter, 'no good');
    if (method !== 'one') throw new RpcError(RPC.methodNotFound, 'Method not found');
    return 1;
  },
};

async function answer(text: string, by: RpcCaller = caller): Promise<string> {
  const { status, body } = await answerJsonRpc(text, by);
  return `${status} ${body.trimEnd()}`;
}

describe('JSON-RPC 1.0 and 1.1', () => {
  it('has a result and an error in every answer, one of them null', async () => {
    expect(await answer('{"method":"one","id":7}')).toBe('200 {"result":1,"error":null,"id":7}');
    expect(await answer('{"method":"one","jsonrpc":"1.0"}')).toBe('200 {"result":1,"error":null}');
  });

  it('tells of errors in the status too', async () => {
    expect(await answer('{"method":"fail","id":"a"}')).toBe(
      '500 {"result":null,"error":{"code":-8,"message":"no good"},"id":"a"}',
    );
    expect(await answer('{"method":"nope","id":1}')).toBe(
      '404 {"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}',
    );
  });
});

describe('JSON-RPC 2.0', () => {
  it('has either of them, and the status 200', async () => {
    expect(await answer('{"jsonrpc":"2.0","method":"one","id":1}')).toBe(
      '200 {"jsonrpc":"2.0","result":1,"id":1}',
    );
    expect(await answer('{"jsonrpc":"2.0","method":"fail","id":1}')).toBe(
      '200 {"jsonrpc":"2.0","error":{"code":-8,"message":"no good"},"id":1}',
    );
  });

  it('has no answer to a notification, even one that fails', async () => {
    expect(await answer('{"jsonrpc":"2.0","method":"one"}')).toBe('204 ');
    expect(await answer('{"jsonrpc":"2.0","method":"fail"}')).toBe('204 ');
    expect(await answer('{"jsonrpc":"2.0","method":"one","id":null}')).toBe(
      '200 {"jsonrpc":"2.0","result":1,"id":null}',
    );
  });

  it('is the only other version', async () => {
    expect(await answer('{"jsonrpc":"2.1","method":"one","id":1}')).toBe(
      '400 {"result":null,"error":{"code":-32600,"message":"JSON-RPC version not supported"},"id":1}',
    );
    expect(await answer('{"jsonrpc":2,"method":"one","id":1}')).toContain(
      'jsonrpc field must be a string',
    );
  });
});

describe('a batch', () => {
  it('has answers in its order, and the status 200 whatever they are', async () => {
    const text =
      '[{"method":"one","id":1},{"jsonrpc":"2.0","method":"fail","id":2},{"jsonrpc":"2.0","method":"one"}]';
    expect(await answer(text)).toBe(
      '200 [{"result":1,"error":null,"id":1},{"jsonrpc":"2.0","error":{"code":-8,"message":"no good"},"id":2}]',
    );
  });

  it('lets others have a turn', async () => {
    let pauses = 0;
    const polite = {
      ...caller,
      pause: async () => {
        pauses++;
      },
    };
    const text = `[${Array(200).fill('{"method":"one","id":1}').join(',')}]`;
    expect(await answer(text, polite)).toMatch(/^200 /);
    expect(pauses).toBe(4);
  });

  it('tells of what is no request in its place', async () => {
    expect(await answer('[1]')).toBe(
      '200 [{"result":null,"error":{"code":-32600,"message":"Invalid Request object"},"id":null}]',
    );
  });

  it('is answered with an empty one if it is empty, and not at all if nobody wants an answer', async () => {
    expect(await answer('[]')).toBe('200 []');
    expect(await answer('[{"jsonrpc":"2.0","method":"one"}]')).toBe('204 ');
  });
});

describe('what is no request', () => {
  it('is told by a code', async () => {
    const told = async (text: string): Promise<string | undefined> =>
      /^\d+|"message":"[^"]*"/g[Symbol.match](await answer(text))?.join(' ');
    expect(await told('{')).toBe('500 "message":"Parse error"');
    expect(await told('1')).toBe('500 "message":"Top-level object parse error"');
    expect(await told('{}')).toBe('400 "message":"Missing method"');
    expect(await told('{"method":1}')).toBe('400 "message":"Method must be a string"');
    expect(await told('{"method":"one","params":1}')).toBe(
      '400 "message":"Params must be an array or object"',
    );
  });

  it('is answered under its id, digits and all', async () => {
    expect(await answer('{"id":12345678901234567890.10}')).toContain(
      '"id":12345678901234567890.10',
    );
  });
});

describe('a caller who may not do everything', () => {
  const restricted: RpcCaller = {
    ...caller,
    isRestricted: true,
    isAllowed: (name) => name === 'one',
  };

  it('is refused with the status 403, for a batch as a whole', async () => {
    expect(await answer('{"method":"one","id":1}', restricted)).toMatch(/^200/);
    expect(await answer('{"method":"fail","id":1}', restricted)).toBe('403 ');
    expect(await answer('[{"method":"one"},{"method":"fail"}]', restricted)).toBe('403 ');
    expect(await answer('[{"method":"one","id":1}]', restricted)).toMatch(/^200/);
    expect(await answer('[1]', restricted)).toContain('Invalid Request object');
    expect(await answer('[{}]', restricted)).toContain('is not of expected type string');
  });
});
