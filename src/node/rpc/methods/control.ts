/** Methods about the node as a program. */

import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { categoriesNamed, LOG_CATEGORIES } from '../../log/log-categories.ts';
import { version } from '../../version.ts';
import { arrayFrom, int32From, int64From, stringFrom } from '../arguments.ts';
import { methodHelp, methodUsage } from '../method-help.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

const ECHO_ARGUMENTS = 10;
const BUG_WORD = 'trigger_internal_bug';
/** Core keeps the time in nanoseconds of 64 bits. */
const MAX_MOCKTIME = 9_223_372_036n;
const HOUR_SECONDS = 3600n;
/** Core's lock pool; keys are kept elsewhere here. */
const NO_LOCKED_MEMORY = { used: 0, free: 0, total: 0, locked: 0, chunks_used: 0, chunks_free: 0 };

/** What glibc would tell of its arenas; here memory is the engine's. */
const NO_MALLOC_ARENAS = '<malloc version="1">\n</malloc>\n';

/** `help` needs to know all methods, itself included. */
export function helpMethod(methods: () => readonly RpcMethod[]): RpcMethod {
  return {
    name: 'help',
    family: 'control',
    about: 'All methods, a line each; or what there is to know about one of them.',
    parameters: [{ name: 'command', type: 'string', optional: true, about: 'the method' }],
    result: '"text"',
    run: ([command]) => {
      const name = command === undefined ? '' : stringFrom(command);
      if (name === '') return overview(methods());
      const method = methods().find((one) => one.name === name);
      return method === undefined ? `help: unknown command: ${name}` : methodHelp(method);
    },
  };
}

function overview(methods: readonly RpcMethod[]): string {
  const shown = methods.filter(({ hidden }) => hidden !== true);
  const families = [...new Set(shown.map(({ family }) => family))].sort();
  const sections = families.map((family) => {
    const lines = shown.filter((method) => method.family === family).map(methodUsage);
    const title = family.charAt(0).toUpperCase() + family.slice(1);
    return [`== ${title} ==`, ...lines.sort()].join('\n');
  });
  return sections.join('\n\n');
}

const stop: RpcMethod = {
  name: 'stop',
  family: 'control',
  about: 'Has the node stop, once this is answered.',
  parameters: [
    {
      name: 'wait',
      type: 'number',
      optional: true,
      unshown: true,
      about: 'milliseconds to wait, for tests',
    },
  ],
  result: '"text"',
  run: async ([wait], { clock, stop: stopNode }) => {
    const delay = wait === undefined ? 0 : int32From(wait);
    if (delay > 0) await new Promise<void>((resolve) => clock.schedule(delay, resolve));
    stopNode();
    return 'Blockyard stopping';
  },
};

const uptime: RpcMethod = {
  name: 'uptime',
  family: 'control',
  about: 'For how many seconds the node has been running, by a clock that may be set.',
  parameters: [],
  result: 'n',
  run: (_, { clock, startedAt }) => {
    const runningMs = clock.monotonic() - clock.hastened - startedAt;
    const startMs = clock.unfrozen - runningMs;
    return Math.floor(clock.now() / 1000) - Math.floor(startMs / 1000);
  },
};

const getRpcInfo: RpcMethod = {
  name: 'getrpcinfo',
  family: 'control',
  about: 'What the server is answering at this moment.',
  parameters: [],
  result: '{ "active_commands": [ { "method", "duration" } ], "logpath" }',
  run: (_, { activeCommands, folder }) => ({
    active_commands: activeCommands().map(({ method, microseconds: duration }) => ({
      method,
      duration,
    })),
    logpath: folder === undefined ? '' : `${folder}/debug.log`,
  }),
};

const getMemoryInfo: RpcMethod = {
  name: 'getmemoryinfo',
  family: 'control',
  about: 'The memory that is kept from being swapped out. This node keeps none.',
  parameters: [
    { name: 'mode', type: 'string', optional: true, about: 'stats, the default, or mallocinfo' },
  ],
  result:
    '{ "locked": { "used", "free", "total", "locked", "chunks_used", "chunks_free" } }, or XML text',
  run: ([given]) => {
    const mode = given === undefined ? 'stats' : stringFrom(given);
    if (mode === 'stats') return { locked: NO_LOCKED_MEMORY };
    if (mode === 'mallocinfo') return NO_MALLOC_ARENAS;
    throw new RpcError(RPC.invalidParameter, `unknown mode ${mode}`);
  },
};

const logging: RpcMethod = {
  name: 'logging',
  family: 'control',
  about: [
    'Which parts of the node log what they do; switches them on, and then off.',
    `The valid logging categories are: ${LOG_CATEGORIES.join(', ')}`,
  ].join('\n'),
  parameters: [
    {
      name: 'include',
      type: 'array',
      optional: true,
      usage: '["include_category",...]',
      about: 'categories to log',
    },
    {
      name: 'exclude',
      type: 'array',
      optional: true,
      usage: '["exclude_category",...]',
      about: 'categories not to log',
    },
  ],
  result: '{ "category": true|false, ... }',
  run: ([include, exclude], { logCategories = new Map<string, boolean>() }) => {
    if (include !== undefined) switchCategories(arrayFrom(include), true, logCategories);
    if (exclude !== undefined) switchCategories(arrayFrom(exclude), false, logCategories);
    return Object.fromEntries(
      LOG_CATEGORIES.map((name) => [name, logCategories.get(name) ?? false]),
    );
  },
};

function switchCategories(
  names: readonly JsonValue[],
  isOn: boolean,
  categories: Map<string, boolean>,
): void {
  for (const value of names) {
    const name = stringFrom(value);
    const meant = categoriesNamed(name);
    if (meant === undefined) {
      throw new RpcError(RPC.invalidParameter, `unknown logging category ${name}`);
    }
    for (const one of meant) categories.set(one, isOn);
  }
}

function internalBug(check: string): string {
  const place = `control.ts (${check})`;
  return `Internal bug detected: ${check}\n${place}\nBlockyard v${version()}\n`;
}

/** In Core it is answered by another process. Here there is one. */
const echoIpc: RpcMethod = {
  name: 'echoipc',
  family: 'control',
  about: 'Answers with its argument, for tests.',
  parameters: [{ name: 'arg', type: 'string', about: 'anything' }],
  result: '"text"',
  hidden: true,
  run: ([arg]) => stringFrom(arg),
};

function echo(name: string): RpcMethod {
  const parameter = (_: unknown, i: number): RpcParameter => ({
    name: `arg${i}`,
    type: 'any',
    optional: true,
    usage: `"arg${i}"`,
    about: 'anything',
  });
  return {
    name,
    family: 'control',
    about: 'Answers with its arguments, for tests.',
    parameters: Array.from({ length: ECHO_ARGUMENTS }, parameter),
    result: '[ ... ]',
    hidden: true,
    run: (args) => {
      // So that one sees what becomes of an error that nobody has thought of.
      if (args.at(-1) === BUG_WORD && args.length === ECHO_ARGUMENTS) {
        throw new RpcError(RPC.misc, internalBug(`request.params[9].get_str() != "${BUG_WORD}"`));
      }
      return args.map((value) => value ?? null);
    },
  };
}

const setMockTime: RpcMethod = {
  name: 'setmocktime',
  family: 'control',
  about: 'Stops the clock of the node at a moment, on chains for tests.',
  parameters: [
    { name: 'timestamp', type: 'number', about: 'seconds since 1970; 0 for the real time' },
  ],
  result: 'null',
  hidden: true,
  run: ([timestamp], context) => {
    requireTestChain('setmocktime', context);
    const time = int64From(timestamp);
    if (time < 0n || time > MAX_MOCKTIME) {
      throw new RpcError(
        RPC.invalidParameter,
        `Mocktime must be in the range [0, ${MAX_MOCKTIME}], not ${time}.`,
      );
    }
    context.clock.freeze(time === 0n ? undefined : Number(time) * 1000);
    return null;
  },
};

const mockScheduler: RpcMethod = {
  name: 'mockscheduler',
  family: 'control',
  about: 'Brings all that waits for its time forward, on chains for tests.',
  parameters: [{ name: 'delta_time', type: 'number', about: 'by so many seconds, 3600 at most' }],
  result: 'null',
  hidden: true,
  run: ([delta], context) => {
    requireTestChain('mockscheduler', context);
    const seconds = int64From(delta);
    if (seconds <= 0n || seconds > HOUR_SECONDS) {
      throw new RpcError(RPC.misc, 'delta_time must be between 1 and 3600 seconds (1 hr)');
    }
    context.clock.hasten(Number(seconds) * 1000);
    return null;
  },
};

function requireTestChain(method: string, { node }: RpcContext): void {
  // Where strangers are, whoever may set the clock may part the node from its chain.
  if (node.chain.params.dnsSeeds.length === 0) return;
  throw new RpcError(RPC.misc, `${method} is for regression testing (-regtest mode) only`);
}

const syncQueue: RpcMethod = {
  name: 'syncwithvalidationinterfacequeue',
  family: 'control',
  about: 'Waits until everything in the node has seen the tip.',
  parameters: [],
  result: 'null',
  hidden: true,
  run: async (_, { node }) => {
    await node.indexes.settled();
    return null;
  },
};

const getZmqNotifications: RpcMethod = {
  name: 'getzmqnotifications',
  family: 'control',
  about: 'The ZeroMQ notifications that are active.',
  parameters: [],
  result: '[ { "type", "address", "hwm" } ]',
  hidden: true,
  run: () => {
    // As a Core that was built without ZeroMQ: clients then know not to wait for notifications.
    throw new RpcError(RPC.methodNotFound, 'Method not found');
  },
};

export const controlMethods: readonly RpcMethod[] = [
  echo('echo'),
  echo('echojson'),
  echoIpc,
  getMemoryInfo,
  getRpcInfo,
  getZmqNotifications,
  logging,
  mockScheduler,
  setMockTime,
  stop,
  syncQueue,
  uptime,
];
