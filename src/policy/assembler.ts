/** The opcodes a compiled policy consists of; all are on the allow-list of `PolicyCode.sol`. */
export const OPCODES = {
  ADD: 0x01,
  MUL: 0x02,
  SUB: 0x03,
  LT: 0x10,
  AND: 0x16,
  OR: 0x17,
  NOT: 0x19,
  BYTE: 0x1a,
  SHL: 0x1b,
  SHR: 0x1c,
  SAR: 0x1d,
  CALLDATALOAD: 0x35,
  MLOAD: 0x51,
  MSTORE: 0x52,
  RETURN: 0xf3,
} as const;
export type Opcode = keyof typeof OPCODES;

const PUSH0 = 0x5f;
const DUP1 = 0x80;
const SWAP1 = 0x90;

/** Straight-line EVM code, written from front to back. */
export class Assembler {
  readonly #code: number[] = [];

  op(...names: Opcode[]): this {
    for (const name of names) this.#code.push(OPCODES[name]);
    return this;
  }

  /** The shortest PUSH of an unsigned word. */
  push(value: bigint | number): this {
    const word = BigInt(value);
    const bytes: number[] = [];
    for (let rest = word; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
    this.#code.push(PUSH0 + bytes.length, ...bytes);
    return this;
  }

  /** Copies the depth-th word of the stack (1 is the top) to the top. */
  dup(depth: number): this {
    this.#code.push(DUP1 + depth - 1);
    return this;
  }

  /** Exchanges the top of the stack with the word `depth` below it. */
  swap(depth: number): this {
    this.#code.push(SWAP1 + depth - 1);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#code);
  }
}
