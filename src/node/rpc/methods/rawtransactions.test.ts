import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { jsonText } from '../../../protocol/report/json-text.ts';
import { readJson } from '../../../protocol/report/read-json.ts';
import { scriptToJson } from '../../../protocol/report/script-to-json.ts';
import { scriptFromAddress } from '../../../protocol/script/address.ts';
import { expandDescriptor } from '../../../protocol/script/descriptor/expand.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import { callMethod, methodTable } from '../method-table.ts';
import { RpcError } from '../rpc-error.ts';
import { psbtMethods } from './psbt.ts';
import { rawTransactionMethods } from './rawtransactions.ts';

const KEY = 'cP4h4rJEiXNNPWXBoZQDrdTbcTACHvo6s6NKWUNtq8MFm7SCMTNo';
const ADDRESS = 'bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh';
const OTHER = 'bcrt1qvyeh006d42ap32lj6a055rhfvc92cmylg4mmwd';
const NO_TX = '66'.repeat(32);
const table = methodTable([...rawTransactionMethods, ...psbtMethods]);

let played: PlayedNode;
/** The coinbase of the first block, which may be spent. */
let coin: string;

beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  const { node } = played;
  const script = scriptFromAddress(ADDRESS, node.chain.params.addressPrefixes);
  await node.generate(101, script);
  const first = node.chain.blockAt(1);
  if (first === undefined) throw new Error('no block was mined');
  const { block } = await node.chain.readBlock(first);
  const coinbase = block.transactions[0];
  if (coinbase === undefined) throw new Error('the block is empty');
  coin = toReversedHex(txid(coinbase));
});

afterAll(() => played.close());

/** What a method answers, as a client reads it; an error as `code message`. */
async function call(method: string, params: unknown): Promise<unknown> {
  try {
    const request = { method, params: readJson(JSON.stringify(params)) };
    return JSON.parse(jsonText(await callMethod(table, request, played.context)));
  } catch (error) {
    if (error instanceof RpcError) return `${error.number} ${error.message}`;
    throw error;
  }
}

async function text(method: string, params: unknown): Promise<string> {
  const answer = await call(method, params);
  expect(answer).toBeTypeOf('string');
  return answer as string;
}

const spend = (amount: number): unknown => [[{ txid: coin, vout: 0 }], [{ [OTHER]: amount }]];

describe('wrong arguments', () => {
  it.each([
    [
      'getrawtransaction',
      [NO_TX, 'x'],
      '-3 JSON value of type string is not of expected type number',
    ],
    ['getrawtransaction', [NO_TX, 0, NO_TX], '-5 Block hash not found'],
    [
      'getrawtransaction',
      [NO_TX],
      '-5 No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries. Use gettransaction for wallet transactions.',
    ],
    ['createrawtransaction', [[], null], '-8 Invalid parameter, output argument must be non-null'],
    [
      'createrawtransaction',
      [[], 'x'],
      '-3 JSON value of type string is not of expected type array',
    ],
    [
      'createrawtransaction',
      [[], ['x']],
      '-8 Invalid parameter, key-value pair not an object as expected',
    ],
    [
      'createrawtransaction',
      [[], [{}]],
      '-8 Invalid parameter, key-value pair must contain exactly one key',
    ],
    [
      'createrawtransaction',
      [[], [{ data: 'aa' }, { data: 'bb' }]],
      '-8 Invalid parameter, duplicate key: data',
    ],
    ['createrawtransaction', [[], { [OTHER]: 'x' }], '-3 Invalid amount'],
    [
      'createrawtransaction',
      [[], [{ [OTHER]: 1 }, { [OTHER]: 'x' }]],
      `-8 Invalid parameter, duplicated address: ${OTHER}`,
    ],
    ['createrawtransaction', [[], { bad: 'x' }], '-3 Invalid amount'],
    ['createrawtransaction', [[], { data: 123 }], "-8 Data must be hexadecimal string (not '123')"],
    ['createrawtransaction', [[], { data: true }], "-8 Data must be hexadecimal string (not '1')"],
    ['createrawtransaction', [[], { data: [] }], "-8 Data must be hexadecimal string (not '')"],
    [
      'createrawtransaction',
      [[1], {}],
      '-3 JSON value of type number is not of expected type object',
    ],
    ['createrawtransaction', [[], {}, -1], '-8 Invalid parameter, locktime out of range'],
    [
      'createrawtransaction',
      [[{ txid: NO_TX, vout: 0, sequence: 4294967294 }], {}, 0, true],
      '-8 Invalid parameter combination: Sequence number(s) contradict replaceable option',
    ],
    ['decoderawtransaction', [''], '-22 TX decode failed'],
    [
      'sendrawtransaction',
      ['00', 1],
      '-22 TX decode failed. Make sure the tx has at least one input.',
    ],
    ['combinerawtransaction', [[]], '-22 Missing transactions'],
    [
      'combinerawtransaction',
      [['00']],
      '-22 TX decode failed for tx 0. Make sure the tx has at least one input.',
    ],
    ['joinpsbts', [[]], '-8 At least two PSBTs are required to join PSBTs.'],
    [
      'decodepsbt',
      ['cHNidP8='],
      '-22 TX decode failed Separator is missing at the end of the global map: iostream error',
    ],
    ['analyzepsbt', ['x'], '-22 TX decode failed invalid base64'],
    ['finalizepsbt', ['x'], '-22 TX decode failed invalid base64'],
    ['converttopsbt', ['x'], '-22 TX decode failed'],
    ['utxoupdatepsbt', ['x', [1]], '-8 Scan object needs to be either a string or an object'],
    ['utxoupdatepsbt', ['x', [{}]], '-8 Descriptor needs to be provided in scan object'],
    ['descriptorprocesspsbt', ['x', [], 'X'], "-8 'X' is not a valid sighash parameter."],
  ])('%s %j', async (method, params, expected) => {
    expect(await call(method, params)).toBe(expected);
  });

  it('of a number of them are answered with help', async () => {
    for (const { name } of [...rawTransactionMethods, ...psbtMethods]) {
      expect(await call(name, [1, 2, 3, 4, 5, 6, 7]), name).toMatch(new RegExp(`^-1 ${name}`));
    }
  });
});

describe('outputs that the request tells of', () => {
  const unsigned = () => text('createrawtransaction', [[{ txid: NO_TX, vout: 1 }], { [OTHER]: 1 }]);
  const prevout = { txid: NO_TX, vout: 1, scriptPubKey: `a914${'00'.repeat(20)}87`, amount: 2 };

  it.each([
    [['x'], `-22 expected object with {"txid'","vout","scriptPubKey"}`],
    [[{ vout: 1 }], '-3 Missing scriptPubKey'],
    [[{ ...prevout, vout: -1 }], '-22 vout cannot be negative'],
    [[prevout], '-8 Missing redeemScript/witnessScript'],
    [
      [{ ...prevout, redeemScript: '51' }],
      '-8 redeemScript/witnessScript does not match scriptPubKey',
    ],
    [
      [{ ...prevout, redeemScript: '51', witnessScript: '52' }],
      '-8 redeemScript does not correspond to witnessScript',
    ],
    [
      [
        { ...prevout, scriptPubKey: '51' },
        { ...prevout, scriptPubKey: '52' },
      ],
      '-22 Previous output scriptPubKey mismatch:\n1\nvs:\n2',
    ],
    [
      [{ txid: NO_TX, vout: 1, scriptPubKey: '0014fa86a5107ca6f3205d1a05da4a0304ef39ef89d6' }],
      '-3 Missing amount for CTxOut(nValue=21000000.00000000, scriptPubKey=0014fa86a5107ca6f3205d1a05da4a)',
    ],
  ])('%j', async (prevouts, expected) => {
    const answer = await call('signrawtransactionwithkey', [await unsigned(), [KEY], prevouts]);
    expect(answer).toBe(expected);
  });

  it('are not found otherwise', async () => {
    const answer = await call('signrawtransactionwithkey', [await unsigned(), [KEY]]);
    expect(answer).toMatchObject({
      complete: false,
      errors: [{ txid: NO_TX, vout: 1, error: 'Input not found or already spent' }],
    });
  });
});

describe('a transaction', () => {
  let hex: string;

  it('is made, signed, and refused while it burns or pays too much', async () => {
    const unsigned = await text('createrawtransaction', spend(49.999));
    const signed = await call('signrawtransactionwithkey', [unsigned, [KEY]]);
    hex = (signed as { hex: string }).hex;
    expect(signed).toEqual({ hex, complete: true });
    expect(await call('sendrawtransaction', [hex, 0.00001])).toBe(
      '-25 Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
    );
    expect(await call('sendrawtransaction', [hex, 1])).toBe(
      '-8 Fee rates larger than or equal to 1BTC/kvB are not accepted',
    );
    const burning = unsigned.replace(/16001461[0-9a-f]{38}/, '016a');
    expect(await call('sendrawtransaction', [burning])).toBe(
      '-25 Unspendable output exceeds maximum configured by user (maxburnamount)',
    );
  });

  it('is sent, twice if somebody likes, and found', async () => {
    const id = await text('sendrawtransaction', [hex]);
    expect(await call('sendrawtransaction', [hex])).toBe(id);
    expect(await call('getrawtransaction', [id])).toBe(hex);
    const waiting = await call('getrawtransaction', [id, 2]);
    expect(waiting).toMatchObject({ txid: id, hex });
    expect(waiting).not.toHaveProperty('confirmations');
    const [block] = await played.node.generate(1, Uint8Array.of(0x51));
    const hash = Buffer.from(block ?? [])
      .reverse()
      .toString('hex');
    expect(await call('getrawtransaction', [id, 2, hash])).toMatchObject({
      in_active_chain: true,
      fee: 0.001,
      vin: [{ prevout: { generated: true, height: 1, value: 50 } }],
      blockhash: hash,
      confirmations: 1,
    });
    expect(await call('sendrawtransaction', [hex])).toBe(
      '-27 Transaction outputs already in utxo set',
    );
  });
});

describe('a PSBT', () => {
  it('is made, updated, signed, and the same as the transaction signed at once', async () => {
    const second = await text('createpsbt', [[{ txid: coin, vout: 1 }], [{ [OTHER]: 0.1 }]]);
    const psbt = await text('createpsbt', [[{ txid: NO_TX, vout: 0 }], [{ data: 'aa' }]]);
    const joined = await text('joinpsbts', [[second, psbt]]);
    expect(await call('decodepsbt', [joined])).toMatchObject({
      inputs: [{}, {}],
      outputs: [{}, {}],
    });
    expect(await call('combinepsbt', [[second, psbt]])).toBe(
      '-8 PSBTs not compatible (different transactions)',
    );
    expect(await call('combinepsbt', [[psbt, psbt]])).toBe(psbt);
    expect(await call('utxoupdatepsbt', [psbt, [`wpkh(${KEY})`]])).toBe(psbt);
  });

  it('keeps the first origin that it is told of a key, a leaf’s before that of the whole', async () => {
    const publicKey = '02661780d3f2ca3d4e165eae6ffd48a9b994dbbcde1b184f3657f1d280c20b18d6';
    const told = `wpkh([d34db33f/1]${publicKey})`;
    const bare = `wpkh(${publicKey})`;
    const originsIn = async (address: string, descriptors: readonly string[]): Promise<unknown> => {
      const psbt = await text('createpsbt', [[], { [address]: 1 }]);
      const updated = await text('utxoupdatepsbt', [psbt, descriptors]);
      const { outputs } = (await call('decodepsbt', [updated])) as {
        outputs: readonly Record<string, readonly { path: string }[]>[];
      };
      const { bip32_derivs: plain, taproot_bip32_derivs: taproot } = outputs[0] ?? {};
      return (plain ?? taproot)?.map(({ path }) => path);
    };
    expect(await originsIn(ADDRESS, [told, bare])).toEqual(['m/1']);
    expect(await originsIn(ADDRESS, [bare, told])).toEqual(['m']);

    const key = publicKey.slice(2);
    const tree = `tr([d34db33f/2]${key},{pk([d34db33f/3]${key}),pk([d34db33f/4]${key})})`;
    const output = scriptToJson(
      expandDescriptor(parseDescriptor(tree, regtest)).outputs[0]?.script ?? new Uint8Array(),
      regtest.addressPrefixes,
    );
    expect(await originsIn(output['address'] as string, [tree])).toEqual(['m/3']);
  });

  it('is not made of a signed transaction unless that is said', async () => {
    const { hex } = (await call('signrawtransactionwithkey', [
      await text('createrawtransaction', [[{ txid: NO_TX, vout: 0 }], { [OTHER]: 1 }]),
      [KEY],
      [
        {
          txid: NO_TX,
          vout: 0,
          scriptPubKey: '0014fa86a5107ca6f3205d1a05da4a0304ef39ef89d6',
          amount: 2,
        },
      ],
    ])) as { hex: string };
    expect(await call('converttopsbt', [hex])).toBe(
      '-22 Inputs must not have scriptSigs and scriptWitnesses',
    );
    expect(await text('converttopsbt', [hex, true])).toMatch(/^cHNidP8B/);
  });
});
