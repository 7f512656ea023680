/** Commands that make wallets and keep them safe. */
import type { CommandSpec } from '../command-spec.ts';
import {
  PASSPHRASE_OPTION,
  WALLET_FOLDER_OPTIONS,
  WALLET_NODE_OPTIONS,
  WALLET_OPTION,
} from './wallet-options.ts';

const ENCRYPT = {
  encrypt: { kind: 'flag', about: 'Put its keys under a passphrase, which is asked for twice' },
} as const;

export const walletCreate = {
  summary: 'Make a wallet, and show its twelve words once',
  about: [
    'The twelve words are the wallet: whoever has them has its coins, and with them it can be restored anywhere (blockyard wallet restore). They are shown once, and are kept nowhere. Write them down on paper.',
    'The wallet is a folder of its name in the data folder of its chain, which only you may read. It is the same wallet that a node opens with loadwallet; one program at a time can have it open.',
    'With --encrypt, its keys are sealed by a passphrase, which is asked for whenever it has to sign. It is no part of the words.',
  ],
  arguments: { name: { about: 'What the wallet is called' } },
  options: { ...ENCRYPT, ...PASSPHRASE_OPTION, ...WALLET_FOLDER_OPTIONS },
  examples: [
    {
      shows: 'A wallet on lab, the chain of blockyard start',
      line: 'blockyard wallet create savings',
    },
    { shows: 'One under a passphrase', line: 'blockyard wallet create savings --encrypt' },
    {
      shows: 'One that a program makes, with the passphrase from a file',
      line: 'blockyard wallet create bot --encrypt --passphrase-stdin --json < passphrase.txt',
    },
  ],
} as const satisfies CommandSpec;

export const walletRestore = {
  summary: 'Make a wallet of its words, or of a backup',
  about: [
    'The words are typed unseen, or come from standard input. A word that is none is named, with the one that it resembles most, and no wallet is made then.',
    'Whatever was paid to the wallet before is found in the blocks of the node. With words alone, all of them are looked at; --since leaves out those of before.',
    'The words bring back keys, coins and history. Names of addresses, and keys that were imported, are in backups alone (blockyard wallet backup).',
  ],
  arguments: { name: { about: 'What the wallet is called here' } },
  options: {
    backup: { kind: 'text', value: 'FILE', about: 'Restore the backup in this file, not words' },
    since: {
      kind: 'text',
      value: 'DATE',
      about: 'Before that day (YYYY-MM-DD) nothing was paid to these words',
    },
    ...ENCRYPT,
    ...PASSPHRASE_OPTION,
    ...WALLET_FOLDER_OPTIONS,
    ...WALLET_NODE_OPTIONS,
  },
  examples: [
    { shows: 'From the words, which are asked for', line: 'blockyard wallet restore savings' },
    {
      shows: 'From the words in a file, of a wallet that was made in 2026',
      line: 'blockyard wallet restore savings --since 2026-01-01 < words.txt',
    },
    {
      shows: 'From a backup',
      line: 'blockyard wallet restore savings --backup savings.backup',
    },
  ],
} as const satisfies CommandSpec;

export const walletList = {
  summary: 'List the wallets of a chain',
  about: [
    'Shows each wallet of the data folder with what it is: whether it has a passphrase, whether it can sign or only watches, and the last block that it knows.',
  ],
  arguments: {},
  options: WALLET_FOLDER_OPTIONS,
  examples: [
    { shows: 'The wallets on lab', line: 'blockyard wallet list' },
    {
      shows: 'Those on regtest, for a program',
      line: 'blockyard wallet list --chain regtest --json',
    },
  ],
} as const satisfies CommandSpec;

export const walletBackup = {
  summary: 'Write a whole wallet into one file',
  about: [
    'The file has everything: keys, names, payments. Whoever has it has the coins, unless the wallet has a passphrase; it is readable by you alone (mode 0600). Restore it with blockyard wallet restore NAME --backup FILE.',
  ],
  arguments: { file: { about: 'The file to write; there must be none of this name' } },
  options: { ...WALLET_OPTION, ...WALLET_FOLDER_OPTIONS },
  examples: [
    { shows: 'The only wallet there is', line: 'blockyard wallet backup savings.backup' },
    {
      shows: 'One of several',
      line: 'blockyard wallet backup /media/stick/rent.backup --wallet rent',
    },
  ],
} as const satisfies CommandSpec;

export const walletEncrypt = {
  summary: 'Put the keys of a wallet under a passphrase',
  about: [
    'The passphrase is asked for twice, and is from then on needed to pay. Nobody can find it out again: whoever forgets it needs the twelve words, which stay as they are.',
    'The wallet moves into a new database, so that no file has its keys any longer as they were. Older backups still do.',
  ],
  arguments: {},
  options: { ...WALLET_OPTION, ...PASSPHRASE_OPTION, ...WALLET_FOLDER_OPTIONS },
  examples: [{ shows: 'The wallet savings', line: 'blockyard wallet encrypt --wallet savings' }],
} as const satisfies CommandSpec;
