import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { OPCODES } from './assembler.ts';
import { compile } from './compile.ts';
import { evaluate, load } from './network.ts';
import { drawNetwork, seededWeights } from './randomNetwork.ts';

const LARGEST_CONTRACT = 24_576;
const shapes = [8, 16, 24, 32, 40, 48, 56, 64];
const allowed = new Set<number>(Object.values(OPCODES));

const constant = (hidden: number, weight: number, biasSign: number): IntegerNetwork =>
  drawNetwork(
    hidden,
    { weight: () => weight, bias: (below) => biasSign * (below - 1) },
    { s1: 0, s2: 0, s3: 0 },
  );

describe('compile refuses', () => {
  test.each([0, 4, 12, 72])('%i hidden units', (hidden) => {
    expect(() => compile(drawNetwork(hidden, seededWeights(1)))).toThrow(`hidden is ${hidden}`);
  });

  test('a bias that could leave its lane', () => {
    const network = drawNetwork(8, seededWeights(1));
    network.b1[3] = 2 ** 20;
    expect(() => compile(network)).toThrow('b1[3] is 1048576');
  });

  test('a shift of 25', () => {
    expect(() => compile(drawNetwork(8, seededWeights(1), { s1: 25, s2: 0, s3: 0 }))).toThrow('s1 is 25');
  });
});

describe('compiled code', () => {
  test.each(shapes)('of %i hidden units fits a contract, ends with RETURN, never jumps', (hidden) => {
    const code = compile(drawNetwork(hidden, seededWeights(hidden)));
    const opcodes = opcodesOf(code);
    const widest = compile(constant(hidden, -128, -1)); // every word negative, so 32 bytes
    expect(Math.max(code.length, widest.length)).toBeLessThanOrEqual(LARGEST_CONTRACT);
    expect(opcodes.at(-1)).toBe(OPCODES.RETURN);
    for (const opcode of opcodes)
      expect(allowed.has(opcode) || (opcode >= 0x5f && opcode <= 0x9f)).toBe(true);
  });

  test('of one network is one byte string, of another network another', () => {
    const code = compile(drawNetwork(16, seededWeights(7)));
    expect(compile(drawNetwork(16, seededWeights(7)))).toEqual(code);
    const changed = drawNetwork(16, seededWeights(7));
    changed.w3[15]! ^= 1;
    expect(compile(changed)).not.toEqual(code);
  });

  test.each(shapes)('of %i hidden units agrees with the network at every extreme', (hidden) => {
    for (const [weight, sign] of [
      [-128, -1],
      [-128, 1],
      [127, 1],
      [127, -1],
    ] as const) {
      const network = constant(hidden, weight, sign);
      const alternating = drawNetwork(hidden, { weight: flip(weight), bias: (below) => sign * (below - 1) });
      for (const x of [-32_768, -1, 0, 1, 32_767]) {
        const features = new Int16Array(FEATURES).fill(x);
        expectAgreement(network, features);
        expectAgreement(alternating, features);
      }
    }
  });

  test('agrees with the network on any weights, shifts and features', () => {
    const property = fc.property(
      fc.constantFrom(...shapes),
      fc.integer(),
      fc.record({ s1: shift(), s2: shift(), s3: shift() }),
      fc.array(fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, 32_767)), {
        minLength: FEATURES,
        maxLength: FEATURES,
      }),
      (hidden, seed, shifts, features) =>
        expectAgreement(drawNetwork(hidden, seededWeights(seed), shifts), Int16Array.from(features)),
    );
    fc.assert(property, { seed: 2, numRuns: 150 });
  });
});

const shift = () => fc.integer({ min: 0, max: 24 });

const flip = (weight: number) => {
  let turn = 0;
  return () => (turn++ % 2 === 0 ? weight : -1 - weight);
};

function expectAgreement(network: IntegerNetwork, features: Int16Array): void {
  expect(run(compile(network), features)).toBe(evaluate(load(network), features));
}

function opcodesOf(code: Uint8Array): number[] {
  const opcodes: number[] = [];
  for (let at = 0; at < code.length; at++) {
    const opcode = code[at]!;
    opcodes.push(opcode);
    if (opcode > 0x5f && opcode < 0x80) at += opcode - 0x5f;
  }
  return opcodes;
}

/** The EVM, as far as a policy uses it; Foundry runs the same code on the real one. */
function run(code: Uint8Array, features: Int16Array): number {
  const bits256 = (word: bigint) => BigInt.asUintN(256, word);
  const calldata = new Uint8Array(48 + 32);
  for (const [i, x] of features.entries()) new DataView(calldata.buffer).setInt16(2 * i, x);
  const wordAt = (bytes: Uint8Array, at: number, length = 32): bigint => {
    let word = 0n;
    for (let i = 0; i < length; i++) word = (word << 8n) | BigInt(bytes[at + i]!);
    return word;
  };
  const memory = new Map<bigint, bigint>();
  const stack: bigint[] = [];
  const pop = () => stack.pop()!;
  const binary: Record<number, (a: bigint, b: bigint) => bigint> = {
    [OPCODES.ADD]: (a, b) => a + b,
    [OPCODES.MUL]: (a, b) => a * b,
    [OPCODES.SUB]: (a, b) => a - b,
    [OPCODES.LT]: (a, b) => (a < b ? 1n : 0n),
    [OPCODES.AND]: (a, b) => a & b,
    [OPCODES.OR]: (a, b) => a | b,
    [OPCODES.BYTE]: (at, word) => (word >> (248n - 8n * at)) & 0xffn,
    [OPCODES.SHL]: (by, word) => word << by,
    [OPCODES.SHR]: (by, word) => word >> by,
    [OPCODES.SAR]: (by, word) => BigInt.asIntN(256, word) >> by,
  };
  for (let at = 0; at < code.length; at++) {
    const opcode = code[at]!;
    if (opcode >= 0x5f && opcode < 0x80) {
      stack.push(wordAt(code, at + 1, opcode - 0x5f));
      at += opcode - 0x5f;
    } else if (opcode >= 0x80 && opcode < 0x90) stack.push(stack.at(-(opcode - 0x7f))!);
    else if (opcode >= 0x90 && opcode < 0xa0) {
      const [top, other] = [stack.length - 1, stack.length - 1 - (opcode - 0x8f)];
      [stack[top], stack[other]] = [stack[other]!, stack[top]!];
    } else if (opcode === OPCODES.NOT) stack.push(bits256(~pop()));
    else if (opcode === OPCODES.CALLDATALOAD) stack.push(wordAt(calldata, Number(pop())));
    else if (opcode === OPCODES.MLOAD) stack.push(memory.get(pop()) ?? 0n);
    else if (opcode === OPCODES.MSTORE) memory.set(pop(), pop());
    else if (opcode === OPCODES.RETURN) {
      const [from, length] = [pop(), pop()];
      expect([length, stack.length]).toEqual([32n, 0]);
      return Number(memory.get(from));
    } else stack.push(bits256(binary[opcode]!(pop(), pop())));
  }
  throw new Error('the code ended without RETURN');
}
