import { describe, expect, it } from 'vitest';
import { nobodyThere } from '../../test/fixtures/service-door.ts';
import { RpcCallError } from '../client/rpc-call-error.ts';
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import { readJson } from '../protocol/report/read-json.ts';
import { type MetNode, meetNode } from './meet-node.ts';

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const SCRIPT = '0014751e76e8199196d454941c45d1b3a323f1433bd6';

/** Asks a node with these answers, in JSON, or with these errors, one after the other. */
async function meet(
  address: string,
  answers: readonly (string | Error)[],
): Promise<{ met: MetNode | undefined; waits: readonly string[] }> {
  const clock = new VirtualClock();
  const left = [...answers];
  const waits: string[] = [];
  const ending = new AbortController();
  const meeting = meetNode(address, {
    clock,
    signal: ending.signal,
    door: {
      callExact: async () => {
        const answer = left.shift();
        if (typeof answer === 'string') return readJson(answer);
        if (answer === undefined) ending.abort();
        throw answer ?? nobodyThere();
      },
    },
    onWaiting: (error, retryMs) => waits.push(`${retryMs} ${error.message}`),
  });
  meeting.catch(() => {});
  await clock.advance(100_000);
  return { met: await meeting, waits };
}

describe('a node', () => {
  it('says which chain it follows, and the address is read as one of it', async () => {
    const { met, waits } = await meet(ADDRESS, ['{"chain":"regtest"}']);
    expect(met?.chain).toBe('regtest');
    expect(toHex(met?.scriptPubKey ?? new Uint8Array())).toBe(SCRIPT);
    expect(waits).toEqual([]);
  });

  it('of a chain that nobody else knows reads the address itself', async () => {
    const valid = `{"isvalid":true,"scriptPubKey":"${SCRIPT}"}`;
    const { met } = await meet('my1address', ['{"chain":"mine"}', valid]);
    expect(toHex(met?.scriptPubKey ?? new Uint8Array())).toBe(SCRIPT);
    const invalid = '{"isvalid":false,"error":"Invalid checksum"}';
    await expect(meet('my1address', ['{"chain":"mine"}', invalid])).rejects.toThrow(
      '"my1address" is no address on the node\'s chain, mine: Invalid checksum',
    );
  });

  it('is waited for, and each reason is told once', async () => {
    const starting = new RpcCallError(-28, 'Verifying blocks…');
    const answers = [nobodyThere(), nobodyThere(), starting, starting, '{"chain":"regtest"}'];
    const { met, waits } = await meet(ADDRESS, answers);
    expect(met?.chain).toBe('regtest');
    expect(waits).toEqual([
      '1000 no answer from the node at 127.0.0.1:18443: nobody listens there',
      '4000 Verifying blocks…',
    ]);
  });

  it('that never comes is waited for until the miner is stopped', async () => {
    expect((await meet(ADDRESS, [nobodyThere()])).met).toBeUndefined();
  });

  it('is left where the address is of another chain, or its blocks are signed', async () => {
    await expect(meet(ADDRESS, ['{"chain":"main"}'])).rejects.toMatchObject({
      code: 'bad-address',
    });
    await expect(meet(ADDRESS, ['{"chain":"signet"}'])).rejects.toMatchObject({
      code: 'signed-chain',
    });
  });
});
