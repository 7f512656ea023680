// Three nodes, a cable that is cut, two histories, and what becomes of a payment when it is mended.
import { Node } from 'blockyard';

const names = ['Alice', 'Bob', 'Carol'];
const nodes = await Promise.all(names.map(() => Node.start()));
const [alice, bob, carol] = nodes;

await alice.connect(bob);
await bob.connect(carol);
await alice.mine(101);
await alice.synced(bob, carol);
tell('Alice has mined 101 blocks, and everybody has them');

const cut = await Node.partition([alice, bob], [carol]);
tell('The cable to Carol is cut');

const shop = 'bcrt1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpvxat9t';
const { txid } = await alice.faucet(shop, '20');
await bob.synced(alice);
tell(`Alice pays a shop 20 coins. Bob's block says so: the shop has ${await coinsAt(bob)}`);

await carol.mine(3);
tell(
  `Carol knows nothing of it: to her the shop has ${await coinsAt(carol)}. She mines three blocks`,
);

bob.on('reorg', ({ disconnected, connected }) => {
  tell(`Bob gives up ${disconnected.length} block for ${connected.length} others`);
});
await cut.heal();
await alice.synced(bob, carol);
tell(
  `The cable is mended: three blocks are more work than one. The shop has ${await coinsAt(bob)}`,
);
tell(
  `Nothing is lost: the payment waits with everybody: ${nodes.every((node) => node.mempool.includes(txid))}`,
);

await carol.mine(1);
await carol.synced(alice, bob);
tell(`Carol, of all people, confirms it: the shop has ${await coinsAt(alice)}`);

await Promise.all(nodes.map((node) => node.stop()));

function tell(words) {
  const tips = nodes.map((node, i) => `${names[i]} ${node.height}:${node.tip.hash.slice(-4)}`);
  console.log(`${words}.\n    ${tips.join('   ')}`);
}

async function coinsAt(node) {
  return Number(await node.balance(shop)) / 1e8;
}
