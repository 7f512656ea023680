import { describe, expect, it } from 'vitest';
import { abortion, nobodyThere } from '../../test/fixtures/service-door.ts';
import { RpcCallError } from '../client/rpc-call-error.ts';
import { RpcConnectError } from '../client/rpc-connect-error.ts';
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import type { Json, JsonObject } from '../protocol/report/json-text.ts';
import { jsonText } from '../protocol/report/json-text.ts';
import type { JsonValue } from '../protocol/report/json-value.ts';
import { readJson } from '../protocol/report/read-json.ts';
import { type FeedEvent, TemplateFeed } from './template-feed.ts';

interface Asked {
  readonly at: number;
  readonly longPollId: string | undefined;
  readonly answer: (result: JsonValue) => void;
  readonly fail: (error: Error) => void;
}

/** A node whose answers the test gives. Plain requests are answered at once, unless told otherwise. */
class ScriptedNode {
  readonly clock = new VirtualClock();
  readonly asked: Asked[] = [];
  readonly events: FeedEvent[] = [];
  readonly feed: TemplateFeed;
  readonly ending = new AbortController();
  readonly running: Promise<void>;
  tip = 1;
  readonly hasLongPoll: boolean;
  failure: Error | undefined;
  mostWaiting = 0;
  #waiting = 0;

  constructor({ failure, hasLongPoll = true }: { failure?: Error; hasLongPoll?: boolean } = {}) {
    this.failure = failure;
    this.hasLongPoll = hasLongPoll;
    const door = {
      callExact: (_: string, params: unknown, { signal }: { readonly signal?: AbortSignal } = {}) =>
        this.#call(
          (params as readonly JsonObject[])[0]?.['longpollid'] as string | undefined,
          signal,
        ),
    };
    this.feed = new TemplateFeed({
      door,
      clock: this.clock,
      tell: (event) => this.events.push(event),
    });
    this.running = this.feed.run(this.ending.signal);
  }

  get polls(): readonly Asked[] {
    return this.asked.filter(({ longPollId }) => longPollId !== undefined);
  }

  get plain(): readonly Asked[] {
    return this.asked.filter(({ longPollId }) => longPollId === undefined);
  }

  template(): JsonValue {
    const answer: Json = {
      height: this.tip,
      previousblockhash: this.tip.toString(16).padStart(64, '0'),
      version: 1,
      bits: '207fffff',
      transactions: [],
      coinbasevalue: 50,
      curtime: 1_700_000_000,
      ...(this.hasLongPoll && { longpollid: `id ${this.tip}` }),
    };
    return readJson(jsonText(answer));
  }

  /** A new block: who polls is told. */
  async newTip(): Promise<void> {
    this.tip++;
    this.polls.at(-1)?.answer(this.template());
    await this.clock.advance(0);
  }

  async end(): Promise<void> {
    this.ending.abort();
    await this.running;
    expect(this.clock.pending).toBe(0);
  }

  kinds(): readonly string[] {
    return this.events.map((event) =>
      event.kind === 'template'
        ? `${event.template.height}${event.isNewTip ? '!' : ''}`
        : event.kind,
    );
  }

  async #call(longPollId: string | undefined, signal: AbortSignal | undefined): Promise<JsonValue> {
    this.mostWaiting = Math.max(this.mostWaiting, ++this.#waiting);
    try {
      const answer = new Promise<JsonValue>((answerWith, fail) => {
        this.asked.push({ at: this.clock.monotonic(), longPollId, answer: answerWith, fail });
      });
      if (longPollId !== undefined) return await Promise.race([answer, abortion(signal)]);
      if (this.failure !== undefined) throw this.failure;
      return this.template();
    } finally {
      this.#waiting--;
    }
  }
}

describe('what a node wants to be mined', () => {
  it('comes by a long poll as soon as there is a new tip', async () => {
    const node = new ScriptedNode();
    await node.clock.advance(0);
    expect(node.feed.current?.height).toBe(1);
    expect(node.polls.map(({ longPollId }) => longPollId)).toEqual(['id 1']);
    await node.newTip();
    expect(node.feed.current?.height).toBe(2);
    await node.clock.advance(1000);
    await node.newTip();
    expect(node.kinds()).toEqual(['1!', '2!', '3!']);
    await node.clock.advance(1000);
    expect(node.polls.map(({ longPollId }) => longPollId)).toEqual(['id 1', 'id 2', 'id 3']);
    await node.end();
  });

  it('is asked for again every half minute, and the long poll goes on meanwhile', async () => {
    const node = new ScriptedNode();
    await node.clock.advance(95_000);
    expect(node.plain.map(({ at }) => at)).toEqual([0, 30_000, 60_000, 90_000]);
    expect(node.polls).toHaveLength(1);
    expect(node.kinds()).toEqual(['1!', '1', '1', '1']);
    expect(node.mostWaiting).toBe(2);
    await node.end();
  });

  it('is asked for more often where there are no long polls', async () => {
    const node = new ScriptedNode({ hasLongPoll: false });
    await node.clock.advance(10_000);
    expect(node.plain.map(({ at }) => at)).toEqual([0, 3000, 6000, 9000]);
    expect(node.polls).toEqual([]);
    await node.end();
  });

  it('is asked for at once when a block has been found', async () => {
    const node = new ScriptedNode();
    await node.clock.advance(500);
    const [, found] = [node.tip++, node.feed.current];
    if (found !== undefined) node.feed.outdate(found);
    expect(node.feed.current).toBeUndefined();
    await node.clock.advance(0);
    expect(node.feed.current?.height).toBe(2);
    expect(node.plain.map(({ at }) => at)).toEqual([0, 500]);
    await node.end();
  });

  it('is not asked for in a circle by a node whose long polls are none', async () => {
    const node = new ScriptedNode();
    await node.clock.advance(0);
    for (let i = 0; i < 20; i++) {
      node.polls.at(-1)?.answer(node.template());
      await node.clock.advance(50);
    }
    expect(node.polls.length).toBeLessThanOrEqual(5);
    await node.end();
  });
});

describe('a node that is away', () => {
  it('is asked less and less often, it is told once, and everything goes on when it is back', async () => {
    const node = new ScriptedNode();
    await node.clock.advance(1000);
    node.failure = nobodyThere();
    node.polls.at(-1)?.fail(nobodyThere());
    await node.clock.advance(70_000);
    expect(node.feed.current).toBeUndefined();
    expect(node.plain.map(({ at }) => at / 1000)).toEqual([0, 1, 2, 4, 8, 16, 32, 62]);
    expect(node.polls).toHaveLength(1);
    node.failure = undefined;
    node.tip = 5;
    await node.clock.advance(30_000);
    expect(node.kinds()).toEqual(['1!', 'waiting', 'resumed', '5!']);
    expect(node.events[1]).toMatchObject({ retryMs: 1000, error: { code: 'unreachable' } });
    expect(node.polls.at(-1)?.longPollId).toBe('id 5');
    await node.end();
  });

  it('is waited for from the beginning, while it starts or has no peers', async () => {
    const node = new ScriptedNode({ failure: new RpcCallError(-28, 'Loading block index…') });
    await node.clock.advance(8000);
    node.failure = new RpcCallError(-9, 'Bitcoin Core is not connected!');
    await node.clock.advance(8000);
    node.failure = undefined;
    await node.clock.advance(3000);
    expect(node.kinds()).toEqual(['waiting', 'waiting', 'resumed', '1!']);
    // Who answers may be asked again soon.
    expect(node.plain.map(({ at }) => at / 1000).slice(0, 5)).toEqual([0, 1, 3, 6, 9]);
    await node.end();
  });

  it('is left where it would give the same answer for ever', async () => {
    const endpoint = { host: '127.0.0.1', port: 1 };
    for (const failure of [
      new RpcCallError(-32601, 'Method not found'),
      new RpcConnectError('unauthorized', 'user or password are wrong', { endpoint }),
      new TypeError('a bug'),
    ]) {
      const node = new ScriptedNode({ failure });
      const end = expect(node.running).rejects.toBe(failure);
      await node.clock.advance(0);
      await end;
      expect(node.clock.pending).toBe(0);
    }
  });

  it('may have another password when it is back', async () => {
    const node = new ScriptedNode();
    await node.clock.advance(29_000);
    const endpoint = { host: '127.0.0.1', port: 1 };
    node.failure = new RpcConnectError('unauthorized', 'user or password are wrong', { endpoint });
    await node.clock.advance(5000);
    expect(node.kinds()).toEqual(['1!', 'waiting']);
    await node.end();
  });
});
