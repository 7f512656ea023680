import { beforeAll, describe, expect, it } from 'vitest';
import { STRANGER, WalletHome } from '../../../test/fixtures/wallet-home.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { runCommand } from '../run-command.ts';

const NOTHING = '0.00000000';
let home: WalletHome;

interface Balance {
  readonly confirmed: string;
  readonly pending: string;
  readonly immature: string;
  readonly total: string;
}

interface History {
  readonly history: readonly Record<string, unknown>[];
}

interface Addresses {
  readonly addresses: readonly Record<string, unknown>[];
}

interface Paid {
  readonly txid: string;
  readonly fee: string;
  readonly to: string;
  readonly node: string;
}

describe('with a node', () => {
  // Its keys take a second of each wallet, so that the tests share two of them.
  beforeAll(async () => {
    home = await WalletHome.begin();
    await home.startNode();
    await home.run('create alice');
    await home.run('create bob');
  }, 60_000);

  it('refuses what cannot be paid, in one line with the figures, and changes nothing', async () => {
    await home.mine(1, await home.address('alice', 'mining'));
    const cases: readonly (readonly [string, number, string])[] = [
      ['send alice 60 bob', 1, 'too few coins in alice: 60.00'],
      ['send alice 60 bob', 1, '50 of mined coins are not old enough'],
      ['send alice 0.123456789 bob', 2, 'it has 9 decimals; allowed are up to 8'],
      [
        'send alice 1 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
        1,
        'is an address of main, and this wallet is of regtest',
      ],
      ['send alice 1 bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081', 1, 'look at character 44'],
      ['send alice 1 bbo', 1, 'did you mean bob?'],
      ['send alice 1 alice', 1, 'is the wallet that pays'],
      ['send carol 1 bob', 1, 'there is no wallet "carol"; there are alice and bob'],
      ['send 1 bob', 1, 'there are 2 wallets: alice and bob; choose one with --wallet'],
      [`send alice 1 bob --message ${'x'.repeat(81)}`, 1, 'nodes relay 80 at most'],
      ['send alice 1 bob --fee-rate fast', 2, '--fee-rate is "fast" satoshis per vbyte'],
      ['send alice 1 bob --wallet bob', 2, 'FROM and --wallet name two wallets'],
      ['bump abcd --wallet alice', 1, 'has no payment abcd'],
      ['bump xyz --wallet alice', 2, 'TXID is "xyz"'],
      ['history', 1, 'there are 2 wallets: alice and bob'],
    ];
    const before = await home.json('addresses');
    for (const [line, code, message] of cases) {
      const said = await home.run(line);
      expect(said.err, line).toContain(message);
      expect(said, line).toMatchObject({ code, out: '' });
      expect(said.err.trim().split('\n'), line).toHaveLength(1);
    }
    expect(await home.json('addresses')).toEqual(before);
    expect(await home.call('getrawmempool')).toEqual([]);
  });

  it('tells what is too young from what may be spent', async () => {
    expect(await home.json<Balance>('balance')).toMatchObject({
      ...{ confirmed: '0.00000000', immature: '50.00000000', total: '50.00000000' },
    });
    await home.mine(101);
    const { out, err } = await home.run('balance');
    expect(err).toBe('');
    expect(out).toBe(
      [
        'wallet  confirmed  pending  immature  total',
        'alice          50        0         0     50',
        'bob             0        0         0      0',
        'all            50        0         0     50',
        '',
      ].join('\n'),
    );
  });

  it('shows what it would pay, and changes nothing by that', async () => {
    const before = await home.json('addresses');
    const { code, out, err } = await home.run('send alice 0.5 bob --dry-run');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Nothing is paid.');
    expect(out).toMatch(/to +bob, bcrt1q/);
    expect(out).toMatch(/fee +0\.00000282 coins \(2 sat\/vB\), 141 vbytes/);
    expect(out).toMatch(/change +49\.49999718 coins/);
    expect(out).toMatch(/spends +50 coins/);
    expect(await home.json('addresses')).toEqual(before);
    expect(await home.call('getrawmempool')).toEqual([]);
  });

  it('pays by name, raises the fee, and tells all of it', async () => {
    const paid = await home.json<Paid>([
      ...['send', 'alice', '1.25', 'bob', '--message', 'for the rent', '--fee-rate', '5'],
    ]);
    const facts = { from: 'alice', name: 'bob', amount: '1.25000000', node: 'accepted' };
    expect(paid).toMatchObject(facts);
    expect(await home.json<Balance>('balance --wallet bob')).toMatchObject({
      ...{ confirmed: '0.00000000', pending: '1.25000000' },
    });

    const bumped = await home.run(['bump', paid.txid.slice(0, 12), '--wallet', 'alice']);
    expect(bumped.err).toBe('');
    expect(bumped.out).toContain('The node has it.');
    const [, txid = ''] = /txid +([0-9a-f]{64})/.exec(bumped.out) ?? [];
    expect(txid).not.toBe(paid.txid);

    await home.mine(1);
    const history = await home.run('history --wallet bob');
    expect(history).toMatchObject({ code: 0, err: '' });
    expect(history.out).toMatch(new RegExp(` in +1\\.25 +from alice +1  ${txid}\n`));
    expect(history.out).toContain('“for the rent”');
    const all = await home.json<History>('history --wallet alice --limit 0');
    expect(all.history.map(({ direction, state }) => [direction, state])).toEqual([
      ['mined', 'confirmed'],
      ['out', 'replaced'],
      ['out', 'confirmed'],
    ]);
  });

  it('counts as confirmed what is as deep as is asked for', async () => {
    const deep = await home.json<Balance>('balance --wallet bob --confirmations 2');
    expect(deep).toMatchObject({ confirmed: '0.00000000', pending: '1.25000000' });
    const usual = await home.json<Balance>('balance --wallet bob');
    expect(usual).toMatchObject({ confirmed: '1.25000000', pending: '0.00000000' });
  });

  it('pays from the address book, and lists what is on which address', async () => {
    expect(await home.run(['name', STRANGER, 'my landlord', '--wallet', 'alice'])).toMatchObject({
      ...{ code: 0, out: `The address ${STRANGER} is called my landlord in the wallet alice.\n` },
    });
    await home.json(['send', 'alice', '2', 'my landlord']);
    const { out } = await home.run('addresses --book --wallet alice');
    expect(out).toMatch(new RegExp(`my landlord +${STRANGER}`));
    await home.mine(1);
    const { addresses } = await home.json<Addresses>('addresses --wallet alice');
    expect(addresses.map(({ name, confirmed }) => [name, confirmed])).toEqual([
      ['mining', '0.00000000'],
      ['', expect.stringMatching(/^46\.7499/)],
    ]);
    const named = await home.json<Balance>(['balance', '--prefix', 'from', '--wallet', 'bob']);
    expect(named.total).toBe('1.25000000');
    const other = await home.json<Balance>(['balance', '--prefix', 'to', '--wallet', 'bob']);
    expect(other.total).toBe('0.00000000');
    const { history } = await home.json<History>('history --wallet alice');
    expect(history.at(-1)).toMatchObject({ name: 'my landlord', address: STRANGER });
  });

  it('brings coins and history back from the words', async () => {
    const { words } = await home.json<{ words: string }>('create old');
    await home.json(['send', 'bob', '1', await home.address('old', 'gift')]);
    await home.mine(1);
    const { code, out, err } = await home.run('restore new', { input: `${words}\n` });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('The wallet new is restored. Up to block 105, there is 1 payment of it');
    // Names are not in the words.
    const plain = ({ name, time, ...rest }: History['history'][number]) => rest;
    const [old, again] = [
      await home.json<History>('history --wallet old'),
      await home.json<History>('history --wallet new'),
    ];
    expect(again.history.map(plain)).toEqual(old.history.map(plain));
    expect(await home.json<Balance>('balance --wallet new')).toMatchObject({
      confirmed: '1.00000000',
    });
  });

  it('asks for the passphrase when it signs, and not before', async () => {
    const secrets = ['correct horse', 'correct horse'];
    const typing = { isTerminal: true };
    const encrypted = await home.run('encrypt --wallet alice', { ...typing, secrets });
    expect(encrypted.code).toBe(0);
    const short = await home.run('send alice 100 bob', { ...typing, secrets: [] });
    expect(short.err).toContain('too few coins in alice');
    const wrong = await home.run('send alice 1 bob', { ...typing, secrets: ['wrong'] });
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toContain('the passphrase does not open this wallet');
    expect(wrong.err).not.toContain('horse');
    const blind = await home.run('send alice 1 bob');
    expect(blind.err).toContain('there is no terminal to type the passphrase at');
    const input = 'correct horse\n';
    const paid = await home.json<Paid>('send alice 1 bob --passphrase-stdin', { input });
    expect(paid.node).toBe('accepted');
  });

  it('follows the chain, and tells of blocks and payments as they come', async () => {
    const address = await home.address('bob');
    const io = home.io();
    const words = ['wallet', 'sync', '--wallet', 'bob', '--chain', 'regtest'];
    const ended = runCommand(words, io);
    await home.until(() => io.said().out.includes('Ctrl-C ends it'));
    const { txid } = await home.json<Paid>(['send', 'new', '0.25', address]);
    await home.until(() => io.said().out.includes('+0.25  waits for a block'));
    await home.json(['bump', txid, '--wallet', 'new']);
    await home.until(() => io.said().out.includes(`instead of ${txid.slice(0, 6)}…`));
    await home.call('generatetoaddress', [1, STRANGER]);
    await home.until(() => io.said().out.includes('confirmed in block'));
    await home.call('invalidateblock', [await home.call('getbestblockhash')]);
    await home.until(() => io.said().out.includes('is in no block any more'));
    await home.call('generatetoaddress', [1, await home.address('old')]);
    await home.until(() => io.said().out.split('+1  confirmed in block 106').length === 3);
    io.stop();
    expect(await home.passTime(ended)).toBe(EXIT_OK);
    const { out, err } = io.said();
    expect(err).toBe('');
    expect(out).toMatch(/bob: [\d.]+ coins, 1 pending, as of block 105/);
    expect(out).toMatch(/block 106 {2}[0-9a-f]+…/);
    expect(out).toMatch(/bob {2}\+1 {2}confirmed in block 106/);
    expect(out).toContain('block 106 is no part of the chain any more');
    // The other wallet hears of its block when it is opened next.
    expect(await home.json<Balance>('balance --wallet new')).toMatchObject({ pending: NOTHING });
  });

  it('asks for the password of whoever calls the node', async () => {
    const typing = { isTerminal: true };
    const line = 'balance --wallet bob --rpcuser ada';
    const good = await home.run(line, { ...typing, secrets: ['secret'] });
    expect(good).toMatchObject({ code: 0, err: 'Password of ada at the node: ' });
    const bad = await home.run(line, { ...typing, secrets: ['guess'] });
    expect(bad.err).toContain('(user or password are wrong)');
    expect(bad.err).not.toContain('guess');
    const piped = await home.run(line);
    expect(piped).toMatchObject({ code: 1, out: '' });
    expect(piped.err).toContain('there is no terminal to type the password at');
  });

  it('refuses a node of another chain', async () => {
    const io = home.io();
    const at = ['--node', '__cookie__:crumbs@127.0.0.1:18443'];
    await home.passTime(runCommand(['wallet', 'create', 'l'], io));
    expect(await home.passTime(runCommand(['wallet', 'balance', ...at], io))).toBe(EXIT_FAILURE);
    expect(io.said().err).toBe(
      'blockyard wallet balance: the node at 127.0.0.1:18443 follows another chain than lab: name the chain with --chain, or the node with --node\n',
    );
  });

  it('keeps a payment that is made without a node, and sends it when there is one', async () => {
    await home.stopNode();
    const { code, out, err } = await home.run(['send', 'new', '0.5', STRANGER]);
    expect(code).toBe(0);
    expect(out).toContain('No node has it yet.');
    expect(err).toMatch(/^No node at 127\.0\.0\.1:18443 \(.*\): what follows is as of block 106\./);
    expect(err.trim().split('\n')).toHaveLength(1);
    const alone = await home.json<History>('history --wallet new --offline');
    expect(alone.history.at(-1)).toMatchObject({ state: 'unsent', amount: '-0.50000000' });

    const io = home.io();
    const words = ['wallet', 'sync', '--wallet', 'new', '--json', '--chain', 'regtest'];
    const ended = runCommand(words, io);
    await home.until(() => io.said().out.includes('unreachable'));
    await home.startNode();
    await home.until(() => io.said().out.includes('"event":"wallet"'));
    expect(await home.call('getrawmempool')).toHaveLength(1);
    await home.mine(1);
    await home.until(() => io.said().out.includes('"state":"confirmed"'));
    io.stop();
    expect(await home.passTime(ended)).toBe(EXIT_OK);
    const events = io.said().out.trim().split('\n');
    const kinds = events.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(kinds.slice(0, 2)).toEqual(['unreachable', 'wallet']);
    expect(new Set(kinds.slice(2))).toEqual(new Set(['block', 'payment']));
    await home.stopNode();
  });

  it('gives up a payment that no node has, and none that one has', async () => {
    const before = await home.json<Balance>('balance --wallet new');
    const send = ['send', 'new', '0.1', STRANGER];
    const { txid } = await home.json<Paid>(send);
    const given = await home.run(['abandon', txid.slice(0, 8), '--wallet', 'new', '--offline']);
    expect(given).toMatchObject({ code: 0, err: '' });
    expect(given.out).toContain(`given up, and not offered any more:\n  txid     ${txid}\n`);
    expect(given.out).toContain(' coins can be spent now.');
    const { history } = await home.json<History>('history --wallet new --offline');
    expect(history.at(-1)).toMatchObject({ txid, state: 'abandoned' });
    const again = await home.run(['abandon', txid, '--wallet', 'new']);
    expect(again.err).toContain('was given up already');

    await home.startNode();
    expect(await home.json<Balance>('balance --wallet new')).toEqual(before);
    expect(await home.call('getrawmempool')).toEqual([]);
    const paid = await home.json<Paid>(send);
    const kept = await home.run(['abandon', paid.txid, '--wallet', 'new']);
    expect(kept).toMatchObject({ code: 1, out: '' });
    expect(kept.err).toContain('cannot be given up: a node has it');
    expect(await home.call('getrawmempool')).toEqual([paid.txid]);
    await home.mine(1);
    const late = await home.run(['abandon', paid.txid, '--wallet', 'new']);
    expect(late.err).toMatch(/is confirmed, in block \d+: it stands as it is/);
    await home.stopNode();
  });

  it('says nothing of a node that nobody wanted', async () => {
    expect(await home.run('balance --offline')).toMatchObject({ code: 0, err: '' });
  });
});

describe('making wallets', () => {
  beforeAll(async () => {
    home = await WalletHome.begin();
  });

  it('refuses what is not meant', async () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ['create a/b', 1, 'cannot be the name of a wallet'],
      ['restore x --since 2026-02-30', 2, '--since is "2026-02-30"; allowed is a day'],
      ['restore x --backup nowhere', 1, 'nowhere'],
      ['restore x --backup f --encrypt', 2, '--since and --encrypt go with words'],
      ['balance', 1, 'there is no wallet yet: make one with blockyard wallet create NAME'],
      ['sync', 1, 'there is no wallet yet'],
      ['sync --offline', 2, '--offline is no way to follow a chain'],
      ['name abc ""', 1, 'there is no wallet yet'],
    ];
    for (const [line, code, message] of cases) {
      const said = await home.run(line);
      expect(said.err, line).toContain(message);
      expect(said.code, line).toBe(code);
      expect(said.out, line).toBe('');
    }
  });

  it('suggests the nearest word for one that is mistyped, and makes nothing', async () => {
    const words = `${'abandon '.repeat(10)}abandn about`;
    const { code, out, err } = await home.run('restore old', { input: words });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'blockyard wallet restore: word 11, "abandn", is not in the English list of BIP39; the nearest is "abandon"\n',
    );
    expect(await home.json('list')).toMatchObject({ wallets: [] });
  });

  it('shows twelve words once, in columns', async () => {
    const { code, out, err } = await home.run('create alice');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const numbers = [...out.matchAll(/\b(\d+) {2}([a-z]{3,8})\b/g)].map(([, number]) =>
      Number(number),
    );
    expect(numbers).toEqual([1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12]);
    expect(out).toContain('Write them down now');
    expect(await home.run('create alice')).toMatchObject({
      ...{ code: 1, out: '' },
      err: 'blockyard wallet create: there is a wallet alice already: choose another name\n',
    });
  });

  it('restores a backup, and refuses one that is damaged', async () => {
    await home.address('alice', 'rent');
    const backup = await home.run('backup /home/alice/alice.backup --wallet alice');
    expect(backup).toMatchObject({ code: 0, err: '' });
    expect(await home.disk.stat('/home/alice/alice.backup')).toMatchObject({ permissions: 0o600 });
    expect((await home.run('backup /home/alice/alice.backup --wallet alice')).err).toContain(
      'exists already',
    );
    const restored = await home.run('restore again --backup /home/alice/alice.backup --offline');
    expect(restored).toMatchObject({ code: 0, err: '' });
    const { addresses } = await home.json<Addresses>('addresses --wallet again --offline');
    expect(addresses.map(({ name }) => name)).toEqual(['rent']);
    const file = await home.disk.open('/home/alice/alice.backup', 'update');
    await file.write(100, Uint8Array.of(1, 2, 3));
    await file.close();
    const damaged = await home.run('restore third --backup /home/alice/alice.backup');
    expect(damaged).toMatchObject({ code: 1, out: '' });
    expect(damaged.err).toContain('it is damaged, or cut off; nothing was changed');
    expect((await home.json<{ wallets: readonly object[] }>('list')).wallets).toHaveLength(2);
  });

  it('encrypts what was plain, once', async () => {
    const typing = { isTerminal: true };
    const apart = await home.run('encrypt --wallet alice', { ...typing, secrets: ['a', 'b'] });
    expect(apart.err).toContain('the two passphrases are different; nothing was changed');
    const done = await home.run('encrypt --wallet alice', { input: 'secret\n', secrets: [] });
    expect(done.err).toContain('--passphrase-stdin');
    expect(
      (await home.run('encrypt --wallet alice --passphrase-stdin', { input: 'secret\n' })).code,
    ).toBe(0);
    expect(await home.json('list')).toMatchObject({
      wallets: [
        { name: 'again', encrypted: false },
        { name: 'alice', encrypted: true },
      ],
    });
    expect((await home.run('encrypt --wallet alice')).err).toContain('has a passphrase already');
  });

  it('leaves a wallet alone that another program has open', async () => {
    const path = '/home/alice/.blockyard/regtest/wallets/alice/records-2';
    const store = await home.io().openStore(path);
    const { code, err } = await home.run('balance --wallet alice');
    expect(code).toBe(1);
    expect(err).toContain('the wallet alice is open in another program');
    expect(err.trim().split('\n')).toHaveLength(1);
    await store.close();
  });

  it('leaves out what is no wallet any more, and changes nothing of it', async () => {
    const marker = '/home/alice/.blockyard/regtest/wallets/again/wallet';
    const file = await home.disk.open(marker, 'update');
    await file.write(0, new TextEncoder().encode('garbage'));
    await file.close();
    const one = await home.run('balance --wallet again');
    expect(one).toMatchObject({ code: 1, out: '' });
    expect(one.err).toMatch(
      /^blockyard wallet balance: \S+ holds no wallet of this program; it stays/,
    );
    const { code, out, err } = await home.run('balance --offline');
    expect(code).toBe(0);
    expect(out).toContain('alice');
    expect(err).toMatch(
      /^Left out: \S+again holds no wallet of this program; it stays as it is\n$/,
    );
  });
});
