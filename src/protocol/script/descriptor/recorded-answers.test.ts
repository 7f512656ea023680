/** What Bitcoin Core 28.1 answered on regtest about descriptors, against what this folder finds. */
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { sha256 } from '../../crypto/hash.ts';
import { addressFromScript } from '../address.ts';
import { p2wsh } from '../templates.ts';
import type { DescriptorChain } from './chain.ts';
import { descriptorChecksum } from './checksum.ts';
import { hasPrivateKeys, isRange, isSolvable } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { expandDescriptor } from './expand.ts';
import { inferDescriptor } from './infer.ts';
import { type KnownSolutions, knownFrom, NOTHING_KNOWN } from './known-solutions.ts';
import { parseDescriptor } from './parse.ts';
import { descriptorToString } from './print.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('descriptors: SKIPPED, there are no recorded answers in ../shared/vectors');
}

const REGTEST: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};

interface Call<Result> {
  readonly method: string;
  readonly params: readonly [string, ...unknown[]];
  readonly result?: Result;
  readonly error?: { readonly code: number; readonly message: string };
}

const calls = ['mining-util', 'rawtx', 'wallet'].flatMap((session) =>
  (vectors?.text(`rpc/${session}.jsonl`) ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Call<unknown>),
);

function answered<Result>(method: string): readonly (Call<Result> & { readonly result: Result })[] {
  return calls.filter((call) => call.method === method && call.result !== undefined) as never;
}

function refused(method: string): readonly Required<Omit<Call<never>, 'result'>>[] {
  return calls.filter((call) => call.method === method && call.error !== undefined) as never;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DescriptorError) return error.message;
    throw error;
  }
  return 'accepted';
}

const print = (text: string) => descriptorToString(parseDescriptor(text, REGTEST), REGTEST);

function infer(script: Uint8Array, known: KnownSolutions = NOTHING_KNOWN): string {
  return descriptorToString(inferDescriptor(script, REGTEST, known), REGTEST);
}

describe.skipIf(vectors === undefined)('Bitcoin Core’s recorded answers of', () => {
  it('getdescriptorinfo', () => {
    const rows = answered<Record<string, unknown>>('getdescriptorinfo');
    expect(rows).toHaveLength(16);
    for (const { params, result } of rows) {
      const descriptor = parseDescriptor(params[0], REGTEST);
      expect({
        descriptor: descriptorToString(descriptor, REGTEST),
        checksum: descriptorChecksum(params[0]),
        isrange: isRange(descriptor),
        issolvable: isSolvable(descriptor),
        hasprivatekeys: hasPrivateKeys(descriptor),
      }).toEqual(result);
    }
  });

  it('getdescriptorinfo, when it refuses', () => {
    const rows = refused('getdescriptorinfo');
    expect(rows).toHaveLength(5);
    for (const { params, error } of rows) {
      expect(refusal(() => parseDescriptor(params[0], REGTEST))).toBe(error.message);
    }
  });

  it('deriveaddresses', () => {
    const rows = answered<readonly string[]>('deriveaddresses');
    expect(rows).toHaveLength(13);
    for (const { params, result } of rows) {
      const descriptor = parseDescriptor(params[0], REGTEST, { requireChecksum: true });
      const [from, to] = (params[1] as readonly [number, number]) ?? [0, 0];
      const addresses: (string | undefined)[] = [];
      for (let index = from; index <= to; index++) {
        for (const { script } of expandDescriptor(descriptor, index).outputs) {
          addresses.push(addressFromScript(script, REGTEST.addressPrefixes));
        }
      }
      expect(addresses.filter((address) => address !== undefined)).toEqual(result);
    }
  });

  it('deriveaddresses, without a checksum', () => {
    const [row] = refused('deriveaddresses').filter(({ params }) => !params[0].includes('#'));
    expect(
      refusal(() => parseDescriptor(row?.params[0] as string, REGTEST, { requireChecksum: true })),
    ).toBe(row?.error.message);
  });

  it('createmultisig', () => {
    const rows = answered<{
      readonly address: string;
      readonly redeemScript: string;
      readonly descriptor: string;
    }>('createmultisig');
    expect(rows).toHaveLength(6);
    for (const { result } of rows) {
      const descriptor = parseDescriptor(result.descriptor, REGTEST);
      const [output] = expandDescriptor(descriptor).outputs;
      const script = output?.witnessScript ?? output?.redeemScript ?? new Uint8Array();
      expect(toHex(script)).toBe(result.redeemScript);
      expect(addressFromScript(output?.script as Uint8Array, REGTEST.addressPrefixes)).toBe(
        result.address,
      );
      expect(print(result.descriptor)).toBe(result.descriptor);
    }
  });

  it('decodescript', () => {
    interface Decoded {
      readonly type: string;
      readonly desc: string;
      readonly segwit?: { readonly hex: string; readonly desc: string };
    }
    const rows = answered<Decoded>('decodescript');
    expect(rows).toHaveLength(14);
    for (const { params, result } of rows) {
      const script = fromHex(params[0]);
      expect(infer(script)).toBe(result.desc);
      if (result.segwit === undefined) continue;
      const wrapped = fromHex(result.segwit.hex);
      const isItsHash = toHex(p2wsh(sha256(script))) === result.segwit.hex;
      const known = { ...NOTHING_KNOWN, script: () => (isItsHash ? script : undefined) };
      expect(infer(wrapped, known)).toBe(result.segwit.desc);
    }
  });

  it('listdescriptors, private and public', () => {
    interface Listed {
      readonly descriptors: readonly { readonly desc: string }[];
    }
    const [open, secret] = answered<Listed>('listdescriptors').map(({ result }) =>
      result.descriptors.map(({ desc }) => desc),
    );
    expect(secret).toHaveLength(6);
    const parsed = (secret ?? []).map((text) => parseDescriptor(text, REGTEST));
    expect(
      parsed.map((descriptor) => descriptorToString(descriptor, REGTEST, { form: 'private' })),
    ).toEqual(secret);
    expect(
      parsed.map((descriptor) => descriptorToString(descriptor, REGTEST, { form: 'normalized' })),
    ).toEqual(open);
  });

  it('getaddressinfo', () => {
    interface AddressInfo {
      readonly scriptPubKey: string;
      readonly desc?: string;
      readonly parent_desc: string;
      readonly hdkeypath: string;
      readonly hex?: string;
    }
    const rows = answered<AddressInfo>('getaddressinfo').filter(({ result }) => result.desc);
    expect(rows).toHaveLength(6);
    for (const { result } of rows) {
      const index = Number(result.hdkeypath.split('/').at(-1));
      const expansion = expandDescriptor(parseDescriptor(result.parent_desc, REGTEST), index);
      const [output] = expansion.outputs;
      expect(toHex(output?.script as Uint8Array)).toBe(result.scriptPubKey);
      expect(output?.redeemScript && toHex(output.redeemScript)).toBe(result.hex);
      expect(infer(output?.script as Uint8Array, knownFrom([expansion]))).toBe(result.desc);
    }
  });
});

describe.skipIf(vectors === undefined)('Bitcoin Core’s test data', () => {
  it('has the descriptors of scripts as they are inferred here', () => {
    const rows =
      vectors?.json<readonly (readonly [string, { readonly desc: string }])[]>(
        'core/rpc_decodescript.json',
      ) ?? [];
    expect(rows).toHaveLength(10);
    for (const [hex, { desc }] of rows) expect(infer(fromHex(hex))).toBe(desc);
  });

  it('has the same addresses for sorted multisig (BIP67)', () => {
    interface Row {
      readonly keys: readonly string[];
      readonly script: string;
      readonly address: string;
    }
    const rows = vectors?.json<readonly Row[]>('core/rpc_bip67.json') ?? [];
    expect(rows).toHaveLength(4);
    for (const { keys, script, address } of rows) {
      const descriptor = parseDescriptor(`sh(sortedmulti(2,${keys.join(',')}))`, REGTEST);
      const [output] = expandDescriptor(descriptor).outputs;
      expect(output?.redeemScript && toHex(output.redeemScript)).toBe(script);
      expect(output && addressFromScript(output.script, REGTEST.addressPrefixes)).toBe(address);
    }
  });
});
