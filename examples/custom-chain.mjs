// A chain of your own: its money, its pace, its addresses. The first block is mined when it starts.
import { Node } from 'blockyard';

const chain = {
  name: 'island',
  basedOn: 'regtest',
  // A block takes about a hundred hashes, and the difficulty follows who mines.
  difficultyBits: 7,
  retarget: 'asert',
  spacingSeconds: 30,
  // A thousand coins a block, and half of it after every twenty blocks.
  blockReward: '1000',
  halvingInterval: 20,
  coinbaseMaturity: 5,
  addressPrefixes: { bech32: 'isle' },
  genesisMessage: 'No man is an island',
};

const node = await Node.start({ chain, time: new Date('2030-01-01') });
const { consensus, magic } = node.params;
console.log(`${node.params.name}: its first block has the hash ${node.tip.hash}`);
console.log(`and says "${await messageOf(node)}"`);

await node.mine(50);
console.log(`50 blocks later it is ${new Date(node.time.now() * 1000).toISOString()} there`);

const reward = async (height) => {
  const { subsidy } = await node.rpc('getblockstats', height, ['subsidy']);
  return Number(subsidy) / 1e8;
};
for (const height of [1, 20, 40]) {
  console.log(`block ${height} made ${await reward(height)} coins`);
}

const { address } = await node.rpc('decodescript', '00140102030405060708090a0b0c0d0e0f1011121314');
const payment = await node.faucet(address, '12.5');
console.log(
  `${address} has ${payment.amount} satoshis, after ${consensus.coinbaseMaturity} blocks of patience`,
);
console.log(
  `its messages begin with ${Buffer.from(magic).toString('hex')}: no node of another chain takes them`,
);
await node.stop();

/** What whoever made the chain wrote into its first block. */
async function messageOf(node) {
  const { tx } = await node.rpc('getblock', node.tip.hash, 2);
  const [input] = tx[0].vin;
  return Buffer.from(input.coinbase, 'hex').toString().slice(-chain.genesisMessage.length);
}
