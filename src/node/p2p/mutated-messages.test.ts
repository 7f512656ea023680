import { expect, it } from 'vitest';
import { LabPeer } from '../../../test/fixtures/lab-peer.ts';
import { LAB_MAGIC, LAB_PORT, NetworkLab } from '../../../test/fixtures/peer-networks.ts';
import { drawBelow, pick } from '../../outside/entropy/draw.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { COMMANDS } from '../../protocol/wire/message.ts';

it('whatever comes, nothing is thrown, and an honest peer is answered at once', async () => {
  const lab = new NetworkLab('mutations');
  const entropy = new SeededEntropy('mutations');
  await lab.node('10.0.0.1');
  const connect = async (host: string): Promise<LabPeer> => {
    const at = { host: '10.0.0.1', port: LAB_PORT };
    return lab.clock.settle(LabPeer.connect(lab.host(host), at, LAB_MAGIC));
  };
  const honest = await connect('10.0.0.2');
  honest.greet();
  await lab.clock.advance(1000);
  for (let i = 0; i < 50; i++) {
    const peer = await connect(`10.0.1.${i + 1}`);
    if (i % 4 > 0) peer.greet();
    for (let j = 0; j < 60; j++) {
      const command = pick(entropy, COMMANDS) ?? 'ping';
      peer.sayPayload(command, entropy.bytes(drawBelow(entropy, 200)));
    }
    if (i % 5 === 0) peer.sayBytes(entropy.bytes(100));
  }
  expect(await honest.answersPing(lab.clock)).toBe(true);
  expect(lab.bugs).toEqual([]);
});
