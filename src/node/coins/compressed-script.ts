/**
 * Output scripts as Bitcoin Core's database holds them: the forms of Bitcoin's first years by a number
 * from 0 to 5 and the hash or key alone, any other script by its length plus 6, and its bytes.
 */

import { curve } from '#curve';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Reader } from '../../protocol/bytes/reader.ts';
import type { Writer } from '../../protocol/bytes/writer.ts';
import { MAX_SCRIPT_SIZE } from '../../protocol/script/limits.ts';
import { opcodes } from '../../protocol/script/opcodes.ts';
import { isPayToScriptHash } from '../../protocol/script/templates.ts';
import { readVarInt, writeVarInt } from './var-int.ts';

const { OP_DUP, OP_HASH160, OP_EQUAL, OP_EQUALVERIFY, OP_CHECKSIG } = opcodes;

const PUBKEY_HASH = 0;
const SCRIPT_HASH = 1;
/** A compressed key of an even or odd y; two more stand for an uncompressed one. */
const EVEN_KEY = 2;
const ODD_KEY = 3;
const UNCOMPRESSED = 2;
const SPECIAL_FORMS = 6;

const HASH_SIZE = 20;
const X_SIZE = 32;
const COMPRESSED_KEY_SIZE = 33;
const KEY_SIZE = 65;

/** Writes a script in its shortest form. */
export function writeCompressedScript(writer: Writer, script: Uint8Array): void {
  if (isPayToPubKeyHash(script)) {
    writer.u8(PUBKEY_HASH);
    writer.bytes(script.subarray(3, 3 + HASH_SIZE));
  } else if (isPayToScriptHash(script)) {
    writer.u8(SCRIPT_HASH);
    writer.bytes(script.subarray(2, 2 + HASH_SIZE));
  } else if (isPayToCompressedKey(script)) {
    writer.bytes(script.subarray(1, 1 + COMPRESSED_KEY_SIZE));
  } else if (isPayToWholeKey(script)) {
    const yIsOdd = (script[KEY_SIZE] as number) & 1;
    writer.u8(EVEN_KEY + UNCOMPRESSED + yIsOdd);
    writer.bytes(script.subarray(2, 2 + X_SIZE));
  } else {
    writeVarInt(writer, script.length + SPECIAL_FORMS);
    writer.bytes(script);
  }
}

/**
 * Reads a script, as an array of its own.
 *
 * @throws DecodeError for what no coin can have: a script beyond the limit of 10,000 bytes, or a key
 * whose y there is none of. Bitcoin Core makes an unspendable script of either.
 */
export function readCompressedScript(reader: Reader): Uint8Array {
  const form = readVarInt(reader);
  if (form >= SPECIAL_FORMS) return readWholeScript(reader, form - SPECIAL_FORMS);
  if (form === PUBKEY_HASH) return payToPubKeyHash(reader.bytes(HASH_SIZE));
  if (form === SCRIPT_HASH) return payToScriptHash(reader.bytes(HASH_SIZE));
  const uncompressed = form > ODD_KEY;
  const key = new Uint8Array(COMPRESSED_KEY_SIZE);
  key[0] = uncompressed ? form - UNCOMPRESSED : form;
  key.set(reader.bytes(X_SIZE), 1);
  return payToPubKey(uncompressed ? decompressed(key) : key);
}

function readWholeScript(reader: Reader, length: number): Uint8Array {
  if (length > MAX_SCRIPT_SIZE) {
    throw new DecodeError(
      'size-too-large',
      `a coin with a script of ${length} bytes: allowed are ${MAX_SCRIPT_SIZE}`,
    );
  }
  return new Uint8Array(reader.bytes(length));
}

function decompressed(key: Uint8Array): Uint8Array {
  const whole = curve.convertPublicKey(key, false);
  if (whole === undefined) {
    throw new DecodeError('bad-value', `a coin with a key that is not on the curve: ${toHex(key)}`);
  }
  return whole;
}

function isPayToPubKeyHash(script: Uint8Array): boolean {
  return (
    script.length === 25 &&
    script[0] === OP_DUP &&
    script[1] === OP_HASH160 &&
    script[2] === HASH_SIZE &&
    script[23] === OP_EQUALVERIFY &&
    script[24] === OP_CHECKSIG
  );
}

/** By its form alone: whether there is such a point makes no difference to these 33 bytes. */
function isPayToCompressedKey(script: Uint8Array): boolean {
  return (
    script.length === 35 &&
    script[0] === COMPRESSED_KEY_SIZE &&
    (script[1] === EVEN_KEY || script[1] === ODD_KEY) &&
    script[34] === OP_CHECKSIG
  );
}

/** Only with a point on the curve: y is made of x again. Hybrid keys (6 and 7) are left as they are. */
function isPayToWholeKey(script: Uint8Array): boolean {
  return (
    script.length === 67 &&
    script[0] === KEY_SIZE &&
    script[1] === 4 &&
    script[66] === OP_CHECKSIG &&
    curve.isPublicKey(script.subarray(1, 1 + KEY_SIZE))
  );
}

function payToPubKeyHash(hash: Uint8Array): Uint8Array {
  const script = new Uint8Array(25);
  script[0] = OP_DUP;
  script[1] = OP_HASH160;
  script[2] = HASH_SIZE;
  script.set(hash, 3);
  script[23] = OP_EQUALVERIFY;
  script[24] = OP_CHECKSIG;
  return script;
}

function payToScriptHash(hash: Uint8Array): Uint8Array {
  const script = new Uint8Array(23);
  script[0] = OP_HASH160;
  script[1] = HASH_SIZE;
  script.set(hash, 2);
  script[22] = OP_EQUAL;
  return script;
}

function payToPubKey(key: Uint8Array): Uint8Array {
  const script = new Uint8Array(key.length + 2);
  script[0] = key.length;
  script.set(key, 1);
  script[key.length + 1] = OP_CHECKSIG;
  return script;
}
