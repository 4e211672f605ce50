import type { TransactionReceipt } from 'viem';
import type { Address, Hex } from '../domain/ids.ts';
import { WEI_PER_MICRO } from '../domain/units.ts';
import type { Caller } from './Caller.ts';
import { ledgerLine } from './ledgerLines.ts';
import { signPermit } from './permit.ts';

/**
 * The two tokens and the vault: AICC pays, AICG votes. AICC in an account's own hands is `aiccMicro`; what it has
 * deposited, from which escrows, stakes and bonds are taken, is `availableMicro`.
 *
 * @example
 * await network.money.deposit(25_000_000); // 25 AICC
 * console.log(await network.money.availableMicro());
 */
export class DualTokenSystem {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** AICC in the account's own hands, micro-AICC, rounded down. */
  async aiccMicro(account: Address = this.#caller.address): Promise<number> {
    return Number((await this.#caller.read('aicc', 'balanceOf', [account])) / WEI_PER_MICRO);
  }

  /** AICG of the account, wei. */
  aicgWei(account: Address = this.#caller.address): Promise<bigint> {
    return this.#caller.read('aicg', 'balanceOf', [account]);
  }

  /** What the account has in the vault, free to lock or withdraw. */
  async availableMicro(account: Address = this.#caller.address): Promise<number> {
    return Number(await this.#caller.read('vault', 'availableMicro', [account]));
  }

  /** What one ledger line holds; see `ledgerLine`. */
  async balanceMicro(line: Hex): Promise<number> {
    return Number(await this.#caller.read('vault', 'balanceMicro', [line]));
  }

  communityFundMicro(): Promise<number> {
    return this.balanceMicro(ledgerLine('CommunityFund'));
  }

  treasuryMicro(): Promise<number> {
    return this.balanceMicro(ledgerLine('Treasury'));
  }

  auditorPoolMicro(): Promise<number> {
    return this.balanceMicro(ledgerLine('AuditorPool'));
  }

  /** Sum of all ledger lines. */
  async liabilitiesMicro(): Promise<number> {
    return Number(await this.#caller.read('vault', 'liabilitiesMicro', []));
  }

  /** Moves AICC into the account's line of the vault: one transaction, approved by signature. */
  async deposit(amountMicro: number): Promise<TransactionReceipt> {
    const spender = this.#caller.addressOf('vault');
    const { deadline, v, r, s } = await signPermit(
      this.#caller,
      spender,
      BigInt(amountMicro) * WEI_PER_MICRO,
    );
    return this.#caller.write('vault', 'depositWithPermit', [BigInt(amountMicro), deadline, v, r, s]);
  }

  /** Deposits what is missing for the account to lock `needMicro`, and nothing where enough is there. */
  async ensureAvailable(needMicro: number): Promise<void> {
    const missing = needMicro - (await this.availableMicro());
    if (missing > 0) await this.deposit(missing);
  }

  /** Pays from the account's line of the vault out as AICC. */
  withdraw(amountMicro: number): Promise<TransactionReceipt> {
    return this.#caller.write('vault', 'withdraw', [BigInt(amountMicro)]);
  }

  transferAicc(to: Address, amountMicro: number): Promise<TransactionReceipt> {
    return this.#caller.write('aicc', 'transfer', [to, BigInt(amountMicro) * WEI_PER_MICRO]);
  }

  transferAicg(to: Address, amountWei: bigint): Promise<TransactionReceipt> {
    return this.#caller.write('aicg', 'transfer', [to, amountWei]);
  }
}
