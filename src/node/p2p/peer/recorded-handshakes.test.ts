/** Bitcoin Core's side of every recorded handshake, and what the offences in and after it cost. */
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { LabPeer } from '../../../../test/fixtures/lab-peer.ts';
import { LAB_PORT, NetworkLab } from '../../../../test/fixtures/peer-networks.ts';
import { fromHex, toHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { decodePayload, encodePayload, type Message } from '../../../protocol/wire/message.ts';
import type { VersionMessage } from '../../../protocol/wire/version.ts';
import { publicRules } from '../addresses/address-rules.ts';

interface Row {
  readonly connection?: string;
  readonly send?: string;
  readonly recv?: string;
  readonly payload?: string;
  readonly frame?: string;
  readonly closed?: string;
}

/** What a network says without a chain behind it. */
const OURS: ReadonlySet<string> = new Set([
  ...['version', 'wtxidrelay', 'sendaddrv2', 'verack', 'ping', 'pong'],
]);
/** What is not a matter of the connection: other parts of the node find it out. */
const OF_OTHERS =
  /50,001|2,001|1,001|locator of 102|do not connect|invalid signature|block of garbage|36,001/;

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: the recorded handshakes (no vector folder)');
const text = vectors?.text('p2p/core-session.jsonl').trim() ?? '';
const rows = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Row);
const connections = rows.flatMap(({ connection }) =>
  connection === undefined ? [] : [connection],
);

function linesOf(name: string): readonly Row[] {
  const rest = rows.slice(rows.findIndex(({ connection }) => connection === name) + 1);
  const end = rest.findIndex(({ connection }) => connection !== undefined);
  return end < 0 ? rest : rest.slice(0, end);
}

/** Without what differs from run to run. */
function settled(message: Message): string {
  const calm =
    message.command === 'version'
      ? { ...message, time: 0n, nonce: 0n }
      : message.command === 'ping'
        ? { ...message, nonce: 0n }
        : message;
  return `${message.command} ${toHex(encodePayload(calm))}`;
}

function recorded(line: Row): Message {
  const message = decodePayload(line.recv ?? '', fromHex(line.payload ?? ''));
  if (message === undefined) throw new Error(`unknown: ${line.recv}`);
  return message;
}

describe.skipIf(vectors === undefined)('as Bitcoin Core did with', () => {
  it.each(connections.filter((name) => !OF_OTHERS.test(name)))('%s', async (name) => {
    const lab = new NetworkLab();
    const lines = linesOf(name);
    const answers = lines.filter(({ recv = '' }) => OURS.has(recv)).map(recorded);
    const core = answers.find((one): one is VersionMessage => one.command === 'version');
    await lab.node('10.0.0.1', {
      magic: regtest.magic,
      rules: publicRules,
      self: {
        services: core?.services ?? 9n,
        userAgent: core?.userAgent ?? '/x/',
        height: () => core?.startHeight ?? 0,
      },
    });
    const at = { host: '10.0.0.1', port: LAB_PORT };
    const peer = await lab.clock.settle(LabPeer.connect(lab.host('10.0.0.2'), at, regtest.magic));
    for (const { send, payload, frame } of lines) {
      if (send === undefined || send === 'pong') continue;
      if (frame !== undefined) peer.sayBytes(fromHex(frame));
      else peer.sayPayload(send, fromHex(payload ?? ''));
      await lab.clock.advance(500);
    }
    expect(peer.heard.map(settled)).toEqual(answers.map(settled));
    expect(peer.isClosed).toBe(lines.some(({ closed }) => closed === 'by the node'));
    expect(lab.bugs).toEqual([]);
  });
});
