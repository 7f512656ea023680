/**
 * All commands. This table makes the parser, `--help` and the reference docs; a command that is
 * added to it needs a line in `command-loaders.ts` besides, or nothing compiles.
 */
import type { CommandSpec, FlagSpec } from './command-spec.ts';
import { chainList, chainNew, chainShow } from './table/chain.ts';
import {
  chainExport,
  chainInfo,
  chainPrint,
  chainUtxoHash,
  chainVerify,
} from './table/chain-data.ts';
import { decode } from './table/decode.ts';
import { help } from './table/help.ts';
import { importSpec } from './table/import.ts';
import { mineSpec } from './table/mine.ts';
import { nodeSpec } from './table/node.ts';
import { rpcSpec } from './table/rpc.ts';
import { simSpec } from './table/sim.ts';
import { startSpec } from './table/start.ts';
import { tour } from './table/tour.ts';
import { walletAddressFromSeed } from './table/wallet-address-from-seed.ts';
import { walletAddresses, walletName, walletNewAddress } from './table/wallet-addresses.ts';
import { walletExportPem } from './table/wallet-export-pem.ts';
import { walletImportPem } from './table/wallet-import-pem.ts';
import {
  walletBackup,
  walletCreate,
  walletEncrypt,
  walletList,
  walletRestore,
} from './table/wallet-making.ts';
import {
  walletAbandon,
  walletBalance,
  walletBump,
  walletHistory,
  walletSend,
  walletSync,
} from './table/wallet-paying.ts';
import { walletQr } from './table/wallet-qr.ts';
import { walletTraffic } from './table/wallet-traffic.ts';

export const COMMANDS = {
  start: startSpec,
  tour,
  node: nodeSpec,
  mine: mineSpec,
  rpc: rpcSpec,
  sim: simSpec,
  'wallet create': walletCreate,
  'wallet restore': walletRestore,
  'wallet list': walletList,
  'wallet new-address': walletNewAddress,
  'wallet addresses': walletAddresses,
  'wallet send': walletSend,
  'wallet bump': walletBump,
  'wallet abandon': walletAbandon,
  'wallet balance': walletBalance,
  'wallet history': walletHistory,
  'wallet sync': walletSync,
  'wallet name': walletName,
  'wallet backup': walletBackup,
  'wallet encrypt': walletEncrypt,
  'wallet import-pem': walletImportPem,
  'wallet export-pem': walletExportPem,
  'wallet address-from-seed': walletAddressFromSeed,
  'wallet qr': walletQr,
  'wallet traffic': walletTraffic,
  decode,
  'chain list': chainList,
  'chain show': chainShow,
  'chain new': chainNew,
  import: importSpec,
  'chain info': chainInfo,
  'chain print': chainPrint,
  'chain verify': chainVerify,
  'chain utxo-hash': chainUtxoHash,
  'chain export': chainExport,
  help,
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandName = keyof typeof COMMANDS;

/** The first words of commands that have two. */
export const GROUPS: Readonly<Record<string, string>> = {
  wallet: 'Hold coins, pay, and be paid',
  chain: 'Look at chains and their blocks, and make a chain of your own',
};

/** Options that every command has. */
export const COMMON_OPTIONS = {
  help: { kind: 'flag', about: 'Explain the command, and do nothing' },
  version: { kind: 'flag', about: 'Print the version, and do nothing' },
  debug: { kind: 'flag', about: 'Show where in the code an error came from' },
} as const satisfies Readonly<Record<string, FlagSpec>>;

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

/** The description of a command, without the types of its arguments. */
export function specOf(name: CommandName): CommandSpec {
  return COMMANDS[name];
}
