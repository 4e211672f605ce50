import { FEATURES, type IntegerNetwork } from '../domain/index.ts';
import { Assembler } from './assembler.ts';
import { fill, type Lanes, pack, planLanes } from './lanes.ts';
import { load } from './network.ts';

/**
 * The policy contract of a network: its EVM runtime bytecode, weights inside as PUSH constants. 48 bytes of calldata in
 * (24 big-endian int16), one word out (0..65535). Straight-line: no jump, no storage, the same gas for every input.
 * The same network gives the same bytes, so its hash names it. Refuses what `load` refuses.
 *
 * Lanes follow from the bounds that `load` checks, never from the weights at hand: no lane overflows whatever the input.
 */
export function compile(network: IntegerNetwork): Uint8Array {
  load(network);
  const { hidden } = network;
  const first = planLanes(hidden, FEATURES * INPUT_REACH * WEIGHT_REACH + B1_REACH, true);
  const activationReach = hidden * ACTIVATION_REACH * WEIGHT_REACH;
  const second = planLanes(hidden, activationReach + Math.max(B2_REACH, B3_REACH), false);

  const code = new Assembler();
  const firstAt = 0;
  const secondAt = firstAt + 32 * first.words;
  writeLayer(code, {
    inputs: FEATURES,
    lanes: first,
    bias: network.b1,
    weights: network.w1,
    shift: network.s1,
    at: firstAt,
    pushInput: (i) => pushFeature(code, i),
  });
  writeLayer(code, {
    inputs: hidden,
    lanes: second,
    bias: network.b2,
    weights: network.w2,
    shift: network.s2,
    at: secondAt,
    pushInput: (i) => pushActivation(code, first, firstAt, i),
  });
  writeOutput(code, network, second, secondAt);
  return code.bytes();
}

const INPUT_REACH = 2 ** 15;
const WEIGHT_REACH = 2 ** 7;
const ACTIVATION_REACH = 255;
const B1_REACH = 2 ** 20;
const B2_REACH = 2 ** 16;
const B3_REACH = 2 ** 20;
/** An input, above it its peers, a sum and a weight must be within reach of DUP16. */
const INPUTS_ON_STACK = 14;

interface Layer {
  readonly inputs: number;
  readonly lanes: Lanes;
  readonly bias: Int32Array;
  /** Row = input. */
  readonly weights: Int8Array;
  readonly shift: number;
  /** Memory of its words: partial sums while it is computed, activations after. */
  readonly at: number;
  readonly pushInput: (input: number) => void;
}

/** Inputs are pushed in chunks that the stack can hold; every word of sums takes the whole chunk before the next. */
function writeLayer(code: Assembler, layer: Layer): void {
  const { inputs, lanes } = layer;
  const chunks = Math.ceil(inputs / INPUTS_ON_STACK);
  const size = Math.ceil(inputs / chunks);
  for (let from = 0; from < inputs; from += size) {
    const to = Math.min(inputs, from + size);
    for (let i = from; i < to; i++) layer.pushInput(i);
    for (let k = 0; k < lanes.words; k++) {
      const at = layer.at + 32 * k;
      if (from === 0) code.push(biasWord(layer, k));
      else code.push(at).op('MLOAD');
      if (k < lanes.words - 1) multiplyChunk(code, layer, k, from, to);
      else consumeChunk(code, layer, k, from, to);
      if (to === inputs) rectify(code, lanes.width, unitsOf(layer, k).length, layer.shift);
      code.push(at).op('MSTORE');
    }
  }
}

/** Stack: inputs from..to−1, sum → the same with the sum advanced. */
function multiplyChunk(code: Assembler, layer: Layer, k: number, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    code
      .push(weightWord(layer, k, i))
      .dup(to - i + 2)
      .op('MUL', 'ADD');
  }
}

/** Stack: inputs from..to−1, sum → sum. The last word of a chunk eats the inputs: no POPs. */
function consumeChunk(code: Assembler, layer: Layer, k: number, from: number, to: number): void {
  for (let i = to - 1; i >= from; i--)
    code
      .swap(1)
      .push(weightWord(layer, k, i))
      .op('MUL', 'ADD');
}

/** Stack: sums + 2^(width−1) in `count` lanes → min(255, max(0, sum) >> shift) in them. */
function rectify(code: Assembler, width: number, count: number, shift: number): void {
  const sign = width - 1;
  const ones = fill(width, count, 1n);
  const afterShift = Math.max(0, sign - shift);
  // max(0, ·): the sign bit is set where the sum is not negative; its lane's low bits are the sum.
  code.dup(1).push(sign).op('SHR').push(ones).op('AND');
  code.dup(1).push(sign).op('SHL', 'SUB', 'AND');
  // >> shift, and what came down from the lane above is masked away.
  code
    .push(shift)
    .op('SHR')
    .push(fill(width, count, (1n << BigInt(afterShift)) - 1n))
    .op('AND');
  // min(255, ·): adding 2^sign − 256 reaches the sign bit exactly where the value is above 255.
  code
    .dup(1)
    .push(fill(width, count, (1n << BigInt(sign)) - 256n))
    .op('ADD');
  code.push(sign).op('SHR').push(ones).op('AND');
  code
    .dup(1)
    .push(8)
    .op('SHL', 'SUB', 'OR')
    .push(fill(width, count, 255n))
    .op('AND');
}

/**
 * Multiplying a word of activations by the reversed weights convolves them: the highest lane of the product holds
 * the dot product. Partial sums in the lanes below get 2^(width−1) too, so that they borrow nothing from it.
 */
function writeOutput(code: Assembler, network: IntegerNetwork, lanes: Lanes, at: number): void {
  const { width, perWord, words } = lanes;
  const half = 2 ** (width - 1);
  const highest = perWord - 1;
  const start = Array.from({ length: perWord }, (_, lane) => half + (lane === highest ? network.b3 : 0));
  code.push(pack(width, start));
  for (let k = 0; k < words; k++) {
    const reversed = Array.from(
      { length: perWord },
      (_, lane) => network.w3[k * perWord + highest - lane] ?? 0,
    );
    code
      .push(at + 32 * k)
      .op('MLOAD')
      .push(pack(width, reversed))
      .op('MUL', 'ADD');
  }
  code
    .push(width * highest)
    .op('SHR')
    .push((1n << BigInt(width)) - 1n)
    .op('AND');
  code.push(half).swap(1).op('SUB');
  // clamp(acc >> s3, 0, 65535): a mask that is all ones where acc ≥ 0, then one where acc > 65535.
  code.push(network.s3).op('SAR');
  code.dup(1).push(255).op('SAR', 'NOT', 'AND');
  code.dup(1).push(LARGEST_PENALTY).op('LT').push(0).op('SUB', 'OR').push(LARGEST_PENALTY).op('AND');
  code.push(0).op('MSTORE').push(32).push(0).op('RETURN');
}

const LARGEST_PENALTY = 65_535;

/** Feature i as a signed word: calldata ends after the last feature, the shift drops the rest. */
const pushFeature = (code: Assembler, i: number) =>
  code
    .push(2 * i)
    .op('CALLDATALOAD')
    .push(240)
    .op('SAR');

/** The lanes of layer 1 are byte-aligned and its activations fit a byte. */
const pushActivation = (code: Assembler, lanes: Lanes, at: number, i: number) =>
  code
    .push(at + 32 * Math.floor(i / lanes.perWord))
    .op('MLOAD')
    .push(31 - (i % lanes.perWord) * (lanes.width / 8))
    .op('BYTE');

const unitsOf = ({ lanes, bias }: Layer, k: number): number[] =>
  Array.from(
    { length: Math.min(lanes.perWord, bias.length - k * lanes.perWord) },
    (_, j) => k * lanes.perWord + j,
  );

const biasWord = (layer: Layer, k: number): bigint =>
  pack(
    layer.lanes.width,
    unitsOf(layer, k).map((j) => 2 ** (layer.lanes.width - 1) + layer.bias[j]!),
  );

const weightWord = (layer: Layer, k: number, input: number): bigint =>
  pack(
    layer.lanes.width,
    unitsOf(layer, k).map((j) => layer.weights[input * layer.bias.length + j]!),
  );
