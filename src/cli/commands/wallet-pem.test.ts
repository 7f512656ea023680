/** Keys that come as files and go as files, from the command line. Without a node: what is searched is tested elsewhere. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { hash160, sha256 } from '../../protocol/crypto/hash.ts';
import { decodePem, encodePrivateKeyPem, encodePublicKeyPem } from '../../protocol/keys/pem.ts';
import { publicKeyOf } from '../../protocol/keys/private-key.ts';
import { lab } from '../../protocol/params/lab.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import { type FakeIo, type FakeIoOptions, fakeIo, withTurns } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const KEY = new Uint8Array(32).fill(7);
const PEM = encodePrivateKeyPem(KEY, 'sec1');
const SHOP_KEY = new Uint8Array(32).fill(6);
const SHOP_PEM = encodePrivateKeyPem(SHOP_KEY, 'pkcs8');
const PLACE = ['--datadir', '/data'];

const addressOf = (key: Uint8Array): string =>
  addressFromScript(p2wpkh(hash160(publicKeyOf(key))), lab.addressPrefixes) as string;
const ADDRESS = addressOf(KEY);
const SHOP = addressOf(SHOP_KEY);

let io: FakeIo;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `blockyard wallet …`, and tells what it said this time. */
async function wallet(...words: readonly string[]): Promise<Said> {
  const before = io.said();
  const code = await withTurns(runCommand(['wallet', ...words], io), io);
  const { out, err } = io.said();
  return { code, out: out.slice(before.out.length), err: err.slice(before.err.length) };
}

const put = (path: string, text: string | Uint8Array): Promise<void> =>
  writeFile(io.disk, path, typeof text === 'string' ? new TextEncoder().encode(text) : text);
const textOf = async (path: string): Promise<string> =>
  new TextDecoder().decode(await readFile(io.disk, path));

/** A wallet of its own for each test would take a second. */
async function begin(options: FakeIoOptions = {}): Promise<void> {
  io = fakeIo({ now: 1_700_000_000_000, ...options });
  await io.disk.makeFolder('/files');
  await io.disk.makeFolder('/data');
}

async function beginWithWallet(): Promise<void> {
  await begin();
  expect(await wallet('create', 'a', ...PLACE)).toMatchObject({ code: 0 });
}

describe('with a wallet,', () => {
  beforeAll(beginWithWallet, 60_000);

  describe('blockyard wallet import-pem', () => {
    it('takes a key in, under the name of its file, and never twice', async () => {
      await put('/files/my shop.pem', PEM);
      const first = await wallet('import-pem', '/files/my shop.pem', '--offline', ...PLACE);
      expect(first).toMatchObject({ code: 0, err: '' });
      expect(first.out).toContain(`into "a": ${ADDRESS}, called "my shop".`);
      expect(first.out).toContain('There is no node to search for its coins');
      const again = ['import-pem', '/files/my shop.pem', '--name', 'x', '--offline', ...PLACE];
      const second = await wallet(...again);
      expect(second.code).toBe(0);
      expect(second.out).toContain(
        `has the key of /files/my shop.pem already: ${ADDRESS}, called "my shop". Nothing was changed.`,
      );
      const json = JSON.parse((await wallet(...again, '--json')).out);
      expect(json).toEqual({
        ...{ wallet: 'a', address: ADDRESS, label: 'my shop', type: 'bech32', isNew: false },
        ...{ searched: false, coins: 0, amount: '0.00000000' },
      });
    });

    it('makes an address of the type and name that are wanted', async () => {
      await put('/files/k.pem', encodePrivateKeyPem(new Uint8Array(32).fill(9), 'pkcs8'));
      const types = ['bech32m', 'p2sh-segwit', 'legacy'];
      for (const type of types) {
        const words = [
          '--type',
          type,
          '--name',
          `as ${type}`,
          '--no-rescan',
          '--offline',
          '--json',
        ];
        const { out } = await wallet('import-pem', '/files/k.pem', ...words, ...PLACE);
        expect(JSON.parse(out)).toMatchObject({ type, label: `as ${type}`, isNew: true });
      }
    });

    it.each<[what: string, content: string | Uint8Array, message: RegExp]>([
      ['words', 'hello', /^blockyard wallet import-pem: \/files\/k: no PEM file: there is no key /],
      [
        'a public key',
        encodePublicKeyPem(publicKeyOf(KEY)),
        /\/files\/k holds a public key; the private/,
      ],
      [
        'DER',
        Uint8Array.of(0x30, 0x74, 2, 1),
        /if it is DER: openssl pkey -inform DER -in \/files\/k -out/,
      ],
      [
        'an encrypted key',
        '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----\n',
        /is encrypted; decrypt it first: openssl pkey -in FILE -out PLAIN_FILE/,
      ],
      ['much', 'x'.repeat(70_000), /"\/files\/k" is too large for the file of a key/],
    ])('says in a line what is wrong with a file of %s', async (_what, content, message) => {
      await put('/files/k', content);
      const { code, out, err } = await wallet('import-pem', '/files/k', '--offline', ...PLACE);
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(message);
      expect(err.match(/\n/g)).toHaveLength(1);
    });

    it('says in a line that there is no file, or a folder', async () => {
      expect((await wallet('import-pem', '/files/none', '--offline', ...PLACE)).err).toMatch(
        /^blockyard wallet import-pem: cannot open \/files\/none: there is no such file or folder\n$/,
      );
      expect((await wallet('import-pem', '/files', '--offline', ...PLACE)).err).toMatch(
        /"\/files" is a folder; name a file in it\n$/,
      );
      expect(await wallet('import-pem', '', '--offline', ...PLACE)).toMatchObject({ code: 2 });
    });
  });

  describe('blockyard wallet export-pem', () => {
    beforeAll(async () => {
      await put('/files/shop.pem', SHOP_PEM);
      await wallet('import-pem', '/files/shop.pem', '--offline', ...PLACE);
    });

    it('writes the key of an address, for its owner alone to read', async () => {
      const { code, out, err } = await wallet('export-pem', 'shop', '/files/out.pem', ...PLACE);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain(`Wrote /files/out.pem: the private key of ${SHOP} ("shop")`);
      expect(decodePem(await textOf('/files/out.pem'))).toMatchObject({ privateKey: SHOP_KEY });
      expect((await io.disk.stat('/files/out.pem'))?.permissions).toBe(0o600);
      const byAddress = await wallet('export-pem', SHOP, '/files/b.pem', '--json', ...PLACE);
      expect(JSON.parse(byAddress.out)).toMatchObject({
        address: SHOP,
        label: 'shop',
        isNew: true,
      });
      expect(await textOf('/files/b.pem')).toBe(await textOf('/files/out.pem'));
    });

    it('writes the key of an address that came from the words, and says what that risks', async () => {
      const address = (await wallet('new-address', 'rent', '--offline', ...PLACE)).out.trim();
      const { code, err } = await wallet('export-pem', 'rent', '/files/rent.pem', ...PLACE);
      expect(code).toBe(0);
      expect(err).toContain('(BIP32)');
      const key = decodePem(await textOf('/files/rent.pem'));
      const own = p2wpkh(hash160(publicKeyOf(key.kind === 'private' ? key.privateKey : SHOP_KEY)));
      expect(address).toContain(addressFromScript(own, lab.addressPrefixes));
    });

    it('never writes over a file, be it another key or another thing', async () => {
      const files = {
        '/files/other.pem': encodePrivateKeyPem(new Uint8Array(32).fill(8), 'sec1'),
        '/files/notes.txt': 'do not lose this',
      };
      for (const [path, text] of Object.entries(files)) {
        await put(path, text);
        const { code, err } = await wallet('export-pem', 'shop', path, ...PLACE);
        expect([code, err.match(/\n/g)?.length]).toEqual([1, 1]);
        expect(err).toMatch(/name another file\n$/);
        expect(await textOf(path)).toBe(text);
      }
      expect((await wallet('export-pem', 'shop', '/nowhere/x.pem', ...PLACE)).err).toContain(
        'there is no folder "/nowhere"',
      );
    });

    it('leaves a file alone that has the key already, and says who may read it', async () => {
      const { code, out, err } = await wallet('export-pem', 'shop', '/files/shop.pem', ...PLACE);
      expect(code).toBe(0);
      expect(out).toContain('already. Nothing was changed.');
      expect(err).toContain('others may read /files/shop.pem; chmod 600 /files/shop.pem');
      expect(await textOf('/files/shop.pem')).toBe(SHOP_PEM);
    });

    it('knows what was meant by a name that is nearly right, and nothing of others’ addresses', async () => {
      const message = async (name: string): Promise<string> =>
        (await wallet('export-pem', name, '/files/x.pem', ...PLACE)).err;
      expect(await message('shpo')).toContain('no address called "shpo"; did you mean "shop"?');
      const other = addressFromScript(p2wpkh(new Uint8Array(20)), lab.addressPrefixes) as string;
      expect(await message(other)).toContain(`${other} is not an address of the wallet "a"`);
      expect(await message(`${SHOP.slice(0, -1)}q`)).toContain('is no address of lab');
      expect(await message('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4')).toContain(
        'an address of main',
      );
      await wallet('new-address', 'two', '--offline', ...PLACE);
      await wallet('new-address', 'two', '--offline', ...PLACE);
      expect(await message('two')).toMatch(
        /"two" is the name of 2 addresses \(yard1\w+, yard1\w+\); name one/,
      );
      expect(await io.disk.stat('/files/x.pem')).toBeUndefined();
    });
  });
});

describe('keys of a wallet under a passphrase', () => {
  it('come and go with the passphrase alone, which stands on no command line', async () => {
    const secrets = ['opensesame', 'opensesame', 'wrong', 'opensesame', 'opensesame'];
    await begin({ secrets, isTerminal: true });
    await wallet('create', 'a', '--encrypt', ...PLACE);
    await put('/files/k.pem', PEM);
    const importing = ['import-pem', '/files/k.pem', '--offline', ...PLACE];
    const wrong = await wallet(...importing);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/^Passphrase of a: .*passphrase/);
    expect(await wallet(...importing)).toMatchObject({ code: 0 });
    expect(await wallet('export-pem', 'k', '/files/out.pem', ...PLACE)).toMatchObject({ code: 0 });
    expect(decodePem(await textOf('/files/out.pem'))).toMatchObject({ privateKey: KEY });
    // A name that is wrong takes no passphrase: there is none left to type.
    expect((await wallet('export-pem', 'z', '/files/z.pem', ...PLACE)).err).toContain('called "z"');
  });
});

describe('blockyard wallet address-from-seed', () => {
  beforeAll(() => begin());

  it('is the address of the SHA-256 of the text, and says so', async () => {
    const text = 'lesson 1, Příklad';
    const key = sha256(new TextEncoder().encode(text));
    const address = addressFromScript(p2wpkh(hash160(publicKeyOf(key))), lab.addressPrefixes);
    const { code, out, err } = await wallet('address-from-seed', text, '--pem', '/files/s.pem');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(address);
    expect(out).toContain("printf %s 'lesson 1, Příklad' | sha256sum");
    expect(out).toContain('wallet import-pem /files/s.pem');
    expect(err).toMatch(/^Careful: whoever guesses the text has the coins/);
    expect(decodePem(await textOf('/files/s.pem'))).toMatchObject({ privateKey: key });
    expect((await io.disk.stat('/files/s.pem'))?.permissions).toBe(0o600);
    const json = JSON.parse((await wallet('address-from-seed', text, '--json')).out);
    expect(json).toMatchObject({ chain: 'lab', address });
    expect(JSON.stringify(io.said())).not.toContain(toHex(key));
  });

  it('is known: “correct horse battery staple” on main, for those who insist', async () => {
    const words = ['address-from-seed', 'correct horse battery staple', '--chain', 'main'];
    const refused = await wallet(...words);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('thieves watch the addresses of texts');
    const known = sha256(new TextEncoder().encode('correct horse battery staple'));
    expect(toHex(known).slice(0, 8)).toBe('c4bbcb1f');
    expect((await wallet(...words, '--i-know')).out).toMatch(/^bc1q/);
  });

  it('needs a text', async () => {
    expect(await wallet('address-from-seed', '')).toMatchObject({ code: 2 });
  });
});
