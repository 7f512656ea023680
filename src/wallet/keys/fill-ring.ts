import { type Expansion, keysAsLearnt } from '../../protocol/script/descriptor/expand.ts';
import type { KeyRing } from '../../protocol/script/sign/signing-provider.ts';

/**
 * Tells a ring all that an expansion knows: what a signer asks for.
 *
 * @example
 * fillRing(ring, expandDescriptor(descriptor, 5));
 */
export function fillRing(ring: KeyRing, expansion: Expansion): void {
  for (const { publicKey, origin, privateKey } of keysAsLearnt(expansion)) {
    ring.addPublicKey(publicKey, origin);
    if (privateKey === undefined) continue;
    ring.addPrivateKey({ privateKey, compressed: publicKey.length === 33 });
  }
  for (const { redeemScript, witnessScript, taproot } of expansion.outputs) {
    if (redeemScript !== undefined) ring.addScript(redeemScript);
    if (witnessScript !== undefined) ring.addScript(witnessScript);
    if (taproot !== undefined) ring.addTaproot(taproot);
  }
}
