import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import {
  NOBODY,
  type PayingScene,
  payingScene,
  STRANGER,
} from '../../../../test/fixtures/paying-scene.ts';
import { parsePsbt } from '../../../protocol/psbt/decode-psbt.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';

const SIGHASH_NONE = 2;

let scene: PayingScene;

beforeAll(async () => {
  scene = await payingScene();
});

afterAll(() => scene.close());

interface Signed {
  readonly psbt: string;
  readonly hex?: string;
  readonly complete: boolean;
}

interface Listed {
  readonly descriptors: readonly { desc: string; active: boolean; internal?: boolean }[];
}

interface DecodedPsbt {
  readonly inputs: readonly Record<string, unknown>[];
  readonly outputs: readonly Record<string, unknown>[];
}

interface Coin {
  readonly txid: string;
  readonly vout: number;
  readonly scriptPubKey: string;
  readonly amount: number;
}

/** A wallet that watches what another one signs for. */
async function watching(name: string, of: string): Promise<void> {
  await scene.ask('createwallet', { wallet_name: name, disable_private_keys: true });
  const { descriptors } = await scene.ask<Listed>('listdescriptors', [], of);
  const requests = descriptors.map(({ desc, active, internal }) => ({
    ...{ desc, active, timestamp: 0 },
    ...(internal !== undefined && { internal }),
  }));
  const answers = await scene.ask<{ success: boolean }[]>('importdescriptors', [requests], name);
  expect(answers.every(({ success }) => success)).toBe(true);
}

describe('a wallet that watches, and one that signs', () => {
  it('pay together: one makes the PSBT, the other signs it, and anybody sends it', async () => {
    await watching('eye', 'a');
    const made = await scene.ask<{ psbt: string; fee: number; changepos: number }>(
      'walletcreatefundedpsbt',
      [[], [{ [NOBODY]: 1 }], 0, { fee_rate: 5, changePosition: 1 }],
      'eye',
    );
    expect(made.changepos).toBe(1);
    const decoded = await scene.ask<DecodedPsbt>('decodepsbt', [made.psbt]);
    expect(Object.keys(decoded.inputs[0] ?? {})).toEqual([
      ...['witness_utxo', 'non_witness_utxo', 'bip32_derivs'],
    ]);
    expect(decoded.outputs.map((output) => Object.keys(output))).toEqual([[], ['bip32_derivs']]);
    const looked = await scene.ask<Signed>('walletprocesspsbt', [made.psbt], 'eye');
    expect(looked).toEqual({ psbt: made.psbt, complete: false });
    const open = { psbt: made.psbt, finalize: false };
    const partly = await scene.ask<Signed>('walletprocesspsbt', open, 'a');
    expect(partly.complete).toBe(false);
    const whole = await scene.ask<Signed>('finalizepsbt', [partly.psbt]);
    expect(whole.complete).toBe(true);
    await scene.ask('sendrawtransaction', [whole.hex]);
    await scene.mine();
    const { trusted } = (await scene.ask<{ mine: { trusted: number } }>('getbalances', [], 'eye'))
      .mine;
    expect(Math.round(trusted * 1e8)).toBe(14_900_000_000 - Math.round(made.fee * 1e8));
  });

  it('send, sendall and psbtbumpfee of the one make what the other completes', async () => {
    for (const [method, params] of [
      ['send', { outputs: { [NOBODY]: 1 }, fee_rate: 3 }],
      ['sendall', { recipients: [NOBODY], fee_rate: 3 }],
    ] as const) {
      const made = await scene.ask<Signed>(method, params, 'eye');
      expect(Object.keys(made)).toEqual(['psbt', 'complete']);
      expect((await scene.ask<Signed>('walletprocesspsbt', [made.psbt], 'a')).complete).toBe(true);
    }
    const txid = await scene.ask<string>('sendtoaddress', [NOBODY, 1], 'a');
    expect(await scene.call('bumpfee', `["${txid}"]`, 'eye')).toBe(
      '-4 bumpfee is not available with wallets that have private keys disabled. Use psbtbumpfee instead.',
    );
    const bumped = await scene.ask<Signed & { fee: number; origfee: number }>(
      'psbtbumpfee',
      { txid, fee_rate: 50 },
      'eye',
    );
    expect(Object.keys(bumped)).toEqual(['psbt', 'origfee', 'fee', 'errors']);
    expect(bumped.fee).toBeGreaterThan(bumped.origfee);
    const signed = await scene.ask<Signed>('walletprocesspsbt', [bumped.psbt], 'a');
    await scene.ask('sendrawtransaction', [signed.hex]);
    expect(await scene.ask<string[]>('getrawmempool')).not.toContain(txid);
    await scene.mine();
    expect(await scene.call('sendtoaddress', `["${NOBODY}", 1]`, 'eye')).toBe(
      '-4 Error: Private keys are disabled for this wallet',
    );
  });
});

describe('two of three', () => {
  it('sign for coins that all three watch', async () => {
    const keys: string[][] = [];
    for (const name of ['x', 'y', 'z']) {
      await scene.ask('createwallet', [name]);
      const [open, closed] = await Promise.all(
        [false, true].map(async (isPrivate) => {
          const { descriptors } = await scene.ask<Listed>('listdescriptors', [isPrivate], name);
          const found = descriptors.find(
            ({ desc, internal }) => desc.startsWith('pkh(') && internal === false,
          );
          return /pkh\((.*)\/0\/\*\)#/.exec(found?.desc ?? '')?.[1] ?? '';
        }),
      );
      keys.push([open ?? '', closed ?? '']);
    }
    for (const [i, name] of ['x', 'y', 'z'].entries()) {
      await scene.ask('createwallet', { wallet_name: `of-${name}`, blank: true });
      const desc = await Promise.all(
        [0, 1].map(async (branch) => {
          const own = keys.map((pair, j) => `${pair[i === j ? 1 : 0]}/${branch}/*`);
          const text = `wsh(sortedmulti(2,${own.join(',')}))`;
          const { checksum } = await scene.ask<{ checksum: string }>('getdescriptorinfo', [text]);
          return `${text}#${checksum}`;
        }),
      );
      const requests = desc.map((each, branch) => ({
        ...{ desc: each, active: true, internal: branch === 1, timestamp: 0 },
      }));
      const done = await scene.ask<{ success: boolean }[]>(
        ...(['importdescriptors', [requests], `of-${name}` as const] as const),
      );
      expect(done.map(({ success }) => success)).toEqual([true, true]);
    }
    const [first, second] = await Promise.all(['of-x', 'of-y'].map((name) => scene.address(name)));
    expect(first).toBe(second);
    await scene.ask('sendtoaddress', [first, 3], 'a');
    await scene.mine();
    const made = await scene.ask<Signed>('send', { outputs: { [NOBODY]: 1 } }, 'of-x');
    expect(Object.keys(made)).toEqual(['psbt', 'complete']);
    const other = await scene.ask<Signed>('walletprocesspsbt', [made.psbt], 'of-z');
    expect(other.complete).toBe(true);
    const [verdict] = await scene.ask<{ allowed: boolean }[]>('testmempoolaccept', [[other.hex]]);
    expect(verdict?.allowed).toBe(true);
    const analysis = await scene.ask<{ next: string }>('analyzepsbt', [made.psbt]);
    expect(analysis.next).toBe('signer');
  });
});

describe('walletprocesspsbt', () => {
  it('signs scripts that it does not watch, with keys that it knows', async () => {
    const keyOf = async (wallet: string) => {
      const address = await scene.address(wallet);
      return (await scene.ask<{ pubkey: string }>('getaddressinfo', [address], wallet)).pubkey;
    };
    const [one, two] = [await keyOf('a'), await keyOf('b')];
    const nobodys = '50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0';
    // A leaf asks for a key that another wallet knows as that of an address.
    const tapAddress = await scene.address('b', 'bech32m');
    const { desc } = await scene.ask<{ desc: string }>('getaddressinfo', [tapAddress], 'b');
    const inner = /tr\((\[[^\]]*\][0-9a-f]{64})\)/.exec(desc)?.[1] ?? '';
    const texts = [
      ...[`sh(multi(2,${one},${two}))`, `wsh(multi(2,${one},${two}))`],
      ...[`sh(wsh(multi(2,${one},${two})))`, `wsh(pkh(${one}))`, `tr(${nobodys},pk(${inner}))`],
    ];
    await scene.ask('createwallet', { wallet_name: 'many', disable_private_keys: true });
    const outputs: Record<string, number> = {};
    for (const text of texts) {
      const { descriptor } = await scene.ask<{ descriptor: string }>('getdescriptorinfo', [text]);
      const request = { desc: descriptor, timestamp: 'now' };
      const [done] = await scene.ask<{ success: boolean }[]>(
        ...(['importdescriptors', [[request]], 'many'] as const),
      );
      expect(done?.success).toBe(true);
      const [address] = await scene.ask<string[]>('deriveaddresses', [descriptor]);
      outputs[address as string] = 1;
    }
    await scene.ask('sendmany', ['', outputs], 'a');
    await scene.mine();
    const all = await scene.ask<Signed>('sendall', [[NOBODY]], 'many');
    expect(all.complete).toBe(false);
    const first = await scene.ask<Signed>('walletprocesspsbt', [all.psbt], 'a');
    expect(first.complete).toBe(false);
    const last = await scene.ask<Signed>('walletprocesspsbt', [first.psbt], 'b');
    expect(last.complete).toBe(true);
    const [verdict] = await scene.ask<{ allowed: boolean }[]>('testmempoolaccept', [[last.hex]]);
    expect(verdict?.allowed).toBe(true);
  });

  it('signs for no other hash type than the PSBT asks for', async () => {
    const params = [[], { [NOBODY]: 1 }];
    const { psbt } = await scene.ask<Signed>('walletcreatefundedpsbt', params, 'a');
    const parsed = parsePsbt(psbt);
    const inputs = parsed.inputs.map((input) => ({ ...input, hashType: SIGHASH_NONE }));
    const asked = formatPsbt({ ...parsed, inputs });
    expect(await scene.call('walletprocesspsbt', JSON.stringify([asked]), 'a')).toBe(
      '-22 Specified sighash value does not match value stored in PSBT',
    );
    const signed = await scene.ask<Signed>('walletprocesspsbt', [asked, true, 'NONE'], 'a');
    expect(signed.complete).toBe(true);
    expect((await scene.ask<Signed>('walletprocesspsbt', [asked, false], 'a')).complete).toBe(
      false,
    );
  });

  it('hides where keys come from, and signs nothing, if it is told to', async () => {
    const { psbt } = await scene.ask<Signed>(
      'walletcreatefundedpsbt',
      { outputs: [{ [NOBODY]: 1 }], bip32derivs: false },
      'a',
    );
    const { inputs, outputs } = await scene.ask<DecodedPsbt>('decodepsbt', [psbt]);
    const hasOrigin = (each: object) =>
      Object.keys(each).some((name) => name.endsWith('bip32_derivs'));
    expect([...inputs, ...outputs].some(hasOrigin)).toBe(false);
    const filled = await scene.ask<Signed>('walletprocesspsbt', [psbt, false], 'a');
    expect(filled.complete).toBe(false);
    const after = await scene.ask<DecodedPsbt>('decodepsbt', [filled.psbt]);
    expect(after.inputs.every(hasOrigin)).toBe(true);
    expect(Object.keys(after.inputs[0] ?? {})).not.toContain('partial_signatures');
  });

  it.each<[words: string, params: unknown]>([
    ['-22 TX decode failed invalid base64', ['bad']],
    ["-8 'x' is not a valid sighash parameter.", ['cHNidP8BAAoCAAAAAAAAAAAAAA==', true, 'x']],
  ])('answers %s', async (words, params) => {
    expect(await scene.call('walletprocesspsbt', JSON.stringify(params), 'a')).toBe(words);
  });
});

describe('signrawtransactionwithwallet', () => {
  it('signs for coins that it is told of, and says what it cannot sign', async () => {
    const coins = await scene.ask<Coin[]>('listunspent', [], 'a');
    const [coin] = coins as [Coin];
    const made = await scene.ask<string>('createrawtransaction', [...[[coin], { [STRANGER]: 1 }]]);
    const signed = await scene.ask<Signed>('signrawtransactionwithwallet', [made], 'a');
    expect(signed.complete).toBe(true);
    const other = await scene.ask<Signed & { errors: unknown[] }>(
      'signrawtransactionwithwallet',
      [made],
      'b',
    );
    expect(other.complete).toBe(false);
    expect(other.errors).toEqual([
      {
        ...{ txid: coin.txid, vout: coin.vout, witness: [], scriptSig: '', sequence: 0xfffffffd },
        error: 'Unable to sign input, invalid stack size (possibly missing key)',
      },
    ]);
    const child = { ...coin, txid: '11'.repeat(32) };
    const unknown = await scene.ask<string>('createrawtransaction', [[child], { [STRANGER]: 1 }]);
    const told = await scene.ask<Signed>('signrawtransactionwithwallet', [unknown, [child]], 'a');
    expect(told.complete).toBe(true);
    const silent = await scene.ask<{ errors: { error: string }[] }>(
      ...(['signrawtransactionwithwallet', [unknown], 'a'] as const),
    );
    expect(silent.errors.map(({ error }) => error)).toEqual(['Input not found or already spent']);
  });

  it.each<[words: string, params: unknown]>([
    ['-22 TX decode failed. Make sure the tx has at least one input.', ['00']],
    [
      "-8 'all' is not a valid sighash parameter.",
      [`0200000001${'11'.repeat(32)}${'00'.repeat(14)}`, null, 'all'],
    ],
  ])('answers %s', async (words, params) => {
    const answer = await scene.call('signrawtransactionwithwallet', JSON.stringify(params), 'a');
    expect(answer).toBe(words);
  });
});

describe('signmessage', () => {
  it('signs with the key of an address, so that anybody can verify it', async () => {
    const address = await scene.address('a', 'legacy');
    const signature = await scene.ask<string>('signmessage', [address, 'hello'], 'a');
    expect(await scene.ask<boolean>('verifymessage', [address, signature, 'hello'])).toBe(true);
  });

  it.each<[words: string, address: string]>([
    ['-5 Invalid address', 'bad'],
    ['-3 Address does not refer to key', STRANGER],
    ['-4 Private key not available', NOBODY],
  ])('answers %s', async (words, address) => {
    expect(await scene.call('signmessage', JSON.stringify([address, 'hello']), 'a')).toBe(words);
  });
});

describe('a locked wallet', () => {
  it('signs nothing, and still makes PSBTs', async () => {
    const locked = '-13 Error: Please enter the wallet passphrase with walletpassphrase first.';
    await scene.ask('createwallet', { wallet_name: 'shut', passphrase: 'secret' });
    await scene.ask('sendtoaddress', [await scene.address('shut'), 2], 'a');
    await scene.mine();
    const made = await scene.ask<Signed>(
      'walletcreatefundedpsbt',
      [[], [{ [NOBODY]: 1 }], 0, { fee_rate: 2 }],
      'shut',
    );
    const sent = await scene.ask<Signed>('send', { outputs: { [NOBODY]: 1 } }, 'shut');
    expect(sent.complete).toBe(false);
    for (const [method, params] of [
      ['sendtoaddress', [NOBODY, 1]],
      ['sendmany', ['', { [NOBODY]: 1 }]],
      ['walletprocesspsbt', [made.psbt]],
      ['signmessage', [NOBODY, 'x']],
      ['bumpfee', ['77'.repeat(32)]],
      ['signrawtransactionwithwallet', [`0200000001${'11'.repeat(32)}${'00'.repeat(14)}`]],
    ] as const) {
      expect([method, await scene.call(method, JSON.stringify(params), 'shut')]).toEqual([
        ...[method, locked],
      ]);
    }
  });
});

interface SignerCase {
  readonly privkeys: readonly string[];
  readonly psbt: string;
  readonly result: string;
}

const vectors = VectorFolder.find();
if (vectors === undefined) console.warn('no reference data: no wallet signs the PSBTs of Core');

describe.skipIf(vectors === undefined)('the signers of Bitcoin Core', () => {
  const { signer } = JSON.parse(vectors?.text('core/rpc_psbt.json') ?? '{"signer":[]}') as {
    signer: readonly SignerCase[];
  };

  it.each(signer.map((each, i) => ({ ...each, i })))('sign in case $i as they do', async (each) => {
    const name = `signer-${each.i}`;
    await scene.ask('createwallet', { wallet_name: name, blank: true });
    for (const key of each.privkeys) {
      const text = `combo(${key})`;
      const { checksum } = await scene.ask<{ checksum: string }>('getdescriptorinfo', [text]);
      const request = { desc: `${text}#${checksum}`, timestamp: 'now' };
      await scene.ask('importdescriptors', [[request]], name);
    }
    const signed = await scene.ask<Signed>('walletprocesspsbt', [each.psbt, true, 'ALL'], name);
    expect(signed.psbt).toBe(each.result);
  });
});
