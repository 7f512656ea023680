import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock, pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { ByteMap } from '../bytes/byte-map.ts';
import { toHex, toReversedHex } from '../bytes/hex.ts';
import { regtest } from '../params/regtest.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { BlockHash, Txid } from '../primitives/hashes.ts';
import type { OutPoint, Transaction, TxOut } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { type Coin, coinKey } from './coin.ts';
import {
  type ConnectedBlock,
  type ConnectFacts,
  type ConnectParams,
  coinsToLoad,
  connectBlock,
} from './connect-block.ts';
import { RuleError } from './rule-error.ts';
import { verifyScripts } from './script-job.ts';

const HEIGHT = 200;
const SUBSIDY = 2_500_000_000n;
const MAX_MONEY = 2_100_000_000_000_000n;
const CHECKSIG = 0xac;
/** P2SH, DERSIG, NULLDUMMY, CLTV, CSV, WITNESS and TAPROOT. */
const ALL_RULES = 1 | (1 << 2) | (1 << 4) | (1 << 9) | (1 << 10) | (1 << 11) | (1 << 17);

/** The coins of a chain, and a block upon it. */
class Scene {
  readonly coins = new ByteMap<Coin>();
  readonly #names = new Map<number, OutPoint>();

  /** A coin from an ordinary payment of long ago, unless told otherwise. */
  coin(value: bigint, changes: Partial<Coin> = {}, scriptPubKey?: Uint8Array): OutPoint {
    const n = this.#names.size + 1;
    const outPoint = { txid: new Uint8Array(32).fill(n) as Txid, vout: n };
    this.#names.set(n, outPoint);
    const coin = { output: pay(value, scriptPubKey), height: 5, isCoinbase: false, ...changes };
    this.coins.set(coinKey(outPoint), coin);
    return outPoint;
  }

  connect(
    payments: readonly Transaction[],
    reward = 0n,
    params: ConnectParams = regtest.consensus,
    facts: Partial<ConnectFacts> = {},
  ): ConnectedBlock {
    const height = facts.height ?? HEIGHT;
    const block = mineBlock([coinbaseTx(height, [pay(reward)]), ...payments]);
    const position = {
      height,
      medianTimePastAt: (h: number) => 1_000_000 + 600 * h,
      blockHashAt: () => new Uint8Array(32) as BlockHash,
      ...facts,
    };
    const coins = new ByteMap<Coin>();
    for (const key of coinsToLoad(block, position, params)) {
      const coin = this.coins.get(key);
      if (coin !== undefined) coins.set(key, coin);
    }
    return connectBlock(block, { coins, ...position }, params);
  }

  reason(...args: Parameters<Scene['connect']>): string {
    try {
      this.connect(...args);
      return 'ok';
    } catch (error) {
      expect(error).toBeInstanceOf(RuleError);
      expect((error as RuleError).verdict).toBe('invalid');
      return (error as RuleError).message;
    }
  }
}

const first = (tx: Transaction): OutPoint => ({ txid: txid(tx), vout: 0 });
const keysOf = (map: ByteMap<Coin>): string[] => [...map.keys()].map(toHex).sort();
const hexKey = (outPoint: OutPoint): string => toHex(coinKey(outPoint));
const MISSING = 'bad-txns-inputs-missingorspent, CheckTxInputs: inputs missing/spent';

describe('connecting a block: coins', () => {
  it('takes what is spent and makes what is created', () => {
    const scene = new Scene();
    const [a, b] = [scene.coin(70n), scene.coin(50n)];
    const tx = payment([a, b], [pay(60n), pay(40n)]);
    const done = scene.connect([tx], 10n);
    expect(keysOf(done.spent)).toEqual([hexKey(a), hexKey(b)].sort());
    expect(done.created.size).toBe(3);
    expect(done.created.get(coinKey({ txid: txid(tx), vout: 1 }))).toEqual({
      output: pay(40n),
      height: HEIGHT,
      isCoinbase: false,
    });
    expect([...done.created.values()].filter(({ isCoinbase }) => isCoinbase)).toEqual([
      { output: pay(10n), height: HEIGHT, isCoinbase: true },
    ]);
    expect(done.fees).toBe(20n);
    expect(done.undo).toEqual([[scene.coins.get(coinKey(a)), scene.coins.get(coinKey(b))]]);
  });

  it('lets a transaction spend an earlier one of the block, and leaves no trace but in the undo data', () => {
    const scene = new Scene();
    const a = scene.coin(100n);
    const parent = payment([a], [pay(90n)]);
    const child = payment([first(parent)], [pay(80n)]);
    const done = scene.connect([parent, child]);
    expect(keysOf(done.spent)).toEqual([hexKey(a)]);
    expect(done.created.has(coinKey(first(parent)))).toBe(false);
    expect(done.created.has(coinKey(first(child)))).toBe(true);
    expect(done.undo[1]).toEqual([{ output: pay(90n), height: HEIGHT, isCoinbase: false }]);
    expect(scene.reason([child, parent])).toBe(MISSING);
  });

  it('refuses an input of which there is no coin, or not any more', () => {
    const scene = new Scene();
    const a = scene.coin(100n);
    const unknown = { txid: txid(coinbaseTx(9, [])), vout: 0 };
    expect(scene.reason([payment([unknown], [pay(0n)])])).toBe(MISSING);
    expect(scene.reason([payment([{ ...a, vout: 77 }], [pay(0n)])])).toBe(MISSING);
    expect(scene.reason([payment([a], [pay(1n)]), payment([a], [pay(2n)])])).toBe(MISSING);
    const parent = payment([a], [pay(9n)]);
    const twice = [1n, 2n].map((value) => payment([first(parent)], [pay(value)]));
    expect(scene.reason([parent, ...twice])).toBe(MISSING);
  });

  it('never makes a coin of an output that nobody can spend', () => {
    const scene = new Scene();
    const outputs = [
      pay(1n, Uint8Array.of(0x6a)),
      pay(1n, new Uint8Array(10_001)),
      pay(1n, new Uint8Array(10_000)),
      pay(1n, new Uint8Array(0)),
    ];
    const tx = payment([scene.coin(9n)], outputs);
    const { created } = scene.connect([tx]);
    const kept = outputs.map((_, vout) => created.has(coinKey({ txid: txid(tx), vout })));
    expect(kept).toEqual([false, false, true, true]);
  });

  it('lets a coinbase be spent a hundred blocks later, and not before', () => {
    const scene = new Scene();
    const spending = (height: number): string =>
      scene.reason([payment([scene.coin(1n, { height, isCoinbase: true })], [pay(0n)])]);
    expect(spending(HEIGHT - 100)).toBe('ok');
    expect(spending(HEIGHT - 99)).toBe(
      'bad-txns-premature-spend-of-coinbase, tried to spend coinbase at depth 99',
    );
  });
});

describe('connecting a block: amounts', () => {
  it('lets no transaction pay more than it takes', () => {
    const scene = new Scene();
    const a = scene.coin(150_000_000n);
    expect(scene.reason([payment([a], [pay(150_000_000n)])])).toBe('ok');
    expect(scene.reason([payment([a], [pay(150_000_001n)])])).toBe(
      'bad-txns-in-belowout, value in (1.50) < value out (1.50000001)',
    );
  });

  it('looks at the amounts of coins again, one by one and in sum', () => {
    const scene = new Scene();
    const spending = (...values: bigint[]): string =>
      scene.reason([
        payment(
          values.map((value) => scene.coin(value)),
          [pay(0n)],
        ),
      ]);
    expect(spending(MAX_MONEY)).toBe('ok');
    expect(spending(MAX_MONEY, 1n)).toBe('bad-txns-inputvalues-outofrange');
    expect(spending(MAX_MONEY + 1n)).toBe('bad-txns-inputvalues-outofrange');
    expect(spending(-1n)).toBe('bad-txns-inputvalues-outofrange');
    expect(spending(5n, -1n)).toBe('bad-txns-inputvalues-outofrange');
  });

  it('bounds the sum of the fees', () => {
    const scene = new Scene();
    const burn = (): Transaction => payment([scene.coin(MAX_MONEY)], [pay(0n)]);
    expect(scene.reason([burn()])).toBe('ok');
    expect(scene.reason([burn(), payment([scene.coin(1n)], [pay(0n)])])).toBe(
      'bad-txns-accumulated-fee-outofrange',
    );
  });

  it('lets a coinbase take the subsidy and the fees, or less', () => {
    const scene = new Scene();
    const tx = payment([scene.coin(100n)], [pay(93n)]);
    expect(scene.reason([tx], SUBSIDY + 7n)).toBe('ok');
    expect(scene.reason([tx], 0n)).toBe('ok');
    expect(scene.reason([tx], SUBSIDY + 8n)).toBe(
      'bad-cb-amount, coinbase pays too much (actual=2500000008 vs limit=2500000007)',
    );
  });
});

describe('connecting a block: BIP68', () => {
  const locked = (scene: Scene, height: number, sequence: number): readonly Transaction[] => [
    payment([scene.coin(1n, { height })], [pay(0n)], { sequence }),
  ];

  it('counts blocks from the coin', () => {
    const scene = new Scene();
    expect(scene.reason(locked(scene, HEIGHT - 10, 10))).toBe('ok');
    expect(scene.reason(locked(scene, HEIGHT - 10, 11))).toBe('bad-txns-nonfinal');
  });

  it('counts time from the median before the coin to the median before the block', () => {
    const scene = new Scene();
    // From block 149 to block 199: 50 times 600 seconds, and 58 times 512.
    expect(scene.reason(locked(scene, 150, 0x00400000 | 58))).toBe('ok');
    expect(scene.reason(locked(scene, 150, 0x00400000 | 59))).toBe('bad-txns-nonfinal');
  });

  it('locks a coin of the same block from the same block on', () => {
    const scene = new Scene();
    const parent = payment([scene.coin(5n)], [pay(4n)]);
    const child = (sequence: number): Transaction =>
      payment([first(parent)], [pay(3n)], { sequence });
    expect(scene.reason([parent, child(0)])).toBe('ok');
    expect(scene.reason([parent, child(1)])).toBe('bad-txns-nonfinal');
  });

  it('was not asked before CSV', () => {
    const scene = new Scene();
    const activeFrom = (csv: number) => ({
      ...regtest.consensus,
      buried: { ...regtest.consensus.buried, csv },
    });
    const early = locked(scene, HEIGHT - 10, 11);
    expect(scene.reason(early, 0n, activeFrom(HEIGHT + 1))).toBe('ok');
    expect(scene.reason(early, 0n, activeFrom(HEIGHT))).toBe('bad-txns-nonfinal');
  });
});

describe('connecting a block: signature checks', () => {
  it('costs 80,000 at most, coinbase included', () => {
    const scene = new Scene();
    const asking = (count: number): readonly Transaction[] => [
      payment([scene.coin(1n)], [pay(0n, new Uint8Array(count).fill(CHECKSIG))]),
    ];
    expect(scene.connect(asking(20_000)).sigopCost).toBe(80_000);
    expect(scene.reason(asking(20_001))).toBe('bad-blk-sigops');
  });

  it('counts those of a witness once, and those behind a script hash four times', () => {
    const scene = new Scene();
    const p2wpkh = Uint8Array.of(0, 20, ...new Uint8Array(20));
    const tx = payment([scene.coin(1n, {}, p2wpkh)], [pay(0n)]);
    expect(scene.connect([tx]).sigopCost).toBe(1);
    const p2sh = Uint8Array.of(0xa9, 20, ...new Uint8Array(20), 0x87);
    const bare = payment([scene.coin(1n, {}, p2sh)], [pay(0n)]);
    const scriptSig = Uint8Array.of(2, CHECKSIG, CHECKSIG);
    const revealing = { ...bare, inputs: bare.inputs.map((input) => ({ ...input, scriptSig })) };
    expect(scene.connect([revealing]).sigopCost).toBe(8);
  });
});

/** A chain whose first coinbases need not name their height, so that one could come again. */
const lateBip34: ConnectParams = {
  ...regtest.consensus,
  buried: { ...regtest.consensus.buried, bip34: 2 },
};

describe('connecting a block: BIP30', () => {
  /** A coin that the payment would create again. */
  function sceneWithDouble(): { scene: Scene; tx: Transaction; existing: Coin } {
    const scene = new Scene();
    const tx = payment([scene.coin(5n)], [pay(1n), pay(2n)]);
    const existing = { output: pay(2n), height: 7, isCoinbase: false };
    scene.coins.set(coinKey({ txid: txid(tx), vout: 1 }), existing);
    return { scene, tx, existing };
  }

  it('refuses a coin that exists already, before it looks at anything else', () => {
    const { scene, tx } = sceneWithDouble();
    expect(scene.reason([tx], 0n, lateBip34)).toBe('bad-txns-BIP30');
    const spent = payment([{ ...first(tx), vout: 9 }], [pay(0n)]);
    expect(scene.reason([spent, tx], 0n, lateBip34)).toBe('bad-txns-BIP30');
  });

  it('excuses the blocks that the chain names, whose new coin takes the place of the old', () => {
    const { scene, tx } = sceneWithDouble();
    const block = mineBlock([coinbaseTx(HEIGHT, [pay(0n)]), tx]);
    const position = { height: HEIGHT, blockHash: toReversedHex(blockHash(block)) };
    const params = { ...lateBip34, bip30Exceptions: [position] };
    const { created } = scene.connect([tx], 0n, params);
    expect(created.get(coinKey({ txid: txid(tx), vout: 1 }))?.height).toBe(HEIGHT);
  });
});

describe('connecting the first block', () => {
  const outputs: readonly TxOut[] = [pay(7n), pay(MAX_MONEY), pay(1n, Uint8Array.of(0x6a))];
  const genesis = mineBlock([{ ...coinbaseTx(0, outputs) }]);
  const facts: ConnectFacts = {
    height: 0,
    medianTimePastAt: () => expect.unreachable(),
    blockHashAt: () => expect.unreachable(),
    coins: new ByteMap<Coin>(),
  };

  it('makes no coins on Bitcoin', () => {
    expect(coinsToLoad(genesis, facts, regtest.consensus)).toEqual([]);
    const done = connectBlock(genesis, facts, regtest.consensus);
    expect([done.created.size, done.spent.size, done.undo.length]).toEqual([0, 0, 0]);
  });

  it('makes its outputs coins where the chain says so, of any amount, to be spent at once', () => {
    const params = { ...regtest.consensus, genesisSpendable: true };
    const { created } = connectBlock(genesis, facts, params);
    expect(created.size).toBe(2);
    const scene = new Scene();
    for (const [key, coin] of created) scene.coins.set(key, coin);
    const prevout = first(genesis.transactions[0] as Transaction);
    const tx = payment([prevout], [pay(7n)]);
    expect(scene.reason([tx], 0n, params, { height: 1 })).toBe('ok');
  });
});

describe('what is left to do after connecting', () => {
  it('is a job for each payment, with what it spends and the rules of the height', () => {
    const scene = new Scene();
    const a = payment([scene.coin(5n)], [pay(4n)]);
    const b = payment([scene.coin(3n), first(a)], [pay(1n)]);
    const { scriptJobs } = scene.connect([a, b]);
    expect(scriptJobs).toEqual([
      { tx: a, spentOutputs: [pay(5n)], flags: ALL_RULES },
      { tx: b, spentOutputs: [pay(3n), pay(4n)], flags: ALL_RULES },
    ]);
    for (const job of scriptJobs) expect(verifyScripts(job)).toBeUndefined();
  });

  it('fails with the words of Bitcoin Core', () => {
    const scene = new Scene();
    const tx = payment([scene.coin(5n), scene.coin(5n, {}, Uint8Array.of(0))], [pay(4n)]);
    const [job] = scene.connect([tx]).scriptJobs;
    expect(() => verifyScripts(job as never)).toThrow(
      new RuleError(
        'mandatory-script-verify-flag-failed (Script evaluated without error but finished with a false/empty top stack element)',
        'invalid',
      ),
    );
  });
});

describe('coinsToLoad', () => {
  const position = {
    height: HEIGHT,
    medianTimePastAt: () => 0,
    blockHashAt: () => new Uint8Array(32) as BlockHash,
  };

  it('names what the block spends and does not make itself, and what it must not make again', () => {
    const scene = new Scene();
    const [a, b] = [scene.coin(5n), scene.coin(6n)];
    const parent = payment([a], [pay(4n)]);
    const child = payment([first(parent), b], [pay(3n), pay(2n)]);
    const block = mineBlock([coinbaseTx(HEIGHT, [pay(0n)]), parent, child]);
    const outputs = block.transactions.flatMap((tx) =>
      tx.outputs.map((_, vout) => ({ txid: txid(tx), vout })),
    );
    expect(coinsToLoad(block, position, lateBip34).map(toHex)).toEqual(
      [a, b, ...outputs].map(hexKey),
    );
    const bip34Hash = '00'.repeat(32);
    const params = { ...lateBip34, bip34Hash };
    expect(coinsToLoad(block, position, params).map(toHex)).toEqual([a, b].map(hexKey));
  });

  it('takes the most outputs that fit a block', () => {
    const outputs = Array.from({ length: 110_000 }, () => pay(0n, new Uint8Array(0)));
    const block = mineBlock([coinbaseTx(HEIGHT, outputs)]);
    expect(coinsToLoad(block, position, lateBip34)).toHaveLength(110_000);
    const facts = { ...position, coins: new ByteMap<Coin>() };
    expect(connectBlock(block, facts, lateBip34).created.size).toBe(110_000);
  });
});
