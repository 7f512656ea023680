// bitcoinjs-lib makes and signs a payment; the node, asked over JSON-RPC, takes it for what Bitcoin
// Core would take it for.
import { networks, Psbt, payments } from 'bitcoinjs-lib';
import { Node } from 'blockyard';
import { ECPairFactory } from 'ecpair';
import * as ecc from 'tiny-secp256k1';

const node = await Node.start();

// Any HTTP client does. `fetch` wants user and password in a header.
const { origin, username, password } = new URL(node.url);
async function rpc(method, ...params) {
  const response = await fetch(origin, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    body: JSON.stringify({ id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error !== null) throw new Error(`${method}: ${error.message}`);
  return result;
}

// A key of our own, and a coin for it.
const network = networks.regtest;
const key = ECPairFactory(ecc).makeRandom({ network });
const { address, output } = payments.p2wpkh({ pubkey: key.publicKey, network });
const coin = await node.faucet(address, '0.5');
console.log(`0.5 coins for ${address}, out of the faucet`);

// Spend it: 0.3 to somebody else, the rest, but for a fee, back to ourselves.
const somebody = 'bcrt1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpvxat9t';
const psbt = new Psbt({ network })
  .addInput({
    hash: coin.txid,
    index: coin.vout,
    witnessUtxo: { script: output, value: coin.amount },
  })
  .addOutput({ address: somebody, value: 30_000_000n })
  .addOutput({ address, value: coin.amount - 30_000_000n - 1_000n })
  .signInput(0, key)
  .finalizeAllInputs();
const tx = psbt.extractTransaction();

const [{ allowed, vsize }] = await rpc('testmempoolaccept', [tx.toHex()]);
console.log(`a payment of ${vsize} virtual bytes, signed by bitcoinjs-lib, is allowed: ${allowed}`);
const txid = await rpc('sendrawtransaction', tx.toHex());
await node.mine();

const { confirmations } = await rpc('getrawtransaction', txid, 1);
console.log(`${txid === tx.getId() ? 'it' : 'another one'} has ${confirmations} confirmation`);
console.log(`somebody has ${await node.balance(somebody)} satoshis`);
await node.stop();
