import type { ExtendedKeyPrefixes } from '../../keys/extended-key-text.ts';
import type { AddressPrefixes } from '../address.ts';

/** The chain that keys and addresses are written for. Every `ChainParams` is one. */
export interface DescriptorChain {
  readonly keyPrefixes: DescriptorKeyPrefixes;
  readonly addressPrefixes: AddressPrefixes;
}

export interface DescriptorKeyPrefixes extends ExtendedKeyPrefixes {
  /** The byte in front of a private key in Wallet Import Format. */
  readonly wif: number;
}
