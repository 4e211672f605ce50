import { describe, expect, test } from 'vitest';
import { contentHash } from './document.ts';
import { decodeJobSpec, encodeJobSpec, parseJobSpec } from './jobSpec.ts';

const hash = contentHash(Buffer.from('x'));
const SPEC = { command: ['node', 'train.mjs'], inputs: [{ name: 'text.txt', hash, bytes: 1 }] };

describe('a job spec is refused by the field that is wrong', () => {
  test.each([
    ['inputs[0].hash is "md5:1"', { ...SPEC, inputs: [{ name: 'a', hash: 'md5:1', bytes: 1 }] }],
    ['inputs[0].bytes is -1', { ...SPEC, inputs: [{ name: 'a', hash, bytes: -1 }] }],
    ['inputs[0].name is "../a"', { ...SPEC, inputs: [{ name: '../a', hash, bytes: 1 }] }],
    [
      'inputs[0].url is "file:///etc"',
      { ...SPEC, inputs: [{ name: 'a', hash, bytes: 1, url: 'file:///etc' }] },
    ],
    ['inputs[1] names text.txt a second time', { ...SPEC, inputs: [SPEC.inputs[0], SPEC.inputs[0]] }],
    ['outputs[1] is ".."', { ...SPEC, outputs: ['a', '..'] }],
    ['command[0] is 1', { command: [1] }],
    ['command is empty', {}],
    ['env.1X is not a variable name', { ...SPEC, env: { '1X': 'a' } }],
    ['env.AICCHAIN_GPUS is reserved', { ...SPEC, env: { AICCHAIN_GPUS: '0' } }],
    ['gpus is 0', { ...SPEC, gpus: 0 }],
    ['gpus is 1.5', { ...SPEC, gpus: 1.5 }],
    ['limits.memoryMiB is "1"', { ...SPEC, limits: { memoryMiB: '1' } }],
    ['limits.cpu is unknown', { ...SPEC, limits: { cpu: 1 } }],
    ['memory is unknown', { ...SPEC, memory: 1 }],
    ['job spec is null', null],
  ])('%s', (message, spec) => {
    expect(() => parseJobSpec(spec)).toThrow(message);
  });

  test('bytes that are no JSON', () => {
    expect(() => decodeJobSpec(Buffer.from('{'))).toThrow('not JSON');
  });
});

test('defaults are filled in', () => {
  expect(parseJobSpec({ command: ['true'] })).toEqual({
    command: ['true'],
    inputs: [],
    outputs: [],
    env: {},
    gpus: 1,
    limits: { maxDurationSec: 3600, memoryMiB: 4096, outputMB: 1024 },
  });
});

test('the bytes do not depend on the order of fields, and read back as the same spec', () => {
  const one = parseJobSpec({ ...SPEC, env: { B: '2', A: '1' } });
  const two = parseJobSpec({ env: { A: '1', B: '2' }, ...SPEC });
  expect(encodeJobSpec(one)).toEqual(encodeJobSpec(two));
  expect(decodeJobSpec(encodeJobSpec(one))).toEqual(one);
});
