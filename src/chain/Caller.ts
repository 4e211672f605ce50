import type {
  Abi,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
  Hex,
  LocalAccount,
  TransactionReceipt,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { decodeFunctionResult, encodeFunctionData, keccak256 } from 'viem/utils';
import { AICChainError } from '../domain/errors.ts';
import type { Address } from '../domain/ids.ts';
import { ABIS } from './contracts.ts';
import type { ContractKey, Deployment } from './deployment.ts';
import { type Sent, waitForReceipt } from './receipt.ts';
import { rpc } from './rpc.ts';

/** EIP-7825: no transaction may hold more gas. */
const MAX_TRANSACTION_GAS = 16_777_216n;
const FEES_LAST_MS = 5_000;

type Abis = typeof ABIS;
type Reads<K extends ContractKey> = ContractFunctionName<Abis[K], 'view' | 'pure'>;
type Writes<K extends ContractKey> = ContractFunctionName<Abis[K], 'nonpayable' | 'payable'>;
type Args<K extends ContractKey, F extends string> = ContractFunctionArgs<
  Abis[K],
  'view' | 'pure' | 'nonpayable' | 'payable',
  F extends ContractFunctionName<Abis[K]> ? F : never
>;

/** The state may move between the estimate and the block. */
const enoughGas = (estimate: Hex): bigint => {
  const wanted = (BigInt(estimate) * 5n) / 4n + 30_000n;
  return wanted < MAX_TRANSACTION_GAS ? wanted : MAX_TRANSACTION_GAS;
};

/** A call of a contract that somebody else makes: a proposal's action. */
export interface ContractCall {
  readonly target: Address;
  readonly data: Hex;
}

export interface CallerOptions {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  /** Private key or account that signs; without it only reads work. */
  readonly account?: Hex | LocalAccount;
}

/**
 * Reads and writes of one account on one network. A write is simulated first, so that what would fail says why and costs
 * nothing; its nonce is counted here, so that several writes can be under way at once and arrive in order.
 */
export class Caller {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly #account: LocalAccount | undefined;
  #lastSend: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #nonce: number | undefined;
  #fees: { until: number; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | undefined;

  constructor(options: CallerOptions) {
    this.rpcUrl = options.rpcUrl;
    this.deployment = options.deployment;
    this.#account =
      typeof options.account === 'string' ? privateKeyToAccount(options.account) : options.account;
  }

  /** The account that signs; a clear error where there is none. */
  get account(): LocalAccount {
    if (this.#account) return this.#account;
    throw new AICChainError('NO_ACCOUNT', 'this needs an account that signs', {
      hint: 'Give `account`, or on the command line --wallet NAME.',
    });
  }

  get address(): Address {
    return this.account.address;
  }

  addressOf(contract: ContractKey): Address {
    return this.deployment.addresses[contract];
  }

  /** Calls a view as of a transaction sent now. */
  async read<K extends ContractKey, const F extends Reads<K>>(
    contract: K,
    functionName: F,
    args: Args<K, F>,
  ): Promise<ContractFunctionReturnType<Abis[K], 'view' | 'pure', F>> {
    return this.#ask(contract, functionName, args);
  }

  /** What a write would return if it were sent now; where it would be refused, it is refused here. Nothing is sent. */
  async simulate<K extends ContractKey, const F extends Writes<K>>(
    contract: K,
    functionName: F,
    args: Args<K, F>,
  ): Promise<ContractFunctionReturnType<Abis[K], 'nonpayable' | 'payable', F>> {
    return this.#ask(contract, functionName, args);
  }

  /** Simulates, signs, sends, and waits until it is in a block. */
  async write<K extends ContractKey, const F extends Writes<K>>(
    contract: K,
    functionName: F,
    args: Args<K, F>,
  ): Promise<TransactionReceipt> {
    return this.send(this.call(contract, functionName, args));
  }

  /** The same call for somebody else to make. */
  call<K extends ContractKey, const F extends Writes<K>>(
    contract: K,
    functionName: F,
    args: Args<K, F>,
  ): ContractCall {
    const abi = ABIS[contract] as Abi;
    return {
      target: this.addressOf(contract),
      data: encodeFunctionData({
        abi,
        functionName: functionName as string,
        args: args as readonly unknown[],
      }),
    };
  }

  async send({ target, data }: ContractCall): Promise<TransactionReceipt> {
    const request = { from: this.address, to: target, data };
    const estimating = this.request<Hex>('eth_estimateGas', [request, 'pending']);
    estimating.catch(() => {}); // told when its turn comes
    const { hash, ...sent } = await this.#inOrder(async () =>
      this.#signAndSend(target, data, enoughGas(await estimating)),
    );
    try {
      const receipt = await waitForReceipt(this.rpcUrl, hash, sent);
      if (receipt.status === 'success') return receipt;
    } finally {
      this.#pending--;
    }
    // What reverts in the block mostly reverts again now, and then says why.
    await this.request('eth_call', [request, 'pending']);
    throw new AICChainError('REVERTED', `transaction ${hash} was reverted, and would pass now`, {
      retryable: true,
    });
  }

  /** What the account has of the chain's own currency, in which gas is paid, wei. */
  async gasWei(): Promise<bigint> {
    return BigInt(await this.request<Hex>('eth_getBalance', [this.address, 'pending']));
  }

  /** One JSON-RPC request; whatever goes wrong becomes an error in plain words. */
  request<T>(method: string, params: readonly unknown[]): Promise<T> {
    return rpc<T>(this.rpcUrl, method, params);
  }

  async #ask<T>(contract: ContractKey, functionName: string, args: unknown): Promise<T> {
    const call = { abi: ABIS[contract] as Abi, functionName, args: args as readonly unknown[] };
    const from = this.#account?.address;
    const request = {
      to: this.addressOf(contract),
      data: encodeFunctionData(call),
      ...(from ? { from } : {}),
    };
    const result = await this.request<Hex>('eth_call', [request, 'pending']);
    return decodeFunctionResult({ ...call, data: result }) as T;
  }

  /** One send at a time and in the order of the calls, so that a failed one leaves no gap in the nonces of those behind it. */
  #inOrder<T>(send: () => Promise<T>): Promise<T> {
    const turn = this.#lastSend.then(send);
    this.#lastSend = turn.catch(() => undefined);
    return turn;
  }

  async #signAndSend(to: Address, data: Hex, gas: bigint): Promise<Sent & { hash: Hex }> {
    for (let attempt = 1; ; attempt++) {
      // Where nothing of ours is under way the chain knows best: another process may use the same account.
      const known = this.#pending > 0 ? this.#nonce : undefined;
      const nonce =
        known ?? Number(await this.request<Hex>('eth_getTransactionCount', [this.address, 'pending']));
      const { maxFeePerGas, maxPriorityFeePerGas } = await this.#currentFees();
      const fees = { maxFeePerGas, maxPriorityFeePerGas };
      const { chainId } = this.deployment;
      const signed = await this.account.signTransaction({
        type: 'eip1559',
        chainId,
        to,
        data,
        gas,
        nonce,
        ...fees,
      });
      const hash = keccak256(signed);
      try {
        await this.request<Hex>('eth_sendRawTransaction', [signed]);
      } catch (error) {
        // An answer that was lost on the way: the second try is refused because the first one was taken.
        if (!(await this.#isKnown(hash))) {
          this.#nonce = undefined;
          if (attempt === 3 || !/nonce|replacement/i.test((error as Error).message)) throw error;
          continue;
        }
      }
      this.#nonce = nonce + 1;
      this.#pending++;
      return { hash, from: this.address, nonce, signed };
    }
  }

  async #isKnown(hash: Hex): Promise<boolean> {
    return (await this.request('eth_getTransactionByHash', [hash]).catch(() => null)) !== null;
  }

  async #currentFees() {
    if (this.#fees === undefined || this.#fees.until < Date.now()) {
      const [block, tip] = await Promise.all([
        this.request<{ baseFeePerGas?: Hex }>('eth_getBlockByNumber', ['latest', false]),
        this.request<Hex>('eth_maxPriorityFeePerGas', []),
      ]);
      const maxPriorityFeePerGas = BigInt(tip);
      const maxFeePerGas = BigInt(block.baseFeePerGas ?? 0) * 2n + maxPriorityFeePerGas;
      this.#fees = { until: Date.now() + FEES_LAST_MS, maxFeePerGas, maxPriorityFeePerGas };
    }
    return this.#fees;
  }
}
