// Makes a coin, spends it with a signature, and has the script machine check it as a node does.
import { curve } from 'blockyard/crypto';
import { txid } from 'blockyard/primitives';
import {
  p2tr,
  Spend,
  scriptFlags,
  taprootOutput,
  taprootPrivateKey,
  taprootSignatureHash,
  verifyInput,
} from 'blockyard/script';

const privateKey = new Uint8Array(32).fill(7);
const { outputKey } = taprootOutput(curve.publicKey(privateKey).subarray(1));
const coin = { value: 50_000n, scriptPubKey: p2tr(outputKey) };

const unsigned = {
  version: 2,
  inputs: [
    {
      prevout: { txid: new Uint8Array(32).fill(1), vout: 0 },
      scriptSig: new Uint8Array(),
      sequence: 0xffffffff,
      witness: [],
    },
  ],
  outputs: [{ value: 49_000n, scriptPubKey: coin.scriptPubKey }],
  lockTime: 0,
};
const hash = taprootSignatureHash(new Spend(unsigned, [coin]), 0, 0);
const signature = curve.signSchnorr(hash, taprootPrivateKey(privateKey), new Uint8Array(32));
const payment = { ...unsigned, inputs: [{ ...unsigned.inputs[0], witness: [signature] }] };

const rules = scriptFlags('P2SH', 'WITNESS', 'TAPROOT');
verifyInput(payment, 0, [coin], rules);
console.log(`${Buffer.from(txid(payment)).reverse().toString('hex')} may spend the coin`);

// The signature covers the coin's value. A liar's coin does not fit.
try {
  verifyInput(payment, 0, [{ ...coin, value: 60_000n }], rules);
} catch (error) {
  console.log(`with another value: ${error.code}, ${error.message}`);
}
