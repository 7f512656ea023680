import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { rpcCaller } from '../../../../test/fixtures/rpc-caller.ts';
import { fromHex, toReversedHex } from '../../../protocol/bytes/hex.ts';

const ALICE = 'cP4h4rJEiXNNPWXBoZQDrdTbcTACHvo6s6NKWUNtq8MFm7SCMTNo';
const BOB = 'cSJfX32GaGLLFRB2ZmC7KfdrTR1ZbDv6PHThH7UECBkqkkyBrRYG';
const CAROL = 'cRd8xro3ZKqgVmP6d7XKqn8bbhS3QaYCPgn8WCvGw5JCVKxCCSDj';
const STRANGER = 'cVUouyptYRBgPcdeQWqo3Si6ahDixiRpv3mg1CK7JeybxzhZ42pE';
const KEYS = [
  '02661780d3f2ca3d4e165eae6ffd48a9b994dbbcde1b184f3657f1d280c20b18d6',
  '038a01146f9eca9021f70ff395497fefa776f4d0a2177473f4139b386ae4dfb1a1',
  '02275212e081c66362f79769cf804fd43e39d6d07bde014e191453cafa7fa3686f',
] as const;
const ALICE_HASH = 'fa86a5107ca6f3205d1a05da4a0304ef39ef89d6';
const TXID = '66'.repeat(32);
const OTHER = 'bcrt1qvyeh006d42ap32lj6a055rhfvc92cmylg4mmwd';

/** What Core says where a key is missing, in each of the places where that shows. */
const NO_KEY = 'Unable to sign input, invalid stack size (possibly missing key)';
const MORE = 'CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)';
const MISMATCH = 'Witness program hash mismatch';
const FALSE = 'Script evaluated without error but finished with a false/empty top stack element';

interface Signed {
  readonly hex: string;
  readonly complete: boolean;
  readonly errors?: readonly {
    readonly error: string;
    readonly scriptSig: string;
    readonly witness: readonly string[];
  }[];
}

type Prevout = Readonly<Record<string, unknown>>;

let played: PlayedNode;
let unsigned: string;

beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  unsigned = await call('createrawtransaction', [[{ txid: TXID, vout: 0 }], { [OTHER]: 1 }]);
});
afterAll(() => played.close());

async function call<T>(method: string, params: unknown): Promise<T> {
  return JSON.parse(await rpcCaller(played)(method, JSON.stringify(params))) as T;
}

async function sign(
  hex: string,
  keys: readonly string[],
  prevouts: readonly Prevout[],
  hashType?: string,
): Promise<Signed> {
  const type = hashType === undefined ? [] : [hashType];
  return await call('signrawtransactionwithkey', [hex, keys, prevouts, ...type]);
}

async function multisig(required: number, type: string): Promise<Prevout> {
  const made = await call<Prevout>('createmultisig', [required, KEYS, type]);
  const { scriptPubKey } = await call<Prevout>('validateaddress', [made['address']]);
  const { redeemScript } = made;
  return { txid: TXID, vout: 0, amount: 2, scriptPubKey, redeemScript };
}

const errorOf = ({ errors }: Signed): string | undefined => errors?.[0]?.error;
const prevout = (scriptPubKey: string): Prevout => ({
  txid: TXID,
  vout: 0,
  amount: 2,
  scriptPubKey,
});

describe('an input of a multisig', () => {
  it.each([
    ['legacy', NO_KEY],
    ['p2sh-segwit', NO_KEY],
    ['bech32', NO_KEY],
  ])('of %s is told to lack keys, then signatures, and then nothing', async (type, noKey) => {
    const spent = await multisig(2, type);
    expect(errorOf(await sign(unsigned, [STRANGER], [spent]))).toBe(noKey);
    const half = await sign(unsigned, [CAROL, STRANGER], [spent]);
    expect(half.complete).toBe(false);
    expect(errorOf(half)).toBe(MORE);
    const whole = await sign(half.hex, [ALICE], [spent]);
    expect(whole).toEqual({ hex: whole.hex, complete: true });
    // Signed in whichever order, and by both at once.
    expect(await sign(unsigned, [ALICE, CAROL], [spent])).toEqual(whole);
    const other = await sign(unsigned, [BOB], [spent]);
    expect((await sign(other.hex, [ALICE, CAROL], [spent])).complete).toBe(true);
  });

  it.each([
    // An element for OP_CHECKMULTISIG, room for half of what is missing, rounded up, and the script.
    [1, [], '00' + '00', FALSE],
    [2, [], '00' + '00', NO_KEY],
    [3, [], '00' + '0000', NO_KEY],
    [3, [ALICE], '00' + 'S' + '00', NO_KEY],
    [3, [ALICE, BOB], '00' + 'SS' + '00', MORE],
  ] as const)(
    'with %i of 3 and the keys %j has a stack like Core’s',
    async (required, keys, stack, error) => {
      const spent = await multisig(required, 'legacy');
      const signed = await sign(unsigned, keys, [spent]);
      const { scriptSig = '' } = signed.errors?.[0] ?? {};
      const script = spent['redeemScript'] as string;
      expect(scriptSig.endsWith(`4c69${script}`)).toBe(true);
      const pushes = scriptSig
        .slice(0, -script.length - 4)
        .replace(/4[678]30[0-9a-f]{134,140}?01(?=00|4[678]30|$)/g, 'S');
      expect(pushes).toBe(stack);
      expect(errorOf(signed)).toBe(error);
    },
  );
});

describe('an input of one key', () => {
  it.each([
    ['a key', `21${KEYS[0]}ac`, NO_KEY],
    ['its hash', `76a914${ALICE_HASH}88ac`, NO_KEY],
    ['its hash, by a witness', `0014${ALICE_HASH}`, MISMATCH],
    ['an output key', `5120${KEYS[0].slice(2)}`, 'Witness program was passed an empty witness'],
    ['nobody', '6a', 'OP_RETURN was encountered'],
    [
      'a later witness version',
      `5220${'11'.repeat(32)}`,
      'Witness version reserved for soft-fork upgrades',
    ],
  ])('for %s is told to lack it', async (_, script, error) => {
    const signed = await sign(unsigned, [STRANGER], [prevout(script)]);
    expect(signed.hex).toBe(unsigned);
    expect(errorOf(signed)).toBe(error);
  });

  it('that is there already stays as it is', async () => {
    const spent = prevout(`0014${ALICE_HASH}`);
    const signed = await sign(unsigned, [ALICE], [spent], 'NONE');
    expect(signed.complete).toBe(true);
    expect(await sign(signed.hex, [ALICE], [spent], 'ALL')).toEqual(signed);
    const lost = await sign(signed.hex, [ALICE], []);
    expect(lost.hex).toBe(signed.hex);
    expect(errorOf(lost)).toBe('Input not found or already spent');
  });

  it('of Taproot is signed anew by whoever has the key, and else stays too', async () => {
    const spent = prevout(`5120${KEYS[0].slice(2)}`);
    const plain = await sign(unsigned, [ALICE], [spent]);
    const all = await sign(unsigned, [ALICE], [spent], 'ALL');
    expect([plain.complete, all.complete]).toEqual([true, true]);
    expect(all.hex.length).toBe(plain.hex.length + 2);
    expect(await sign(all.hex, [ALICE], [spent])).toEqual(plain);
    expect(await sign(all.hex, [STRANGER], [spent])).toEqual(all);
  });

  it('is not signed by SINGLE without an output beside it', async () => {
    const two = [0, 1].map((vout) => ({ txid: TXID, vout }));
    const tx = await call<string>('createrawtransaction', [two, { [OTHER]: 1 }]);
    const spent = [0, 1].map((vout) => ({ ...prevout(`76a914${ALICE_HASH}88ac`), vout }));
    const signed = await sign(tx, [ALICE], spent, 'SINGLE|ANYONECANPAY');
    expect(signed.errors).toHaveLength(1);
    expect(signed.errors?.[0]).toMatchObject({ vout: 1, scriptSig: '', error: NO_KEY });
  });
});

describe('what Taproot signed', () => {
  let inputs: readonly unknown[];

  beforeAll(async () => {
    const { node } = played;
    const [hash = new Uint8Array()] = await node.generate(1, fromHex(`5120${KEYS[0].slice(2)}`));
    await node.generate(100, Uint8Array.of(0x51));
    const { tx } = await call<{ tx: readonly string[] }>('getblock', [toReversedHex(hash), 1]);
    inputs = [{ txid: tx[0], vout: 0 }];
  });

  it('is forgotten when copies of a transaction are put together', async () => {
    const bare = await call<string>('createrawtransaction', [inputs, { [OTHER]: 1 }]);
    const signed = await sign(bare, [ALICE], []);
    expect(signed.complete).toBe(true);
    expect(await call('combinerawtransaction', [[signed.hex, signed.hex]])).toBe(bare);
  });

  it('has no size in a PSBT that is final', async () => {
    const psbt = await call<string>('createpsbt', [inputs, { [OTHER]: 1 }]);
    const done = await call<{ psbt: string; complete: boolean; hex: string }>(
      'descriptorprocesspsbt',
      [psbt, [`rawtr(${ALICE})`]],
    );
    expect(done.complete).toBe(true);
    expect(await call('finalizepsbt', [done.psbt])).toEqual({ hex: done.hex, complete: true });
    expect(await call('analyzepsbt', [done.psbt])).toEqual({
      inputs: [{ has_utxo: true, is_final: true, next: 'extractor' }],
      fee: 49,
      next: 'extractor',
    });
    // Nor has one that could be: Core makes it final while it looks.
    const half = await call<{ psbt: string }>('descriptorprocesspsbt', [
      psbt,
      [`rawtr(${ALICE})`],
      'ALL',
      true,
      false,
    ]);
    expect(await call('analyzepsbt', [half.psbt])).toEqual({
      inputs: [{ has_utxo: true, is_final: false, next: 'finalizer' }],
      fee: 49,
      next: 'finalizer',
    });
    // Where nothing is signed, it is guessed.
    const updated = await call<string>('utxoupdatepsbt', [psbt]);
    expect(await call('analyzepsbt', [updated])).toEqual({
      inputs: [{ has_utxo: true, is_final: false, next: 'updater' }],
      estimated_vsize: 99,
      estimated_feerate: 494.94949494,
      fee: 49,
      next: 'updater',
    });
  });
});

describe('a PSBT that has to wait', () => {
  it('has a size all the same, and is final once its input is old enough', async () => {
    const script = (key: string): string => `wsh(and_v(v:pk(${key}),older(10)))`;
    const [hash] = await call<readonly string[]>('generatetodescriptor', [1, script(KEYS[0])]);
    await call('generatetodescriptor', [100, 'raw(51)']);
    const { tx } = await call<{ tx: readonly string[] }>('getblock', [hash, 1]);
    const psbtOf = (sequence: number): Promise<string> =>
      call('createpsbt', [[{ txid: tx[0], vout: 0, sequence }], { [OTHER]: 1 }]);

    const updated = await call('utxoupdatepsbt', [await psbtOf(0), [script(KEYS[0])]]);
    expect(await call('analyzepsbt', [updated])).toMatchObject({
      inputs: [{ next: 'signer', missing: { signatures: [ALICE_HASH] } }],
      estimated_vsize: 111,
    });
    const signed = async (sequence: number): Promise<{ psbt: string; complete: boolean }> =>
      await call('descriptorprocesspsbt', [await psbtOf(sequence), [script(ALICE)]]);
    const early = await signed(9);
    expect(early.complete).toBe(false);
    expect(await call('analyzepsbt', [early.psbt])).toMatchObject({
      inputs: [{ is_final: false, next: 'updater' }],
      estimated_vsize: 111,
    });
    expect(await signed(10)).toMatchObject({ complete: true });
  });
});

describe('a PSBT and several descriptors', () => {
  it('is signed for an xpub with the xprv of another', async () => {
    const xprv =
      'tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK';
    const { descriptor } = await call<{ descriptor: string }>('getdescriptorinfo', [
      `pkh(${xprv})`,
    ]);
    const xpub = descriptor.slice('pkh('.length, descriptor.indexOf(')'));
    expect(xpub).toMatch(/^tpub/);
    const [hash] = await call<readonly string[]>('generatetodescriptor', [1, `wpkh(${xpub}/1/2)`]);
    await call('generatetodescriptor', [100, 'raw(51)']);
    const { tx } = await call<{ tx: readonly string[] }>('getblock', [hash, 1]);
    const psbt = await call('createpsbt', [[{ txid: tx[0], vout: 0 }], { [OTHER]: 1 }]);
    const ranged = { desc: `wpkh(${xpub}/1/*)`, range: [2, 2] };
    const process = (descriptors: readonly unknown[]): Promise<unknown> =>
      call('descriptorprocesspsbt', [psbt, descriptors]);
    expect(await process([ranged, `pkh(${xprv})`])).toMatchObject({ complete: false });
    expect(await process([`pkh(${xprv})`, ranged])).toMatchObject({ complete: true });
  });
});
