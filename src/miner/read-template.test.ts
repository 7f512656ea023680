import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../test/conformance/vector-check.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import { checkBlockContext } from '../protocol/consensus/block-context.ts';
import { checkBlockSanity } from '../protocol/consensus/check-block.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { readJson } from '../protocol/report/read-json.ts';
import { BlockMaker } from './block-maker.ts';
import { MinerError } from './miner-error.ts';
import { readTemplate } from './read-template.ts';

const TIP = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';

/** The answer of Bitcoin Core 28 on an empty regtest, as far as a miner reads it. */
const PLAIN = {
  capabilities: ['proposal'],
  version: 536870912,
  rules: ['csv', '!segwit', 'taproot'],
  vbavailable: {},
  vbrequired: 0,
  previousblockhash: TIP,
  transactions: [],
  coinbaseaux: {},
  coinbasevalue: 5000000000,
  longpollid: `${TIP}7`,
  target: '7fffff0000000000000000000000000000000000000000000000000000000000',
  mintime: 1296688603,
  mutable: ['time', 'transactions', 'prevblock'],
  noncerange: '00000000ffffffff',
  sigoplimit: 80000,
  sizelimit: 4000000,
  weightlimit: 4000000,
  curtime: 1700000000,
  bits: '207fffff',
  height: 1,
  default_witness_commitment:
    '6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9',
};

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('miner: SKIPPED in part, there are no recorded sessions in ../shared/vectors');
}

interface Recorded {
  readonly method: string;
  readonly params: readonly { readonly mode?: string }[];
  readonly result?: { readonly height?: number };
}

describe.skipIf(vectors === undefined)('templates that Bitcoin Core 28.1 made', () => {
  it('are read, and make blocks', () => {
    const lines = (vectors as VectorFolder).text('rpc/mining-util.jsonl').trim().split('\n');
    const made = lines
      .map((line) => JSON.parse(line) as Recorded)
      .filter(
        ({ method, result }) => method === 'getblocktemplate' && result?.height !== undefined,
      );
    expect(made.length).toBeGreaterThan(0);
    for (const { result } of made) {
      const template = readTemplate(readJson(JSON.stringify(result)));
      expect(template).toMatchObject({ height: result?.height, bits: 0x207fffff, hasSegwit: true });
      const wishes = { scriptPubKey: Uint8Array.of(0x51), tag: new Uint8Array() };
      const block = new BlockMaker(template, wishes).block(new Uint8Array(8), template.time);
      checkBlockSanity(block, regtest.consensus, { proofOfWork: false });
      const { height, minTime } = template;
      const context = { height, previousMedianTimePast: minTime - 1 };
      checkBlockContext(block, context, regtest.consensus);
    }
  });
});

function read(changes: object): ReturnType<typeof readTemplate> {
  return readTemplate(readJson(JSON.stringify({ ...PLAIN, ...changes })));
}

function problem(changes: object): string {
  try {
    read(changes);
    return 'none';
  } catch (error) {
    if (error instanceof MinerError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('a template', () => {
  it('of Bitcoin Core is read', () => {
    const { previousBlockHash, commitment, ...rest } = read({});
    expect(toReversedHex(previousBlockHash)).toBe(TIP);
    expect(commitment).toHaveLength(38);
    expect(rest).toEqual({
      height: 1,
      version: 0x20000000,
      bits: 0x207fffff,
      transactions: [],
      reward: 5_000_000_000n,
      coinbaseExtra: new Uint8Array(),
      hasSegwit: true,
      time: 1_700_000_000,
      minTime: 1_296_688_603,
      maxTime: 0xffffffff,
      nonces: { first: 0, last: 0xffffffff },
      longPollId: `${TIP}7`,
    });
  });

  it('says what a miner may change: times and nonces', () => {
    expect(read({ mutable: [] })).toMatchObject({ minTime: 1_700_000_000, maxTime: 1_700_000_000 });
    expect(read({ mutable: ['time/increment'], maxtime: 1_700_000_600 })).toMatchObject({
      minTime: 1_296_688_603,
      maxTime: 1_700_000_600,
    });
    expect(read({ noncerange: '0000100000001fff' }).nonces).toEqual({ first: 4096, last: 8191 });
  });

  it('may come without a commitment, a long poll, and what nobody needs', () => {
    const { default_witness_commitment, longpollid, coinbaseaux, mutable, ...rest } = PLAIN;
    expect(readTemplate(readJson(JSON.stringify({ ...rest, rules: ['csv'] })))).toMatchObject({
      commitment: undefined,
      hasSegwit: false,
      longPollId: undefined,
    });
  });

  it('may have words for the coinbase', () => {
    expect(read({ coinbaseaux: { flags: '0102', more: '03' } }).coinbaseExtra).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });
});

describe('a template is refused', () => {
  it('where blocks are signed, with a word on why', () => {
    expect(problem({ signet_challenge: '51' })).toMatch(/^signed-chain: this node is on a signet/);
    expect(problem({ rules: ['!signet'] })).toMatch(/^signed-chain/);
  });

  it('where it asks for what this miner does not do', () => {
    expect(problem({ rules: ['csv', '!bigblocks'] })).toBe(
      'unsupported-template: the node\'s blocks follow the rule "bigblocks", which this miner does not know',
    );
    expect(problem({ rules: ['bigblocks'] })).toBe('none');
    expect(problem({ coinbasevalue: undefined, coinbasetxn: { data: '00' } })).toMatch(
      /^unsupported-template: the node wants its own coinbase/,
    );
  });

  it.each([
    [{ height: -1 }, 'height is -1; allowed are whole numbers from 0 to 4294967295'],
    [{ height: 1.5 }, 'height is 1.5'],
    [{ height: undefined }, 'height is missing'],
    [{ bits: '1d00fff' }, 'bits is "1d00fff"'],
    [{ previousblockhash: 'xyz' }, 'previousblockhash is "xyz"'],
    [{ coinbasevalue: '50' }, 'coinbasevalue is "50"'],
    [{ transactions: {} }, 'transactions is a list or an object, and no list'],
    [{ transactions: [{ data: '00' }] }, 'transactions[0] is no transaction'],
    [{ transactions: [7] }, 'transactions[0] is no object'],
    [{ coinbaseaux: { flags: 'zz' } }, 'coinbaseaux.flags is "zz"'],
    [{ noncerange: '00000002' }, 'noncerange is "00000002"'],
    [{ noncerange: '0000000200000001' }, 'which holds no nonce'],
    [{ longpollid: 7 }, 'longpollid is 7, and no text'],
    [{ curtime: null }, 'curtime is null'],
  ])('where it makes no sense: %j', (changes, words) => {
    expect(problem(changes)).toContain(`bad-template: the node's template makes no sense: `);
    expect(problem(changes)).toContain(words);
  });

  it('where it is none', () => {
    expect(() => readTemplate(null)).toThrow('the answer is no object');
    expect(() => readTemplate([])).toThrow(MinerError);
  });
});
