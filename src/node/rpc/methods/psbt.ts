/** Partially signed transactions (BIP174). */
import type { RpcMethod } from '../rpc-method.ts';
import { psbtRoleMethods } from './psbt-roles.ts';
import { psbtUpdateMethods } from './psbt-update.ts';

export const psbtMethods: readonly RpcMethod[] = [...psbtRoleMethods, ...psbtUpdateMethods];
