import { joinBytes } from '../../bytes/concat.ts';
import { pushBytes } from '../build-script.ts';
import { instructionEnd } from '../parse-script.ts';

/**
 * A script without the pushes of a signature: a signature cannot sign itself, so the first version
 * cut it out of what it signs, wherever an instruction begins. Nobody has used that since, but old
 * blocks may, and consensus keeps it for scripts before SegWit.
 *
 * Answers the script itself if there was nothing to cut out.
 */
export function findAndDelete(script: Uint8Array, signature: Uint8Array): Uint8Array {
  // Nearly always the script is shorter than any signature, and there is nothing to look for.
  if (script.length <= signature.length) return script;
  const push = pushBytes(signature);
  const kept: Uint8Array[] = [];
  let keptTo = 0;
  let at = 0;
  while (at >= 0 && at < script.length) {
    if (startsWith(script, at, push)) {
      if (at > keptTo) kept.push(script.subarray(keptTo, at));
      at += push.length;
      keptTo = at;
    } else {
      at = instructionEnd(script, at);
    }
  }
  if (keptTo === 0) return script;
  kept.push(script.subarray(keptTo));
  return joinBytes(kept);
}

function startsWith(script: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (script.length - at < wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (script[at + i] !== wanted[i]) return false;
  return true;
}
