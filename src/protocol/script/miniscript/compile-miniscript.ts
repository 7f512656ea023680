/** From miniscripts to scripts. */
import { hash160 } from '../../crypto/hash.ts';
import { pushData } from '../build-script.ts';
import { opcodes } from '../opcodes.ts';
import { encodeScriptNumber } from '../script-number.ts';
import type { HashFragment } from './fragment.ts';
import type { Miniscript } from './miniscript.ts';
import { has } from './properties.ts';

/** An opcode, bytes to push, or an expression and whether OP_VERIFY follows it. */
type Part<K> = number | Uint8Array | { readonly node: Miniscript<K>; readonly verify: boolean };

const HASH_OPCODES: Record<HashFragment, number> = {
  sha256: opcodes.OP_SHA256,
  hash256: opcodes.OP_HASH256,
  ripemd160: opcodes.OP_RIPEMD160,
  hash160: opcodes.OP_HASH160,
};

/**
 * The script of a miniscript. `keyBytes` gives keys as the script has them: 33 bytes within `wsh`, the
 * x coordinate in a leaf of `tr`.
 *
 * @example
 * compileMiniscript(node, (key) => key.publicKey) // <key> OP_CHECKSIGVERIFY 10 OP_CHECKSEQUENCEVERIFY
 */
export function compileMiniscript<K>(
  root: Miniscript<K>,
  keyBytes: (key: K) => Uint8Array,
): Uint8Array {
  const script = new Uint8Array(root.scriptSize);
  let at = 0;
  const parts: Part<K>[] = [{ node: root, verify: false }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (typeof part === 'number') {
      script[at++] = part;
    } else if (part instanceof Uint8Array) {
      const push = pushData(part);
      script.set(push, at);
      at += push.length;
    } else {
      for (const next of partsOf(part.node, part.verify, keyBytes).reverse()) parts.push(next);
    }
  }
  return script;
}

function partsOf<K>(
  node: Miniscript<K>,
  verify: boolean,
  keyBytes: (key: K) => Uint8Array,
): Part<K>[] {
  const { fragment, k, hash, keys } = node;
  switch (fragment) {
    case '0':
      return [opcodes.OP_0];
    case '1':
      return [opcodes.OP_1];
    case 'pk_k':
      return keys.map(keyBytes);
    case 'pk_h': {
      const hashes = keys.map((key) => hash160(keyBytes(key)));
      return [opcodes.OP_DUP, opcodes.OP_HASH160, ...hashes, opcodes.OP_EQUALVERIFY];
    }
    case 'older':
      return [encodeScriptNumber(k), opcodes.OP_CHECKSEQUENCEVERIFY];
    case 'after':
      return [encodeScriptNumber(k), opcodes.OP_CHECKLOCKTIMEVERIFY];
    case 'sha256':
    case 'hash256':
    case 'ripemd160':
    case 'hash160': {
      const size = [opcodes.OP_SIZE, encodeScriptNumber(32), opcodes.OP_EQUALVERIFY];
      return [...size, HASH_OPCODES[fragment], hash, equal(verify)];
    }
    case 'multi':
      return [
        encodeScriptNumber(k),
        ...keys.map(keyBytes),
        encodeScriptNumber(keys.length),
        verify ? opcodes.OP_CHECKMULTISIGVERIFY : opcodes.OP_CHECKMULTISIG,
      ];
    case 'multi_a':
      return [
        ...keys.flatMap((key, i) => [
          keyBytes(key),
          i === 0 ? opcodes.OP_CHECKSIG : opcodes.OP_CHECKSIGADD,
        ]),
        encodeScriptNumber(k),
        verify ? opcodes.OP_NUMEQUALVERIFY : opcodes.OP_NUMEQUAL,
      ];
    default:
      return wrapperParts(node, verify) ?? combinatorParts(node, verify);
  }
}

function wrapperParts<K>(
  { fragment, subs }: Miniscript<K>,
  verify: boolean,
): Part<K>[] | undefined {
  const [node] = subs as [Miniscript<K>];
  const x = { node, verify: false };
  switch (fragment) {
    case 'a':
      return [opcodes.OP_TOALTSTACK, x, opcodes.OP_FROMALTSTACK];
    case 's':
      return [opcodes.OP_SWAP, { node, verify }];
    case 'c':
      return [x, verify ? opcodes.OP_CHECKSIGVERIFY : opcodes.OP_CHECKSIG];
    case 'd':
      return [opcodes.OP_DUP, opcodes.OP_IF, x, opcodes.OP_ENDIF];
    case 'v':
      return has(node.type, 'x')
        ? [{ node, verify: true }, opcodes.OP_VERIFY]
        : [{ node, verify: true }];
    case 'j':
      return [opcodes.OP_SIZE, opcodes.OP_0NOTEQUAL, opcodes.OP_IF, x, opcodes.OP_ENDIF];
    case 'n':
      return [x, opcodes.OP_0NOTEQUAL];
    default:
      return undefined;
  }
}

function combinatorParts<K>({ fragment, k, subs }: Miniscript<K>, verify: boolean): Part<K>[] {
  const plain = subs.map((node): Part<K> => ({ node, verify: false }));
  const [x, y, z] = plain as [Part<K>, Part<K>, Part<K>];
  const { OP_IF, OP_NOTIF, OP_ELSE, OP_ENDIF } = opcodes;
  switch (fragment) {
    case 'and_v':
      return [x, { node: subs[1] as Miniscript<K>, verify }];
    case 'and_b':
      return [x, y, opcodes.OP_BOOLAND];
    case 'or_b':
      return [x, y, opcodes.OP_BOOLOR];
    case 'or_c':
      return [x, OP_NOTIF, y, OP_ENDIF];
    case 'or_d':
      return [x, opcodes.OP_IFDUP, OP_NOTIF, y, OP_ENDIF];
    case 'or_i':
      return [OP_IF, x, OP_ELSE, y, OP_ENDIF];
    case 'andor':
      return [x, OP_NOTIF, z, OP_ELSE, y, OP_ENDIF];
    default: {
      const sum = plain.flatMap((part, i) => (i === 0 ? [part] : [part, opcodes.OP_ADD]));
      return [...sum, encodeScriptNumber(k), equal(verify)];
    }
  }
}

function equal(verify: boolean): number {
  return verify ? opcodes.OP_EQUALVERIFY : opcodes.OP_EQUAL;
}
