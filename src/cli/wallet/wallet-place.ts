/** What `WALLET_FOLDER_OPTIONS` and `WALLET_NODE_OPTIONS` say. */
export interface WalletPlace {
  readonly chain: string;
  readonly datadir: string;
  readonly json: boolean;
  readonly node?: string | undefined;
  readonly rpcuser?: string | undefined;
  /** Commands that have no use for a node say so. */
  readonly offline?: boolean;
  readonly wallet?: string | undefined;
  readonly 'passphrase-stdin'?: boolean;
}
