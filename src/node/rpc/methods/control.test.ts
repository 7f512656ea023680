import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { type RpcCaller, rpcCaller } from '../../../../test/fixtures/rpc-caller.ts';
import { main } from '../../../protocol/params/main.ts';
import { allMethods } from './all-methods.ts';

let played: PlayedNode;
let call: RpcCaller;
beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  call = rpcCaller(played);
});
afterAll(() => played.close());

describe('help', () => {
  it('has a line for every method, by family', async () => {
    const text = JSON.parse(await call('help')) as string;
    expect(text).toMatch(/^== Blockchain ==\n/);
    const names = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('=='))
      .map((line) => line.split(' ')[0]);
    const shown = allMethods.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
    expect([...names].sort()).toEqual([...shown].sort());
  });

  it('tells of a method what its arguments are', async () => {
    const text = JSON.parse(await call('help', '["generatetoaddress"]')) as string;
    expect(text).toMatch(/^generatetoaddress nblocks "address" \( maxtries \)\n\n/);
    expect(text).toContain('2. address    (string, required) whom to pay');
    expect(await call('help', '["nosuch"]')).toBe('"help: unknown command: nosuch"');
    expect(await call('help', '[""]')).toBe(await call('help'));
  });
});

describe('the clock', () => {
  it('is stopped at a moment, and let go', async () => {
    expect(await call('setmocktime', '[1700000500]')).toBe('null');
    expect(played.context.clock.now()).toBe(1_700_000_500_000);
    expect(await call('setmocktime', '[0]')).toBe('null');
    expect(played.context.clock.now()).not.toBe(1_700_000_500_000);
    expect(await call('setmocktime', '[1700000000]')).toBe('null');
    expect(await call('setmocktime', '[9223372037]')).toBe(
      '-8 Mocktime must be in the range [0, 9223372036], not 9223372037.',
    );
    expect(await call('setmocktime', '["now"]')).toMatch(/^-3 Wrong type passed/);
  });

  it('is hastened by an hour at most', async () => {
    const before = played.context.clock.monotonic();
    expect(await call('mockscheduler', '[3600]')).toBe('null');
    expect(played.context.clock.monotonic() - before).toBeGreaterThanOrEqual(3_600_000);
    const words = '-1 delta_time must be between 1 and 3600 seconds (1 hr)';
    expect(await call('mockscheduler', '[0]')).toBe(words);
    expect(await call('mockscheduler', '[3601]')).toBe(words);
  });

  it('is nobody’s to set where strangers are', async () => {
    const { peers } = played.node;
    const node = { peers, chain: { params: main } } as unknown as typeof played.node;
    const abroad = rpcCaller({ context: { ...played.context, node } });
    expect(await abroad('setmocktime', '[1]')).toBe(
      '-1 setmocktime is for regression testing (-regtest mode) only',
    );
    expect(await abroad('addconnection', '["1.2.3.4:1","feeler",false]')).toBe(
      '-1 addconnection is for regression testing (-regtest mode) only.',
    );
  });
});

describe('the program', () => {
  it('tells how long it has been running', async () => {
    expect(await call('setmocktime', '[0]')).toBe('null');
    const before = Number(await call('uptime'));
    expect(before).toBeGreaterThanOrEqual(0);
    expect(before).toBeLessThan(60);
    // By the clock that may be set, as Core's, while the traffic is told by the real one.
    expect(await call('setmocktime', `[${Math.floor(Date.now() / 1000) + 1000}]`)).toBe('null');
    expect(Number(await call('uptime')) - before).toBeGreaterThanOrEqual(999);
    const { timemillis } = JSON.parse(await call('getnettotals')) as { timemillis: number };
    expect(Math.abs(timemillis - Date.now())).toBeLessThan(60_000);
    expect(await call('setmocktime', '[1700000000]')).toBe('null');
    expect(await call('uptime', '[1]')).toMatch(/^-1 uptime\n/);
  });

  it('stops once it has answered', async () => {
    let stops = 0;
    const stopping = rpcCaller({ context: { ...played.context, stop: () => void stops++ } });
    expect(await stopping('stop')).toBe('"Blockyard stopping"');
    expect(stops).toBe(1);
    const before = performance.now();
    expect(await stopping('stop', '[20]')).toBe('"Blockyard stopping"');
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
    expect(await stopping('stop', '["x"]')).toMatch(/^-3 Wrong type passed/);
    expect(stops).toBe(2);
  });

  it('logs what it is told to', async () => {
    const logCategories = new Map([['net', true]]);
    const logging = rpcCaller({ context: { ...played.context, logCategories } });
    const on = async (params: string): Promise<string[]> =>
      Object.entries(JSON.parse(await logging('logging', params)) as object).flatMap(
        ([name, isOn]) => (isOn === true ? [name] : []),
      );
    expect(await on('[]')).toEqual(['net']);
    expect(await on('[["mempool","rpc"],["net"]]')).toEqual(['mempool', 'rpc']);
    expect(await on('[["all"],["rpc"]]')).not.toContain('rpc');
    expect(await on('[[],["all"]]')).toEqual([]);
    expect(await logging('logging', '[["nope"]]')).toBe('-8 unknown logging category nope');
    expect(await logging('logging', '["net"]')).toMatch(/^-3 Wrong type passed/);
  });

  it('tells of its memory', async () => {
    expect(JSON.parse(await call('getmemoryinfo'))).toHaveProperty('locked.used', 0);
    expect(await call('getmemoryinfo', '["mallocinfo"]')).toMatch(/^"<malloc version=/);
    expect(await call('getmemoryinfo', '["x"]')).toBe('-8 unknown mode x');
  });

  it('names all categories of the log in its help', async () => {
    expect(await call('help', '["logging"]')).toContain(
      'valid logging categories are: addrman, bench, blockstorage, cmpctblock,',
    );
  });

  it('echoes for tests, and finds a bug where one asks for it', async () => {
    expect(await call('echoipc', '["hello"]')).toBe('"hello"');
    const bug = '-1 Internal bug detected: request.params[9].get_str() != "trigger_internal_bug"';
    expect(await call('echo', '{"arg9":"trigger_internal_bug"}')).toContain(bug);
    expect(await call('echo', '["trigger_internal_bug"]')).toBe('["trigger_internal_bug"]');
  });

  it('echoes everything, digits and all', async () => {
    const params = '[1.10,null,"a",{"__proto__":[1e5]},null]';
    expect(await call('echo', params)).toBe(params);
    expect(await call('echojson', '{"arg1":"b"}')).toBe('[null,"b"]');
    expect(await call('echo', `[${Array(11).fill(0)}]`)).toMatch(/^-1 echo/);
  });

  it('waits for its followers, and knows no ZeroMQ', async () => {
    expect(await call('syncwithvalidationinterfacequeue')).toBe('null');
    expect(await call('getzmqnotifications')).toBe('-32601 Method not found');
    expect(JSON.parse(await call('getrpcinfo'))).toEqual({
      active_commands: [],
      logpath: '/DATADIR/regtest/debug.log',
    });
  });
});
