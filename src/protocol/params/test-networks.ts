/** What testnet4, signet and regtest have in common: addresses and keys that wallets know as worthless. */
import type { AddressPrefixes } from '../script/address.ts';
import {
  ALWAYS_ACTIVE,
  type BuriedDeployments,
  type KeyPrefixes,
  NEVER_ACTIVE,
  NO_TIMEOUT,
  type VersionBitsDeployment,
} from './chain-params.ts';

export const testAddressPrefixes: AddressPrefixes = {
  pubKeyHash: 111,
  scriptHash: 196,
  bech32: 'tb',
};

export const testKeyPrefixes: KeyPrefixes = {
  wif: 239,
  extendedPublic: 0x043587cf,
  extendedPrivate: 0x04358394,
};

/** Chains that are younger than the soft forks had them from their second block on. */
export const buriedFromTheStart: BuriedDeployments = {
  bip34: 1,
  bip65: 1,
  bip66: 1,
  csv: 1,
  segwit: 1,
};

/** A deployment that exists for tests of deployments, and is off on public chains. */
export const testdummyOff: VersionBitsDeployment = {
  bit: 28,
  startTime: NEVER_ACTIVE,
  timeout: NO_TIMEOUT,
  minActivationHeight: 0,
};

export const taprootAlways: VersionBitsDeployment = {
  bit: 2,
  startTime: ALWAYS_ACTIVE,
  timeout: NO_TIMEOUT,
  minActivationHeight: 0,
};
