/**
 * A peer in a process of its own that asks a node again and again whether it is there, and measures how
 * long the answers take: whatever else the trial does, it does not wait for that. A line on its standard
 * input ends it; it answers `pings COUNT MEDIAN LONGEST`, in milliseconds.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SystemNetwork } from '../../src/outside/network/system-network.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import type { MessageOf } from '../../src/protocol/wire/message.ts';
import { exampleMessages } from '../fixtures/example-messages.ts';
import { messageOf, WirePeer } from '../fixtures/wire-peer.ts';
import { REPORT_STREAM } from './child.ts';

export interface PingTask {
  readonly port: number;
}

const PING_EVERY_MS = 50;

async function main({ port }: PingTask): Promise<void> {
  const connection = await new SystemNetwork().connect({ host: '127.0.0.1', port });
  const peer = new WirePeer(connection, regtest.magic);
  const version = exampleMessages.find((one) => one.command === 'version') as MessageOf<'version'>;
  const took: number[] = [];
  let asked = 0n;
  /** Undefined while nothing is asked. */
  let askedAt: number | undefined;
  peer.onMessage = (message) => {
    peer.heard.length = 0;
    if (message.command !== 'pong' || askedAt === undefined) return;
    const pong = messageOf(message);
    if (pong?.command !== 'pong' || pong.nonce !== asked) return;
    took.push(performance.now() - askedAt);
    askedAt = undefined;
  };
  peer.send({ ...version, relay: false });
  peer.send({ command: 'verack' });
  const timer = setInterval(() => {
    // Without a word: whoever is not answered any more has nothing to tell.
    if (peer.closed !== undefined) process.exit(0);
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    peer.send({ command: 'ping', nonce: ++asked });
  }, PING_EVERY_MS);
  const commands = createInterface({ input: process.stdin });
  await new Promise((resolve) => commands.once('line', resolve));
  clearInterval(timer);
  commands.close();
  // What was never answered has taken at least so long.
  if (askedAt !== undefined) took.push(performance.now() - askedAt);
  const sorted = took.sort((a, b) => a - b);
  const figures = [sorted.length, sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0];
  writeSync(REPORT_STREAM, `pings ${figures.map(Math.round).join(' ')}\n`);
  connection.destroy();
}

await main(JSON.parse(process.argv[2] as string) as PingTask);
