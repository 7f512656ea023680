import { TaskQueue } from '../node/storage/task-queue.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { endpointText } from '../outside/network/endpoint.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { addressFromScript } from '../protocol/script/address.ts';
import { type Amount, satoshisFrom } from './amount.ts';
import { balanceOf } from './balance.ts';
import { BlockMaker } from './block-maker.ts';
import { chosenChain } from './chain-choice.ts';
import { Faucet, type FaucetOptions, type FaucetPayment } from './faucet.ts';
import { held } from './hold.ts';
import { agreement, connectNodes, disconnectNodes } from './links.ts';
import { type MineOptions, mineBlocks, mineOptions } from './mine-blocks.ts';
import { type NodeCore, scriptOf } from './node-core.ts';
import { stopped } from './node-error.ts';
import type { NodeEventMap, NodeEventName, NodeEvents, NodeListener } from './node-events.ts';
import type { NodeWallet, RpcAccess, Tip } from './node-facts.ts';
import { NodeTime } from './node-time.ts';
import { type Partition, pairsAcross } from './partition.ts';
import { methodArguments, plainValue } from './plain-json.ts';
import { raiseLater } from './raise-later.ts';
import { type ReorgOptions, type ReorgResult, reorganise } from './reorganise.ts';
import { type SnapshotId, Snapshots } from './snapshots.ts';
import { type Credentials, type StartedNode, startNode } from './start-node.ts';
import type { StartOptions } from './start-options.ts';

/** More than there will ever be: whoever broadcasts for a test may pay and burn what he likes. */
const NO_LIMIT = [0, 21_000_000] as const;

/**
 * A full node in your own process: for tests of whatever talks to Bitcoin.
 *
 * It verifies all that Bitcoin Core 28 verifies, speaks with other nodes, and serves Core's JSON-RPC at
 * {@link Node.url}. It starts in milliseconds, and hundreds of them run side by side. **Each call
 * resolves when everybody has seen what it did**: mempool, indexes, JSON-RPC, listeners.
 *
 * Money goes in as whole coins in text or a number, or as satoshis in a `bigint`; it comes out as
 * satoshis in a `bigint`. See {@link Amount}.
 *
 * @example
 * await using node = await Node.start(); // regtest, in memory
 * await node.mine(101);
 * const { txid } = await node.faucet('bcrt1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpvxat9t', '1.5');
 * await node.reorg({ depth: 1 });
 * node.mempool // [txid]
 */
export class Node implements AsyncDisposable {
  /** The clock of the node. */
  readonly time: NodeTime;
  readonly #core: NodeCore;
  readonly #credentials: Credentials;
  readonly #events: NodeEvents;
  readonly #maker: BlockMaker;
  readonly #faucet: Faucet;
  readonly #faucetScript: Uint8Array;
  readonly #snapshots: Snapshots;
  readonly #turns = new TaskQueue();
  /** Those that it was connected to by {@link Node.connect}. */
  readonly #neighbours = new Set<Node>();
  #stopping: Promise<void> | undefined;

  private constructor({ core, events, credentials, faucetKey }: StartedNode) {
    this.#core = core;
    this.#events = events;
    this.#credentials = credentials;
    this.time = new NodeTime(core.clock);
    this.#maker = new BlockMaker(core);
    this.#faucet = new Faucet(core, this.#maker, faucetKey);
    this.#faucetScript = faucetKey.scriptPubKey;
    this.#snapshots = new Snapshots(core);
  }

  /**
   * Starts a node: on `regtest`, in memory, at ports that are free, with a password that nobody knows,
   * talking to nobody, unless told otherwise.
   *
   * @example
   * await using node = await Node.start();
   * await using old = await Node.start({ time: new Date('2020-01-01'), log: console.error });
   * await using mine = await Node.start({ chain: { name: 'mine', basedOn: 'regtest' }, storage: './data' });
   *
   * @throws NodeError `bad-option`, `bad-time`; another `CodedError` if a port or folder is not to be had
   */
  static start(options: StartOptions = {}): Promise<Node> {
    return held(async () => {
      const params = await chosenChain(options.chain ?? 'regtest', new SystemClock());
      let started: Node | undefined;
      const onFatal = (error: unknown): void => {
        // What ends a node is nobody's to overlook; what happens while it stops is.
        if (started === undefined || !started.isStopped) raiseLater(error);
      };
      const self = new Node(await startNode(params, options, onFatal));
      started = self;
      if (self.height > 0) await self.#faucet.find();
      void self.#core.service.stopWished.then(() => self.stop());
      return self;
    });
  }

  /**
   * Cuts groups of nodes off from each other; within a group they stay connected. Name all nodes: two
   * groups that both know a third node still hear from each other.
   *
   * @example
   * const cut = await Node.partition([alice, bob], [carol]);
   * await alice.mine(1);
   * await carol.mine(2);
   * await cut.heal();
   * alice.tip.hash === carol.tip.hash // true: two blocks are more work than one
   */
  static partition(...groups: readonly (readonly Node[])[]): Promise<Partition> {
    return held(async () => {
      const parted: (readonly [Node, Node])[] = [];
      for (const [node, other] of pairsAcross(groups)) {
        if (await disconnectNodes(node.#core, other.#core)) parted.push([node, other]);
      }
      const heal = async (): Promise<void> => {
        for (const [node, other] of parted.splice(0)) {
          if (!node.isStopped && !other.isStopped) await node.connect(other);
        }
      };
      return { heal, [Symbol.asyncDispose]: heal };
    });
  }

  /**
   * Where JSON-RPC is served, with user and password: `http://user:password@127.0.0.1:port`. Clients
   * that want the parts take {@link Node.rpcAccess}; `fetch` is one of them.
   *
   * @example
   * new BitcoinClient(node.url)
   */
  get url(): string {
    const { host, port, user, password } = this.rpcAccess;
    const who = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    return `http://${who}@${endpointText({ host, port })}`;
  }

  /**
   * Where JSON-RPC is served, and to whom.
   *
   * @example
   * const { host, port, user, password } = node.rpcAccess;
   */
  get rpcAccess(): RpcAccess {
    const [address] = this.#core.service.addresses;
    if (address === undefined) throw stopped();
    return { ...address, ...this.#credentials };
  }

  /** Where other nodes connect to this one: `127.0.0.1:port`. Undefined if it does not listen. */
  get p2pAddress(): string | undefined {
    const [address] = this.#core.node.peers.listening;
    return address && endpointText(address);
  }

  /** Whether it has been stopped, or is about to be. */
  get isStopped(): boolean {
    return this.#stopping !== undefined;
  }

  /** The rules of the chain. */
  get params(): ChainParams {
    return this.#core.params;
  }

  /** The height of the tip. */
  get height(): number {
    return this.#core.node.chain.tip.height;
  }

  /** The last block. */
  get tip(): Tip {
    const { hash, height, time } = this.#core.node.chain.tip;
    return { hash: toReversedHex(hash), height, time };
  }

  /** The ids of what waits for a block, in the order in which it came. */
  get mempool(): readonly string[] {
    return [...this.#core.node.mempool.entries()]
      .sort((a, b) => a.sequence - b.sequence)
      .map(({ txid }) => toReversedHex(txid));
  }

  /** The address of the faucet, which also gets what is mined for nobody else. */
  get faucetAddress(): string {
    return addressFromScript(this.#faucetScript, this.params.addressPrefixes) as string;
  }

  /**
   * Mines blocks of what waits in the mempool, and answers with their hashes. The reward is the faucet's
   * unless an address is given.
   *
   * @example
   * await node.mine(101);
   * await node.mine({ blocks: 3, to: address });
   * await node.mine({ transactions: [txid, hex] }); // these and no others, in one block
   * await node.mine({ transactions: [] }); // an empty block
   *
   * @throws NodeError `refused` with the rule that a block would break; `bad-…` for what cannot be meant
   */
  mine(what: number | MineOptions = 1): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const options = mineOptions(what);
      const { to } = options;
      const script = to === undefined ? this.#faucetScript : scriptOf(to, this.#core);
      const blocks = await mineBlocks(this.#core, this.#maker, script, options);
      return blocks.map(({ hash }) => toReversedHex(hash));
    });
  }

  /**
   * Pays an address, with coins from nowhere, and confirms the payment with a block of its own: what
   * else waits in the mempool goes on waiting. Where the faucet has no coin that it may spend, it first
   * mines empty blocks until it has (on an empty regtest chain that is 100 of them).
   *
   * With `confirm: false` the payment waits in the mempool.
   *
   * @example
   * const { txid, vout } = await node.faucet(address, '1.5');
   * const pending = await node.faucet(address, 50_000n, { confirm: false });
   *
   * @throws NodeError `bad-address`, `bad-amount`, `out-of-money`, `refused`
   */
  faucet(address: string, amount: Amount, options: FaucetOptions = {}): Promise<FaucetPayment> {
    return this.#inTurn(() => {
      const to = { value: satoshisFrom(amount), scriptPubKey: scriptOf(address, this.#core) };
      return this.#faucet.pay(to, options);
    });
  }

  /**
   * Replaces the last blocks by a real competing branch, which wins because it has more work: followers,
   * peers and clients see what they would see on a real network. What becomes of the transactions is
   * yours to say; those that nothing is said of go back to the mempool.
   *
   * `drop` takes them out of this node's mempool; nodes that are connected still have them.
   *
   * @example
   * await node.reorg(); // one block; its transactions wait again
   * await node.reorg({ depth: 3, keep: true }); // confirmed as they were, in other blocks
   * await node.reorg({ depth: 2, drop: [txid] }); // as if nobody had ever sent it
   * const { transactions } = await node.reorg({ doubleSpend: [payment.txid] });
   * transactions[payment.txid] // 'double-spent'
   *
   * @throws NodeError `bad-option`, `bad-transaction`; `refused` if the chain does not want the branch
   */
  reorg(options: ReorgOptions = {}): Promise<ReorgResult> {
    return this.#inTurn(() => {
      const place = { core: this.#core, maker: this.#maker, faucet: this.#faucet };
      return reorganise({ ...place, scriptPubKey: this.#faucetScript }, options);
    });
  }

  /**
   * Remembers this moment: the chain with all its branches, the mempool with its priorities, the clock.
   *
   * @example
   * const id = await node.snapshot();
   * await node.mine(5);
   * await node.revert(id); // as often as you like
   */
  snapshot(): Promise<SnapshotId> {
    return this.#inTurn(() => this.#snapshots.make());
  }

  /**
   * Puts the node back to a moment. Snapshots made after it are gone; it can be reverted to again.
   *
   * Other nodes would bring back at once what is to be forgotten. So all connections end, and stay
   * ended: connect the nodes again when all of them are where you want them.
   *
   * @throws NodeError `unknown-snapshot`
   */
  revert(id: SnapshotId): Promise<void> {
    return this.#inTurn(() => this.#events.withoutTransactions(() => this.#snapshots.revert(id)));
  }

  /**
   * Connects to another node, and resolves when both have the same tip, or two of the same work: then
   * the next block decides. What waits in their mempools follows; {@link Node.synced} waits for that.
   *
   * @example
   * await alice.connect(bob);
   *
   * @throws NodeError `not-connected`, `timeout`
   */
  connect(other: Node): Promise<void> {
    return this.#during(async () => {
      if (other.isStopped) throw stopped();
      await connectNodes(this.#core, other.#core);
      this.#neighbours.add(other);
      other.#neighbours.add(this);
      await other.#core.settle();
    });
  }

  /**
   * Ends the connections to another node. There need not be any.
   *
   * @example
   * await alice.disconnect(bob);
   */
  disconnect(other: Node): Promise<void> {
    return this.#during(async () => {
      await disconnectNodes(this.#core, other.#core);
      this.#neighbours.delete(other);
      other.#neighbours.delete(this);
    });
  }

  /**
   * Cuts this node off from others: by default from all that it was connected to by {@link Node.connect}.
   *
   * @example
   * const cut = await node.partition();
   * await cut.heal();
   */
  partition(...others: readonly Node[]): Promise<Partition> {
    return Node.partition([this], others.length > 0 ? others : [...this.#neighbours]);
  }

  /**
   * Resolves when this node and others have the same tip and the same mempool.
   *
   * @example
   * await alice.synced(bob, carol);
   *
   * @throws NodeError `timeout` after half a minute, with what each of them has
   */
  synced(...others: readonly Node[]): Promise<void> {
    return this.#during(() => agreement([this, ...others].map((node) => node.#core)));
  }

  /**
   * Calls a method of JSON-RPC, without a server in between: arguments by position, or an object of them
   * by name. What it answers is what `JSON.parse` makes of the answer.
   *
   * @example
   * await node.rpc<number>('getblockcount') // 101
   * await node.rpc('getblock', { blockhash: hash, verbosity: 2 });
   *
   * @throws RpcError with Bitcoin Core's number and words
   */
  rpc<T = unknown>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.#call<T>(method, args, undefined);
  }

  /**
   * One of several wallets, to call methods for it. Others call it at `${node.url}/wallet/NAME`.
   *
   * @example
   * await node.wallet('alice').rpc<string>('getnewaddress')
   */
  wallet(name: string): NodeWallet {
    return { name, rpc: (method, ...args) => this.#call(method, args, name) };
  }

  /**
   * Gives a transaction to the mempool and to all peers, whatever it pays, and answers with its id.
   *
   * @example
   * const txid = await node.broadcast(hex);
   *
   * @throws RpcError -26 and Bitcoin Core's reason if the mempool refuses it
   */
  broadcast(hex: string): Promise<string> {
    return this.rpc('sendrawtransaction', hex, ...NO_LIMIT);
  }

  /**
   * The satoshis at an address, in coins that are confirmed.
   *
   * @example
   * await node.balance(address) // 150_000_000n
   *
   * @throws NodeError `bad-address`
   */
  balance(address: string): Promise<bigint> {
    return this.#inTurn(() => balanceOf(address, this.#core));
  }

  /**
   * Has a function called whenever something happens; what comes back ends that. By then the node has
   * it everywhere: who hears of a block can ask for its transactions.
   *
   * @example
   * const off = node.on('reorg', ({ disconnected }) => console.log(`${disconnected.length} blocks less`));
   */
  on<K extends NodeEventName>(name: K, listener: NodeListener<K>): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * What happens next of a kind.
   *
   * @example
   * const block = node.next('block');
   * await node.mine();
   * (await block).height // 102
   */
  next<K extends NodeEventName>(name: K): Promise<NodeEventMap[K]> {
    return this.#during(
      () =>
        new Promise((resolve, reject) => {
          this.#events.once(name, resolve, () => reject(stopped()));
        }),
    );
  }

  /** Ends connections and server, and writes everything. It can be called again, and while it is stopping. */
  stop(): Promise<void> {
    this.#stopping ??= held(async () => {
      for (const other of this.#neighbours) other.#neighbours.delete(this);
      this.#events.close();
      await this.#core.service.stop();
    });
    return this.#stopping;
  }

  /** What `await using` does at the end of its block: {@link Node.stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #call<T>(method: string, args: readonly unknown[], walletName: string | undefined): Promise<T> {
    return this.#during(async () => {
      const call = { method, params: methodArguments(args) };
      return plainValue(await this.#core.service.call(call, { walletName })) as T;
    });
  }

  /** What changes the chain is done one after the other, in the order in which it was asked for. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#during(() => this.#turns.run(work));
  }

  /** Around every call: it is over when everybody has seen what it did. */
  #during<T>(work: () => Promise<T>): Promise<T> {
    return held(async () => {
      if (this.isStopped) throw stopped();
      try {
        return await work();
      } finally {
        await this.#core.settle().catch(() => {});
      }
    });
  }
}
