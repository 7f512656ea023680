/**
 * The scripts that spend an output, as far as somebody has the keys for it. What others have signed
 * before is used, and what is found out on the way is kept: so several can sign one after the other.
 */

import { equalBytes } from '../../bytes/compare.ts';
import { joinBytes } from '../../bytes/concat.ts';
import { hash160, ripemd160 } from '../../crypto/hash.ts';
import { pushData } from '../build-script.ts';
import { decompileMiniscript } from '../miniscript/decompile-miniscript.ts';
import {
  hasPublicKeySize,
  isPayToScriptHash,
  p2pkh,
  type ScriptTemplate,
  solveScript,
  witnessProgramOf,
} from '../templates.ts';
import { satisfyMiniscript } from './satisfy-miniscript.ts';
import { signTaproot } from './sign-taproot.ts';
import type { SignatureCreator } from './signature-creator.ts';
import type { SignatureData } from './signature-data.ts';
import type { SigningProvider } from './signing-provider.ts';

interface Signing {
  readonly provider: SigningProvider;
  readonly creator: SignatureCreator;
  readonly data: SignatureData;
}

/** What a script leads to: the stack that it wants, or the script behind its hash. */
interface Step {
  readonly kind: ScriptTemplate['kind'];
  readonly solved: boolean;
  readonly stack: readonly Uint8Array[];
}

const EMPTY = new Uint8Array(0);

/**
 * Fills `data` with the scripts that spend an output, and says whether they do so already.
 *
 * @example
 * const data = emptySignatureData();
 * produceSignature(ring, inputSigner(coins, 0, output, SIGHASH_ALL), output.scriptPubKey, data)
 */
export function produceSignature(
  provider: SigningProvider,
  creator: SignatureCreator,
  scriptPubKey: Uint8Array,
  data: SignatureData,
): boolean {
  if (data.complete) return true;
  const signing = { provider, creator, data };
  let step = signStep(scriptPubKey, 'legacy', signing);
  let redeemScript: Uint8Array | undefined;
  if (step.solved && step.kind === 'scripthash') {
    redeemScript = step.stack[0] as Uint8Array;
    data.redeemScript = redeemScript;
    step = signStep(redeemScript, 'legacy', signing);
    if (step.kind === 'scripthash') step = { ...step, solved: false };
  }
  const { solved, stack } = signWitness(step, redeemScript !== undefined, signing);
  if (!data.witness) data.scriptWitness = [];
  data.scriptSig = pushAll(redeemScript === undefined ? stack : [...stack, redeemScript]);
  data.complete =
    solved && creator.accepts({ scriptSig: data.scriptSig, witness: data.scriptWitness });
  return data.complete;
}

/** Goes on to the witness where the script is a witness program; what is left is for the input's script. */
function signWitness(
  step: Step,
  inScriptHash: boolean,
  signing: Signing,
): Pick<Step, 'solved' | 'stack'> {
  const { data } = signing;
  if (step.kind === 'witness_v1_taproot' && !inScriptHash) {
    data.witness = true;
    if (step.solved) data.scriptWitness = step.stack;
    return { solved: step.solved, stack: [] };
  }
  if (!step.solved) return step;
  const [next = EMPTY] = step.stack;
  if (step.kind === 'witness_v0_keyhash') {
    const inner = signStep(p2pkh(next), 'segwit-v0', signing);
    data.witness = true;
    data.scriptWitness = inner.stack;
    return { solved: inner.solved, stack: [] };
  }
  if (step.kind === 'witness_v0_scripthash') {
    data.witnessScript = next;
    const inner = signStep(next, 'segwit-v0', signing);
    const bySignatures = inner.solved && !isAnotherHash(inner.kind);
    const isOpen = !bySignatures && inner.stack.length === 0;
    const byMiniscript = isOpen ? signMiniscript(next, signing) : undefined;
    data.witness = true;
    data.scriptWitness = [...(byMiniscript ?? inner.stack), next];
    return { solved: bySignatures || byMiniscript !== undefined, stack: [] };
  }
  return step;
}

/** The stack for a witness script that is a miniscript, of any other form. */
function signMiniscript(script: Uint8Array, signing: Signing): readonly Uint8Array[] | undefined {
  const { creator, data } = signing;
  const root = decompileMiniscript(script, 'wsh', {
    byBytes: (key) => (hasPublicKeySize(key) ? key : undefined),
    byHash: (hash) => {
      const key = findPublicKey(hash, signing);
      if (key === undefined) data.missing.keys.push(hash);
      return key;
    },
  });
  return (
    root &&
    satisfyMiniscript(root, {
      signature: (key) => signWith(key, script, 'segwit-v0', signing),
      preimage: (kind, hash) => data.preimages[kind].get(hash),
      older: (age) => creator.older(age),
      after: (time) => creator.after(time),
    })
  );
}

function isAnotherHash(kind: ScriptTemplate['kind']): boolean {
  return kind === 'scripthash' || kind === 'witness_v0_scripthash' || kind === 'witness_v0_keyhash';
}

function signStep(script: Uint8Array, version: 'legacy' | 'segwit-v0', signing: Signing): Step {
  const form = solveScript(script);
  const stack = stepStack(form, script, version, signing);
  if (form.kind === 'multisig') {
    // Whoever signs next finds the signatures that there are so far.
    const solved = stack?.every((item, i) => i === 0 || item.length > 0) ?? false;
    return { kind: form.kind, solved, stack: stack ?? [] };
  }
  return { kind: form.kind, solved: stack !== undefined, stack: stack ?? [] };
}

function stepStack(
  form: ScriptTemplate,
  script: Uint8Array,
  version: 'legacy' | 'segwit-v0',
  signing: Signing,
): readonly Uint8Array[] | undefined {
  const { provider, creator, data } = signing;
  switch (form.kind) {
    case 'pubkey': {
      const signature = signWith(form.publicKey, script, version, signing);
      return signature && [signature];
    }
    case 'pubkeyhash': {
      const publicKey = findPublicKey(form.hash, signing);
      if (publicKey === undefined) {
        data.missing.keys.push(form.hash);
        return undefined;
      }
      const signature = signWith(publicKey, script, version, signing);
      return signature && [signature, publicKey];
    }
    case 'multisig':
      return signMultisig(form.required, form.publicKeys, (key) =>
        signWith(key, script, version, signing),
      );
    case 'scripthash': {
      const redeemScript = findScript(form.hash, signing);
      if (redeemScript === undefined) data.missing.redeemScriptHash = form.hash;
      return redeemScript && [redeemScript];
    }
    case 'witness_v0_keyhash':
      return [form.hash];
    case 'witness_v0_scripthash': {
      const witnessScript = findScript(ripemd160(form.hash), signing);
      if (witnessScript === undefined) data.missing.witnessScriptHash = form.hash;
      return witnessScript && [witnessScript];
    }
    case 'witness_v1_taproot':
      return signTaproot(provider, creator, form.outputKey, data);
    case 'anchor':
      return [];
    default:
      return undefined;
  }
}

/**
 * In front lies the element that OP_CHECKMULTISIG takes and nobody uses; room is left for what is missing.
 * Bitcoin Core's loop counts what it adds twice, and leaves room for half of what is missing, rounded up:
 * an unsigned multisig fails by the size of its stack, and its RPC has words for that.
 */
function signMultisig(
  required: number,
  publicKeys: readonly Uint8Array[],
  sign: (publicKey: Uint8Array) => Uint8Array | undefined,
): readonly Uint8Array[] {
  // All that can be made are made: the others may lack just one of them.
  const signatures = publicKeys.map(sign).filter((signature) => signature !== undefined);
  const shown = signatures.slice(0, required);
  const room = Math.ceil((required - shown.length) / 2);
  return [EMPTY, ...shown, ...Array<Uint8Array>(room).fill(EMPTY)];
}

function signWith(
  publicKey: Uint8Array,
  script: Uint8Array,
  version: 'legacy' | 'segwit-v0',
  { provider, creator, data }: Signing,
): Uint8Array | undefined {
  const keyHash = hash160(publicKey);
  const known = data.signatures.get(keyHash);
  if (known !== undefined) return known.signature;
  const origin = provider.keyOrigin(keyHash);
  if (origin !== undefined && !data.keyPaths.has(keyHash)) {
    data.keyPaths.set(keyHash, { publicKey, origin });
  }
  const signature = creator.ecdsa(provider, keyHash, script, version);
  if (signature === undefined) data.missing.signatures.push(keyHash);
  else data.signatures.set(keyHash, { publicKey, signature });
  return signature;
}

function findPublicKey(hash: Uint8Array, { provider, data }: Signing): Uint8Array | undefined {
  return (
    data.signatures.get(hash)?.publicKey ??
    data.keyPaths.get(hash)?.publicKey ??
    provider.publicKey(hash)
  );
}

function findScript(hash: Uint8Array, { provider, data }: Signing): Uint8Array | undefined {
  const known = provider.script(hash);
  if (known !== undefined) return known;
  return [data.redeemScript, data.witnessScript].find(
    (script) => script !== undefined && equalBytes(hash160(script), hash),
  );
}

function pushAll(stack: readonly Uint8Array[]): Uint8Array {
  return joinBytes(stack.map(pushData));
}

/** Whether an output is spent by a witness, its own or, behind a script hash, that of a known script. */
export function isWitnessOutput(provider: SigningProvider, script: Uint8Array): boolean {
  const inner = isPayToScriptHash(script) ? provider.script(script.subarray(2, 22)) : script;
  return inner !== undefined && witnessProgramOf(inner) !== undefined;
}
