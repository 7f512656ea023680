/**
 * The structures that hold keys in files: ECPrivateKey of SEC1 (RFC 5915), PrivateKeyInfo of PKCS#8
 * (RFC 5208) and SubjectPublicKeyInfo (RFC 5480), for secp256k1 and no other curve.
 */
import { curve } from '#curve';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { DER_TAGS, type DerElement, readDer, writeDer } from './der.ts';
import { KeyError } from './key-error.ts';
import { kindName } from './other-key-kinds.ts';
import { checkPrivateKey, PRIVATE_KEY_LENGTH, publicKeyOf } from './private-key.ts';

/** How the public key is written; in files of private keys it may be absent. */
export type PointForm = 'uncompressed' | 'compressed' | 'hybrid' | 'absent';

/** `sec1` is what `openssl ec` writes, `pkcs8` what `openssl pkey` does. */
export type KeyContainer = 'sec1' | 'pkcs8';

/** A private key, and how the public key beside it is written. */
export interface StoredPrivateKey {
  readonly privateKey: Uint8Array;
  readonly point: PointForm;
}

const { integer, bitString, octetString, objectIdentifier, sequence, field0, field1 } = DER_TAGS;
/** 1.2.840.10045.2.1, id-ecPublicKey. */
const EC_PUBLIC_KEY = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
/** 1.3.132.0.10, secp256k1. */
const SECP256K1 = Uint8Array.of(0x2b, 0x81, 0x04, 0x00, 0x0a);
const COMPRESSED_LENGTH = 33;
const ALGORITHM = writeDer(
  sequence,
  writeDer(objectIdentifier, EC_PUBLIC_KEY),
  writeDer(objectIdentifier, SECP256K1),
);

/**
 * ECPrivateKey: version 1, the key, `[0]` its curve, `[1]` the public key.
 *
 * @example
 * readSec1(der) // { privateKey, point: 'uncompressed' }
 */
export function readSec1(der: Uint8Array): StoredPrivateKey {
  return readEcPrivateKey(der, 'sec1');
}

/**
 * PrivateKeyInfo: version 0, the algorithm and its curve, the key as in SEC1, `[0]` attributes.
 *
 * @example
 * readPkcs8(der) // { privateKey, point: 'uncompressed' }
 */
export function readPkcs8(der: Uint8Array): StoredPrivateKey {
  const [version, algorithm, key, attributes, ...rest] = readSequence(der, 'private key');
  expectVersion(version, 0);
  checkAlgorithm(algorithm);
  if (rest.length > 0 || (attributes !== undefined && attributes.tag !== field0)) {
    throw badKey('the private key has more fields than belong there');
  }
  return readEcPrivateKey(contentOf(key, octetString, 'private key'), 'pkcs8');
}

function readEcPrivateKey(der: Uint8Array, container: KeyContainer): StoredPrivateKey {
  const [version, key, ...fields] = readSequence(der, 'private key');
  expectVersion(version, 1);
  const scalar = contentOf(key, octetString, 'private key');
  const parameters = fields[0]?.tag === field0 ? fields.shift() : undefined;
  const point = fields[0]?.tag === field1 ? fields.shift() : undefined;
  if (fields.length > 0) throw badKey('the private key has more fields than belong there');
  if (parameters !== undefined) checkCurve(onlyElement(parameters.content, 'curve'));
  else if (container === 'sec1') throw wrongCurve('names no curve');
  // The curve comes first: keys of others have other lengths.
  const privateKey = readScalar(scalar);
  if (point === undefined) return { privateKey, point: 'absent' };
  const publicKey = readPoint(onlyElement(point.content, 'public key'));
  const own = publicKeyOf(privateKey, publicKey.length === COMPRESSED_LENGTH);
  // The form that the first byte tells is not part of the point.
  if (!equalBytes(own.subarray(1), publicKey.subarray(1)) || !sameParity(own, publicKey)) {
    throw new KeyError(
      'bad-public-key',
      'the public key in the file is not that of the private key',
    );
  }
  return { privateKey, point: formOf(publicKey) };
}

/**
 * A private key as ECPrivateKey.
 *
 * @example
 * writeSec1(privateKey, 'uncompressed')
 */
export function writeSec1(privateKey: Uint8Array, point: PointForm): Uint8Array {
  return writeEcPrivateKey(privateKey, 'sec1', point);
}

/**
 * A private key as PrivateKeyInfo.
 *
 * @example
 * writePkcs8(privateKey, 'compressed')
 */
export function writePkcs8(privateKey: Uint8Array, point: PointForm): Uint8Array {
  const key = writeEcPrivateKey(privateKey, 'pkcs8', point);
  const version = writeDer(integer, Uint8Array.of(0));
  return writeDer(sequence, version, ALGORITHM, writeDer(octetString, key));
}

function writeEcPrivateKey(
  privateKey: Uint8Array,
  container: KeyContainer,
  point: PointForm,
): Uint8Array {
  checkPrivateKey(privateKey);
  const parts = [writeDer(integer, Uint8Array.of(1)), writeDer(octetString, privateKey)];
  // In PKCS#8 the algorithm around the key has named the curve already.
  if (container === 'sec1') parts.push(writeDer(field0, writeDer(objectIdentifier, SECP256K1)));
  if (point !== 'absent') parts.push(writeDer(field1, pointBits(pointOf(privateKey, point))));
  return writeDer(sequence, ...parts);
}

/**
 * SubjectPublicKeyInfo: the algorithm and its curve, the point.
 *
 * @example
 * readPublicKeyInfo(der) // the public key, in the form that it has there
 */
export function readPublicKeyInfo(der: Uint8Array): Uint8Array {
  const [algorithm, point, ...rest] = readSequence(der, 'public key');
  checkAlgorithm(algorithm);
  if (rest.length > 0) throw badKey('the public key has more fields than belong there');
  return readPoint(point);
}

/**
 * A public key as SubjectPublicKeyInfo, in the form that it is given in.
 *
 * @example
 * writePublicKeyInfo(publicKey)
 */
export function writePublicKeyInfo(publicKey: Uint8Array): Uint8Array {
  checkPoint(publicKey);
  return writeDer(sequence, ALGORITHM, pointBits(publicKey));
}

function readSequence(der: Uint8Array, name: string): readonly DerElement[] {
  return readDer(contentOf(onlyElement(der, name), sequence, name));
}

function onlyElement(der: Uint8Array, name: string): DerElement | undefined {
  const [element, ...rest] = readDer(der);
  if (rest.length > 0) throw badKey(`there is something behind the ${name}`);
  return element;
}

function contentOf(element: DerElement | undefined, tag: number, name: string): Uint8Array {
  if (element?.tag === tag) return element.content;
  const found = element === undefined ? 'nothing' : `the tag ${element.tag}`;
  throw badKey(`${found} where the tag ${tag} of the ${name} belongs`);
}

function expectVersion(element: DerElement | undefined, version: number): void {
  const content = contentOf(element, integer, 'version');
  if (content.length !== 1 || content[0] !== version) {
    throw badKey(`the version of the private key must be ${version}`);
  }
}

function checkAlgorithm(element: DerElement | undefined): void {
  const [algorithm, parameters] = readDer(contentOf(element, sequence, 'algorithm'));
  const name = contentOf(algorithm, objectIdentifier, 'algorithm');
  if (!equalBytes(name, EC_PUBLIC_KEY)) throw wrongCurve(`is of ${kindName(name)}`);
  checkCurve(parameters);
}

function checkCurve(element: DerElement | undefined): void {
  if (element?.tag === sequence) {
    throw wrongCurve(
      'spells its curve out in numbers; name it first: openssl ec -in FILE -param_enc named_curve -out NAMED_FILE',
    );
  }
  const name = contentOf(element, objectIdentifier, 'curve');
  if (!equalBytes(name, SECP256K1)) throw wrongCurve(`is of the curve ${kindName(name)}`);
}

/** OpenSSL once left leading zeros away, though RFC 5915 forbids it. */
function readScalar(bytes: Uint8Array): Uint8Array {
  if (bytes.length > PRIVATE_KEY_LENGTH) {
    throw badKey(`a private key of ${bytes.length} bytes; it has ${PRIVATE_KEY_LENGTH}`);
  }
  const privateKey = new Uint8Array(PRIVATE_KEY_LENGTH);
  privateKey.set(bytes, PRIVATE_KEY_LENGTH - bytes.length);
  checkPrivateKey(privateKey);
  return privateKey;
}

function readPoint(element: DerElement | undefined): Uint8Array {
  const bits = contentOf(element, bitString, 'public key');
  if (bits[0] !== 0) throw badKey('the public key is not a whole number of bytes');
  const point = bits.slice(1);
  checkPoint(point);
  return point;
}

function pointBits(point: Uint8Array): Uint8Array {
  return writeDer(bitString, Uint8Array.of(0), point);
}

function pointOf(privateKey: Uint8Array, form: PointForm): Uint8Array {
  const point = publicKeyOf(privateKey, form === 'compressed');
  // Hybrid: both coordinates, and the oddness of y as well.
  return form === 'hybrid'
    ? concatBytes(Uint8Array.of(6 + ((point[64] as number) & 1)), point.subarray(1))
    : point;
}

function formOf(point: Uint8Array): PointForm {
  if (point.length === COMPRESSED_LENGTH) return 'compressed';
  return point[0] === 4 ? 'uncompressed' : 'hybrid';
}

/** The coordinate y is in the first byte alone of a compressed point. */
function sameParity(a: Uint8Array, b: Uint8Array): boolean {
  return a.length !== COMPRESSED_LENGTH || a[0] === b[0];
}

function checkPoint(point: Uint8Array): void {
  if (curve.isPublicKey(point)) return;
  throw new KeyError(
    'bad-public-key',
    `these ${point.length} bytes are no public key of secp256k1; it has 33 or 65`,
  );
}

function badKey(what: string): KeyError {
  return new KeyError('bad-der', `the key is malformed: ${what}`);
}

function wrongCurve(what: string): KeyError {
  return new KeyError('wrong-curve', `the key ${what}; only secp256k1 is used here`);
}
