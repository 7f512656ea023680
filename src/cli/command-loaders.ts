import type { ArgumentsOf, Command } from './command-spec.ts';
import type { COMMANDS, CommandName } from './command-table.ts';

type SpecOf<N extends CommandName> = (typeof COMMANDS)[N];

export type CommandArguments<N extends CommandName> = ArgumentsOf<SpecOf<N>>;

/** A command is loaded when it is called, so that no other has to wait for its code. */
export const LOADERS: { readonly [N in CommandName]: () => Promise<Command<SpecOf<N>>> } = {
  start: async () => (await import('./commands/start.ts')).start,
  tour: async () => (await import('./commands/tour.ts')).tour,
  node: async () => (await import('./commands/node.ts')).runNode,
  mine: async () => (await import('./commands/mine.ts')).mine,
  rpc: async () => (await import('./commands/rpc.ts')).rpc,
  sim: async () => (await import('./commands/sim.ts')).sim,
  'wallet create': async () => (await import('./commands/wallet-create.ts')).walletCreate,
  'wallet restore': async () => (await import('./commands/wallet-restore.ts')).walletRestore,
  'wallet list': async () => (await import('./commands/wallet-list.ts')).walletList,
  'wallet new-address': async () =>
    (await import('./commands/wallet-new-address.ts')).walletNewAddress,
  'wallet addresses': async () => (await import('./commands/wallet-addresses.ts')).walletAddresses,
  'wallet send': async () => (await import('./commands/wallet-send.ts')).walletSend,
  'wallet bump': async () => (await import('./commands/wallet-bump.ts')).walletBump,
  'wallet abandon': async () => (await import('./commands/wallet-abandon.ts')).walletAbandon,
  'wallet balance': async () => (await import('./commands/wallet-balance.ts')).walletBalance,
  'wallet history': async () => (await import('./commands/wallet-history.ts')).walletHistory,
  'wallet sync': async () => (await import('./commands/wallet-sync.ts')).walletSync,
  'wallet name': async () => (await import('./commands/wallet-name.ts')).walletName,
  'wallet backup': async () => (await import('./commands/wallet-backup.ts')).walletBackup,
  'wallet encrypt': async () => (await import('./commands/wallet-encrypt.ts')).walletEncrypt,
  'wallet import-pem': async () =>
    (await import('./commands/wallet-import-pem.ts')).walletImportPem,
  'wallet export-pem': async () =>
    (await import('./commands/wallet-export-pem.ts')).walletExportPem,
  'wallet address-from-seed': async () =>
    (await import('./commands/wallet-address-from-seed.ts')).walletAddressFromSeed,
  'wallet qr': async () => (await import('./commands/wallet-qr.ts')).walletQr,
  'wallet traffic': async () => (await import('./commands/wallet-traffic.ts')).walletTraffic,
  decode: async () => (await import('./commands/decode.ts')).decode,
  'chain list': async () => (await import('./commands/chain-list.ts')).chainList,
  'chain show': async () => (await import('./commands/chain-show.ts')).chainShow,
  'chain new': async () => (await import('./commands/chain-new.ts')).chainNew,
  import: async () => (await import('./commands/import.ts')).importBlocks,
  'chain info': async () => (await import('./commands/chain-info.ts')).chainInfo,
  'chain print': async () => (await import('./commands/chain-print.ts')).chainPrint,
  'chain verify': async () => (await import('./commands/chain-verify.ts')).chainVerify,
  'chain utxo-hash': async () => (await import('./commands/chain-utxo-hash.ts')).chainUtxoHash,
  'chain export': async () => (await import('./commands/chain-export.ts')).chainExport,
  help: async () => (await import('./commands/help.ts')).help,
};
