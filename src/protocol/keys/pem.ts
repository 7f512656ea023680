/**
 * Keys in PEM files, as `openssl ec` and `openssl pkey` read and write them: base64 of DER between
 * two lines that say what it is.
 */
import { base64 } from '@scure/base';
import {
  type KeyContainer,
  type PointForm,
  readPkcs8,
  readPublicKeyInfo,
  readSec1,
  type StoredPrivateKey,
  writePkcs8,
  writePublicKeyInfo,
  writeSec1,
} from './ec-key-der.ts';
import { KeyError } from './key-error.ts';

export type PemKey =
  | ({ readonly kind: 'private'; readonly container: KeyContainer } & StoredPrivateKey)
  | {
      readonly kind: 'public';
      /** In the form that the file has. */
      readonly publicKey: Uint8Array;
    };

const LABELS = {
  sec1: 'EC PRIVATE KEY',
  pkcs8: 'PRIVATE KEY',
  spki: 'PUBLIC KEY',
  /** Stands before a private key in the files of `openssl ecparam -genkey`, and repeats its curve. */
  parameters: 'EC PARAMETERS',
} as const;
const LINE_LENGTH = 64;
/** Longer ones are no labels, and would make messages that nobody reads. */
const LONGEST_LABEL = 40;
const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';

/**
 * The first key of a PEM file.
 *
 * @example
 * decodePem('-----BEGIN EC PRIVATE KEY-----\nMHQCAQEE…') // { kind: 'private', container: 'sec1', … }
 */
export function decodePem(text: string): PemKey {
  const block = keyBlock(text);
  const der = blockBytes(block);
  switch (block.label) {
    case LABELS.sec1:
      return { kind: 'private', container: 'sec1', ...readSec1(der) };
    case LABELS.pkcs8:
      return { kind: 'private', container: 'pkcs8', ...readPkcs8(der) };
    case LABELS.spki:
      return { kind: 'public', publicKey: readPublicKeyInfo(der) };
    default:
      throw new KeyError(
        'bad-pem',
        `the PEM file holds ${JSON.stringify(block.label)}; allowed are ${LABELS.sec1}, ${LABELS.pkcs8} and ${LABELS.spki}`,
      );
  }
}

/**
 * A private key as a PEM file, byte for byte as OpenSSL writes it.
 *
 * @example
 * encodePrivateKeyPem(privateKey, 'sec1') // as `openssl ec -in FILE`
 * encodePrivateKeyPem(privateKey, 'pkcs8', 'compressed')
 */
export function encodePrivateKeyPem(
  privateKey: Uint8Array,
  container: KeyContainer,
  point: PointForm = 'uncompressed',
): string {
  return container === 'sec1'
    ? pemFile(LABELS.sec1, writeSec1(privateKey, point))
    : pemFile(LABELS.pkcs8, writePkcs8(privateKey, point));
}

/**
 * A public key as a PEM file, in the form that it is given in.
 *
 * @example
 * encodePublicKeyPem(publicKey) // as `openssl pkey -pubout`
 */
export function encodePublicKeyPem(publicKey: Uint8Array): string {
  return pemFile(LABELS.spki, writePublicKeyInfo(publicKey));
}

interface PemBlock {
  readonly label: string;
  readonly body: string;
}

function keyBlock(text: string): PemBlock {
  for (let from = 0; ; ) {
    const begin = text.indexOf(BEGIN, from);
    const labelEnd = begin < 0 ? -1 : text.indexOf(DASHES, begin + BEGIN.length);
    if (labelEnd < 0 || labelEnd > begin + BEGIN.length + LONGEST_LABEL) {
      throw new KeyError('bad-pem', 'no PEM file: there is no key between BEGIN and END lines');
    }
    const label = text.slice(begin + BEGIN.length, labelEnd);
    const endLine = `${END}${label}${DASHES}`;
    const end = text.indexOf(endLine, labelEnd);
    if (end < 0) throw new KeyError('bad-pem', `the line ${JSON.stringify(endLine)} is missing`);
    const body = text.slice(labelEnd + DASHES.length, end);
    if (label !== LABELS.parameters) return { label, body };
    from = end + endLine.length;
  }
}

function blockBytes({ label, body }: PemBlock): Uint8Array {
  if (label.startsWith('ENCRYPTED') || body.includes('Proc-Type:')) {
    throw new KeyError(
      'encrypted-pem',
      'the private key is encrypted; decrypt it first: openssl pkey -in FILE -out PLAIN_FILE',
    );
  }
  try {
    return base64.decode(body.replace(/\s+/g, ''));
  } catch {
    throw new KeyError('bad-pem', `what stands below BEGIN ${label} is no base64`);
  }
}

function pemFile(label: string, der: Uint8Array): string {
  const text = base64.encode(der);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += LINE_LENGTH) {
    lines.push(text.slice(at, at + LINE_LENGTH));
  }
  return [`${BEGIN}${label}${DASHES}`, ...lines, `${END}${label}${DASHES}`, ''].join('\n');
}
