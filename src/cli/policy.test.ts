import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from 'viem/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotoneNetwork, startTestNetwork, type TestNetwork } from '../chain/testing/testNetwork.ts';
import { FEATURES, type IntegerNetwork, PRIORITY_FEATURE } from '../domain/types.ts';
import { priorityHurts } from '../policy/admission.ts';
import { networkToSafetensors } from '../policy/interchange.ts';
import { loadPolicy } from '../policy/RLPolicyManager.ts';
import { livelyNetwork } from '../policy/testing/livelyNetwork.ts';
import { encodeWeights } from '../policy/weightsBytes.ts';
import { policyFileOf, policyFileText, readPolicyFile } from './policyFile.ts';
import { cli, temporaryFolder } from './testing/cli.ts';

let folder: string;
const file = (name: string) => join(folder, name);
const aicchain = (...args: string[]) => cli('--data', file('data'), ...args);
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(file(name), content);
  return file(name);
};

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Priority does nothing in it, but for one weight by which it changes the penalty now and then. */
function seldomRaised(seed: number, weight: number): IntegerNetwork {
  const network = livelyNetwork(8, seed);
  const { hidden } = network;
  const w1 = Int8Array.from(network.w1).fill(0, PRIORITY_FEATURE * hidden, (PRIORITY_FEATURE + 1) * hidden);
  w1[PRIORITY_FEATURE * hidden] = weight;
  return { ...network, w1 };
}

describe('a policy goes out as safetensors and comes back', () => {
  it('with the same hash, seed and bytes', async () => {
    const text = policyFileText(policyFileOf(monotoneNetwork(), 7));
    const from = write('policy.json', text);
    const sent = await aicchain('--json', 'policy', 'export', from, '--to', file('policy.safetensors'));
    const back = await aicchain(
      '--json',
      'policy',
      'import',
      file('policy.safetensors'),
      '--to',
      file('back.json'),
    );
    expect([sent.code, back.code]).toEqual([0, 0]);
    expect(JSON.parse(back.stdout).policyHash).toBe(JSON.parse(sent.stdout).policyHash);
    expect(readFileSync(file('back.json'), 'utf8')).toBe(text);
  });

  it('read in either form, whatever its name is', () => {
    const network = monotoneNetwork();
    const json = readPolicyFile(write('a.json', policyFileText(policyFileOf(network, 3))));
    const binary = readPolicyFile(write('a.policy', networkToSafetensors({ network, seed: 3 })));
    const { penalty: _, ...told } = json;
    expect(binary).toMatchObject(told);
    expect(binary.weights).toBe(toHex(encodeWeights(network)));
  });
});

describe('a policy file is refused, exit 2, with its name and what is wrong, for', () => {
  const refused = async (name: string, content: string | Uint8Array) => {
    const { code, stderr } = await aicchain('policy', 'import', write(name, content), '--to', file('x.json'));
    expect(code).toBe(2);
    return stderr.replaceAll(`${folder}/`, '');
  };

  it('a penalty that rises with priority', async () => {
    const bad = networkToSafetensors({ network: livelyNetwork(16, 1) });
    expect(await refused('bad.safetensors', bad)).toMatch(
      /^error: bad\.safetensors: priority \d+ of 255 raises the penalty from \d+ to \d+ \(check vector \d+\); the chain would refuse/,
    );
    const json = policyFileText(policyFileOf(livelyNetwork(16, 1)));
    expect(await refused('bad.json', json)).toContain('the chain would refuse');
    expect((await aicchain('policy', 'register', file('bad.json'))).stderr).toMatch(
      /context|wallet|would refuse/,
    );
  });

  it('bytes of something else, and nothing', async () => {
    expect(await refused('x.safetensors', 'no tensors at all')).toMatch(
      /^error: x\.safetensors: no safetensors file/,
    );
    expect(await refused('y.safetensors', '')).toContain('it has 0 bytes');
    expect(await refused('y.json', '')).toContain('y.json cannot be read');
    expect(await refused('z.json', 'null')).toContain('z.json has no "weights" in hex');
    expect(await refused('w.json', '{"weights":"0x0102"}')).toContain(
      'w.json: weights of 1 hidden units have 2 bytes',
    );
    expect(await refused('big.json', new Uint8Array(5 * 2 ** 20))).toContain(
      'it has more than 4194304 bytes',
    );
  });
});

describe('what priority does is judged as the chain judges it', () => {
  let network: TestNetwork;
  beforeAll(async () => {
    network = await startTestNetwork(['someone']);
  });
  afterAll(() => network.stop());

  it('the same case of the same check vector is refused, and what passes is admitted', async () => {
    const networks = [
      ...[1, 2, 3].map((seed) => livelyNetwork(8, seed)),
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => seldomRaised(seed, seed % 2 ? 1 : -1)),
      monotoneNetwork(),
    ];
    const verdicts = [];
    for (const one of networks) {
      const weights = encodeWeights(one);
      const policy = loadPolicy(weights);
      const ours = priorityHurts(policy);
      const chains = await network
        .client('someone')
        .policies.register(toHex(policy.code), toHex(weights))
        .then(
          () => undefined,
          ({ code, values }) => ({ code, values }),
        );
      const expected = ours && {
        index: BigInt(ours.vector),
        before: BigInt(ours.before),
        afterwards: BigInt(ours.afterwards),
      };
      expect(chains).toEqual(expected && { code: 'PriorityRaisesPenalty', values: expected });
      verdicts.push(ours?.vector);
    }
    expect(new Set(verdicts).size).toBeGreaterThan(2); // not all at the first vector, nor all refused
    expect(verdicts).toContain(undefined);
  });
});

const PYTHON = process.env.AICCHAIN_PYTHON ?? 'python3';
const python = (script: string, ...args: string[]) =>
  spawnSync(PYTHON, ['-c', script, ...args], { encoding: 'utf8' });
const hasSafetensors = python('import safetensors.numpy').status === 0;

describe.skipIf(!hasSafetensors)(
  hasSafetensors ? 'the safetensors of Python' : `not run: ${PYTHON} has no safetensors with numpy`,
  () => {
    const script = (text: string, ...args: string[]) => {
      const { status, stdout, stderr } = python(text, ...args);
      expect([status, stderr]).toEqual([0, '']);
      return stdout;
    };

    it('reads what we write', () => {
      const network = livelyNetwork(16, 4);
      const from = write('ours.safetensors', networkToSafetensors({ network, seed: 4 }));
      const read = script(
        `import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], 'np') as f:
    print(json.dumps({'metadata': f.metadata(), **{k: [str(f.get_tensor(k).dtype), f.get_tensor(k).tolist()] for k in f.keys()}}))`,
        from,
      );
      const rows = (w: Int8Array, columns: number) =>
        Array.from({ length: w.length / columns }, (_, i) => [...w.subarray(i * columns, (i + 1) * columns)]);
      const { s1, s2, s3, w1, w2, w3, b1, b2, b3 } = network;
      expect(JSON.parse(read)).toEqual({
        metadata: { format: 'aicchain-policy', s1: `${s1}`, s2: `${s2}`, s3: `${s3}`, seed: '4' },
        w1: ['int8', rows(w1, 16)],
        w2: ['int8', rows(w2, 16)],
        w3: ['int8', [...w3]],
        b1: ['int32', [...b1]],
        b2: ['int32', [...b2]],
        b3: ['int32', [b3]],
      });
    });

    it('writes what we read: our names again, and the Linear layers of PyTorch', () => {
      const network = livelyNetwork(16, 5);
      const from = write('ours.safetensors', networkToSafetensors({ network }));
      script(
        `import sys, numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
with safe_open(sys.argv[1], 'np') as f:
    m = f.metadata(); t = {k: f.get_tensor(k) for k in f.keys()}
save_file(t, sys.argv[2], metadata=m)
f32 = lambda a: np.ascontiguousarray(a, dtype=np.float32)
save_file({'fc1.weight': f32(t['w1'].T), 'fc1.bias': f32(t['b1']), 'fc2.weight': f32(t['w2'].T), 'fc2.bias': f32(t['b2']),
           'fc3.weight': f32(t['w3'][None]), 'fc3.bias': f32(t['b3'])}, sys.argv[3], metadata={k: m[k] for k in ('s1', 's2', 's3')})`,
        from,
        file('again.safetensors'),
        file('linear.safetensors'),
      );
      const { codeHash } = readPolicyFile(from);
      expect(readPolicyFile(file('again.safetensors')).codeHash).toBe(codeHash);
      expect(readPolicyFile(file('linear.safetensors')).codeHash).toBe(codeHash);
      expect(readPolicyFile(from).network.w1).toHaveLength(FEATURES * 16);
    });
  },
);
