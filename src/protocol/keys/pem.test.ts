import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex } from '../bytes/hex.ts';
import { DER_TAGS, writeDer } from './der.ts';
import type { KeyContainer, PointForm } from './ec-key-der.ts';
import { KeyError, type KeyErrorCode } from './key-error.ts';
import { decodePem, encodePrivateKeyPem, encodePublicKeyPem } from './pem.ts';
import { publicKeyOf } from './private-key.ts';

const KEY = fromHex('0000000000000000000000000000000000000000000000000000000000c0ffee');
const OTHER_KEY = fromHex('e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35');
const CONTAINERS: readonly KeyContainer[] = ['sec1', 'pkcs8'];
const FORMS: readonly PointForm[] = ['uncompressed', 'compressed', 'hybrid', 'absent'];

const hasOpenssl = (() => {
  try {
    // LibreSSL has the same name, and older versions lack some of the options.
    return /^OpenSSL ([3-9]|[1-9][0-9])/.test(openssl('', 'version'));
  } catch {
    return false;
  }
})();
if (!hasOpenssl) console.warn('pem: SKIPPED what is held against OpenSSL 3: it is not here');

describe('a PEM file', () => {
  it('of a private key is read as it is written', () => {
    const keys = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .filter((key) => curve.isPrivateKey(key));
    const containers = fc.constantFrom(...CONTAINERS);
    fc.assert(
      fc.property(keys, containers, fc.constantFrom(...FORMS), (privateKey, container, point) => {
        const pem = encodePrivateKeyPem(privateKey, container, point);
        expect(decodePem(pem)).toEqual({ kind: 'private', container, privateKey, point });
      }),
      { numRuns: 50 },
    );
  });

  it('of a public key is read as it is written', () => {
    for (const compressed of [true, false]) {
      const publicKey = publicKeyOf(KEY, compressed);
      const pem = encodePublicKeyPem(publicKey);
      expect(decodePem(pem)).toEqual({ kind: 'public', publicKey });
    }
  });

  it('may have Windows line ends, other words around it, and no line ends at all', () => {
    const pem = encodePrivateKeyPem(KEY, 'sec1');
    const key = decodePem(pem);
    expect(decodePem(pem.replaceAll('\n', '\r\n'))).toEqual(key);
    expect(decodePem(`My key:\n${pem}Keep it safe.\n`)).toEqual(key);
    expect(decodePem(pem.replaceAll('\n', ''))).toEqual(key);
  });

  it('never shows its private key in an error', () => {
    const pem = encodePrivateKeyPem(OTHER_KEY, 'sec1', 'absent');
    const [, body = ''] = pem.split('\n');
    for (let at = 0; at < body.length; at++) {
      const wrong = pem.replace(body, `${body.slice(0, at)}${body.slice(at + 4)}`);
      expect(errorOf(wrong).message).not.toContain('e8f32e72');
    }
  });

  it.each<[name: string, pem: string, code: KeyErrorCode, message: string]>([
    ['there is none', 'hello', 'bad-pem', 'there is no key between BEGIN and END lines'],
    ['it has no end', '-----BEGIN PRIVATE KEY-----\nMIGE', 'bad-pem', 'END PRIVATE KEY-----'],
    ['it is no base64', block('PRIVATE KEY', '!'), 'bad-pem', 'is no base64'],
    [
      'it is another thing',
      block('CERTIFICATE', ''),
      'bad-pem',
      'holds "CERTIFICATE"; allowed are',
    ],
    ['it is empty', block('PRIVATE KEY', ''), 'bad-der', 'nothing where the tag 48'],
    ['it goes on', pemOf('EC PRIVATE KEY', sec1(), sec1()), 'bad-der', 'something behind'],
    ['its version is wrong', pemOf('EC PRIVATE KEY', sec1({ version: 2 })), 'bad-der', 'must be 1'],
    [
      'its key is zero',
      pemOf('EC PRIVATE KEY', sec1({ key: new Uint8Array(32) })),
      'bad-private-key',
      'zero',
    ],
    [
      'its key is long',
      pemOf('EC PRIVATE KEY', sec1({ key: new Uint8Array(33) })),
      'bad-der',
      '33 bytes',
    ],
    [
      'it names no curve',
      pemOf('EC PRIVATE KEY', sec1({ curve: undefined })),
      'wrong-curve',
      'names no curve',
    ],
    [
      'its curve is P-256',
      pemOf('EC PRIVATE KEY', sec1({ curve: P256 })),
      'wrong-curve',
      'is of the curve prime256v1 (P-256); only secp256k1 is used here',
    ],
    [
      'nobody knows its curve',
      pemOf('EC PRIVATE KEY', sec1({ curve: fromHex('883703') })),
      'wrong-curve',
      'is of the curve 2.999.3;',
    ],
    [
      'its point is of another key',
      pemOf('EC PRIVATE KEY', sec1({ point: publicKeyOf(OTHER_KEY) })),
      'bad-public-key',
      'not that of',
    ],
    [
      'its point is off the curve',
      pemOf('EC PRIVATE KEY', sec1({ point: new Uint8Array(65).fill(4) })),
      'bad-public-key',
      'no public key',
    ],
    [
      'only its parity is wrong',
      pemOf('EC PRIVATE KEY', sec1({ point: turned() })),
      'bad-public-key',
      'not that of',
    ],
  ])('is refused where %s', (_name, pem, code, message) => {
    const error = errorOf(pem);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('may have lost leading zeros of its key, as in files of an old OpenSSL', () => {
    const pem = pemOf('EC PRIVATE KEY', sec1({ key: KEY.subarray(29) }));
    expect(decodePem(pem)).toMatchObject({ privateKey: KEY });
  });
});

describe.skipIf(!hasOpenssl)('a PEM file, and what OpenSSL makes of it', () => {
  let fresh = '';
  beforeAll(() => {
    fresh = openssl('', 'ecparam', '-name', 'secp256k1', '-genkey');
  });

  it('is read with the parameters in front that openssl ecparam writes', () => {
    expect(fresh).toContain('BEGIN EC PARAMETERS');
    expect(decodePem(fresh)).toMatchObject({
      kind: 'private',
      container: 'sec1',
      point: 'uncompressed',
    });
  });

  it.each([
    ['sec1', 'uncompressed', ['ec']],
    ['sec1', 'compressed', ['ec', '-conv_form', 'compressed']],
    ['sec1', 'hybrid', ['ec', '-conv_form', 'hybrid']],
    ['sec1', 'absent', ['ec', '-no_public']],
    ['pkcs8', 'uncompressed', ['pkey']],
    ['pkcs8', 'compressed', ['pkey', '-ec_conv_form', 'compressed']],
  ] as const)('is the same, byte for byte: %s with its point %s', (container, point, command) => {
    const theirs = openssl(fresh, ...command);
    expect(decodePem(theirs)).toEqual({ ...decodePem(fresh), container, point });
    expect(encodePrivateKeyPem(privateKeyIn(fresh), container, point)).toBe(theirs);
  });

  it.each([
    [false, ['-pubout']],
    [true, ['-pubout', '-conv_form', 'compressed']],
  ] as const)('is the same, byte for byte: a public key, compressed %s', (compressed, options) => {
    const theirs = openssl(fresh, 'ec', ...options);
    const publicKey = publicKeyOf(privateKeyIn(fresh), compressed);
    expect(decodePem(theirs)).toEqual({ kind: 'public', publicKey });
    expect(encodePublicKeyPem(publicKey)).toBe(theirs);
  });

  it('is read by OpenSSL, in every form that is written here', () => {
    for (const container of CONTAINERS) {
      for (const form of FORMS) {
        const pem = encodePrivateKeyPem(KEY, container, form);
        expect(privateKeyIn(openssl(pem, 'ec'))).toEqual(KEY);
        expect(openssl(pem, 'pkey', '-check')).toContain('Key is valid');
      }
    }
  });

  it('is refused where its curve is spelled out in numbers', () => {
    const files = [
      openssl(fresh, 'ec', '-param_enc', 'explicit'),
      openssl(fresh, 'pkey', '-ec_param_enc', 'explicit'),
      openssl(fresh, 'pkey', '-pubout', '-ec_param_enc', 'explicit'),
    ];
    for (const file of files) {
      const error = errorOf(file);
      expect(error.code).toBe('wrong-curve');
      expect(error.message).toContain('openssl ec -in FILE -param_enc named_curve');
    }
  });

  it('is refused where it is encrypted', () => {
    const password = ['-passout', 'pass:secret'];
    const files = [
      openssl(fresh, 'ec', '-aes128', ...password),
      openssl(fresh, 'pkcs8', '-topk8', ...password),
    ];
    for (const file of files) {
      const error = errorOf(file);
      expect(error.code).toBe('encrypted-pem');
      expect(error.message).toContain('decrypt it first: openssl pkey -in FILE');
    }
  });

  it.each([
    ['the curve prime256v1 (P-256)', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['the curve secp384r1 (P-384)', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['Ed25519', ['-algorithm', 'ed25519']],
    ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024']],
  ])('is refused by name where it is of %s', (name, options) => {
    const error = errorOf(openssl('', 'genpkey', ...options));
    expect(error.code).toBe('wrong-curve');
    expect(error.message).toBe(`the key is of ${name}; only secp256k1 is used here`);
  });

  it('is refused by name in the form of `openssl ecparam`, too', () => {
    const p521 = openssl('', 'ecparam', '-name', 'secp521r1', '-genkey');
    expect(errorOf(p521).message).toContain('is of the curve secp521r1 (P-521)');
  });

  it('is read as `openssl genpkey` makes it', () => {
    const options = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'];
    const made = decodePem(openssl('', 'genpkey', ...options));
    expect(made).toMatchObject({ kind: 'private', container: 'pkcs8', point: 'uncompressed' });
  });

  it('is read without the parameters in front, and none where there is nothing else', () => {
    const bare = openssl('', 'ecparam', '-name', 'secp256k1', '-genkey', '-noout');
    expect(bare).not.toContain('PARAMETERS');
    expect(decodePem(bare)).toMatchObject({ kind: 'private', container: 'sec1' });
    expect(errorOf(openssl('', 'ecparam', '-name', 'secp256k1')).message).toContain('no key');
  });
});

const P256 = fromHex('2a8648ce3d030107');

interface Sec1Parts {
  readonly version?: number;
  readonly key?: Uint8Array;
  readonly curve?: Uint8Array | undefined;
  readonly point?: Uint8Array;
}

/** An ECPrivateKey with some parts of it made wrong. */
function sec1(parts: Sec1Parts = {}): Uint8Array {
  const { integer, octetString, objectIdentifier, bitString, field0, field1, sequence } = DER_TAGS;
  const curveName = 'curve' in parts ? parts.curve : fromHex('2b8104000a');
  const point = parts.point ?? publicKeyOf(KEY, false);
  return writeDer(
    sequence,
    writeDer(integer, Uint8Array.of(parts.version ?? 1)),
    writeDer(octetString, parts.key ?? KEY),
    curveName === undefined
      ? new Uint8Array(0)
      : writeDer(field0, writeDer(objectIdentifier, curveName)),
    writeDer(field1, writeDer(bitString, concatBytes(Uint8Array.of(0), point))),
  );
}

/** The public key with the other y. */
function turned(): Uint8Array {
  const point = publicKeyOf(KEY).slice();
  point[0] = (point[0] as number) ^ 1;
  return point;
}

function pemOf(label: string, ...der: readonly Uint8Array[]): string {
  return block(label, Buffer.from(concatBytes(...der)).toString('base64'));
}

function block(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

function privateKeyIn(pem: string): Uint8Array {
  const key = decodePem(pem);
  if (key.kind !== 'private') throw new Error('it is a public key');
  return key.privateKey;
}

function errorOf(pem: string): KeyError {
  try {
    decodePem(pem);
  } catch (error) {
    if (error instanceof KeyError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

function openssl(input: string, ...args: readonly string[]): string {
  const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore'];
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio });
}
