/**
 * A shop's till: it watches addresses through a node's JSON-RPC, and says which orders are paid. It
 * knows nothing of Blockyard; give it the URL of any Bitcoin node.
 */

/** `open`: nothing has come. `pending`: enough has come, but not yet deep enough in the chain. */
export type Status = 'open' | 'pending' | 'paid';

export interface Order {
  readonly address: string;
  readonly satoshis: bigint;
}

interface Transaction {
  readonly txid: string;
  readonly vout: readonly {
    readonly value: number;
    readonly scriptPubKey: { readonly address?: string };
  }[];
}

interface Block {
  readonly hash: string;
  readonly tx: readonly Transaction[];
}

/** So many blocks, the one with the payment among them, make a payment final. */
const CONFIRMATIONS = 3;

export class Till {
  readonly #server: string;
  readonly #authorization: string;
  /** The blocks that it has read, from its first one on. */
  readonly #blocks: Block[] = [];
  readonly #firstHeight: number;

  constructor(url: string, firstHeight = 0) {
    const { origin, username, password } = new URL(url);
    this.#server = origin;
    this.#authorization = `Basic ${btoa(`${username}:${password}`)}`;
    this.#firstHeight = firstHeight;
  }

  /** How an order stands at this moment. */
  async status({ address, satoshis }: Order): Promise<Status> {
    await this.#readBlocks();
    const final = this.#blocks.slice(0, Math.max(0, this.#blocks.length - CONFIRMATIONS + 1));
    const paid = (blocks: readonly Block[]): bigint =>
      sum(blocks.flatMap(({ tx }) => tx.map((one) => paidTo(one, address))));
    if (paid(final) >= satoshis) return 'paid';
    const waiting = await this.#waiting();
    const seen = paid(this.#blocks) + sum(waiting.map((tx) => paidTo(tx, address)));
    return seen >= satoshis ? 'pending' : 'open';
  }

  /** Forgets the blocks that are no longer part of the chain, and reads those that it does not know. */
  async #readBlocks(): Promise<void> {
    const height = await this.#call<number>('getblockcount');
    const hashAt = (index: number) => this.#call<string>('getblockhash', this.#firstHeight + index);
    while (this.#blocks.length > height - this.#firstHeight + 1) this.#blocks.pop();
    while (this.#blocks.length > 0) {
      const last = this.#blocks.length - 1;
      if (this.#blocks[last]?.hash === (await hashAt(last))) break;
      this.#blocks.pop();
    }
    while (this.#firstHeight + this.#blocks.length <= height) {
      const hash = await hashAt(this.#blocks.length);
      this.#blocks.push(await this.#call<Block>('getblock', hash, 2));
    }
  }

  async #waiting(): Promise<readonly Transaction[]> {
    const ids = await this.#call<string[]>('getrawmempool');
    return await Promise.all(ids.map((id) => this.#call<Transaction>('getrawtransaction', id, 1)));
  }

  async #call<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    const response = await fetch(this.#server, {
      method: 'POST',
      headers: { authorization: this.#authorization },
      body: JSON.stringify({ id: 'till', method, params }),
    });
    const { result, error } = (await response.json()) as {
      result: T;
      error: { message: string } | null;
    };
    if (error !== null) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}

function paidTo(tx: Transaction, address: string): bigint {
  const outputs = tx.vout.filter(({ scriptPubKey }) => scriptPubKey.address === address);
  return sum(outputs.map(({ value }) => BigInt(Math.round(value * 1e8))));
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
