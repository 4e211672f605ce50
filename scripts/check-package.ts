/** The published form works: packs the package, installs it in an empty folder, runs the command, imports the SDK, checks its types. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'aicchain-package-'));

const run = (cwd: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const must = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(`published package: ${what}`);
  console.log(`   ${what}`);
};

try {
  run(root, 'npm', 'run', '-s', 'build');
  run(root, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  must(tarball !== undefined, 'packs');

  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module' }),
  );
  run(folder, 'npm', 'install', '--no-fund', '--no-audit', '--loglevel=error', `./${tarball}`);
  must(
    run(folder, join('node_modules', '.bin', 'aicchain'), '--help').includes('aicchain demo'),
    'aicchain --help runs',
  );

  // Threads are files of the package; a train and an evaluation start two of each.
  const command = join('node_modules', '.bin', 'aicchain');
  const market = ['--scenario', 'openb', '--nodes', '10', '--workers', '2', '--json'];
  const trained = JSON.parse(run(folder, command, 'train', ...market, '--updates', '1'));
  must(trained.file === 'policy.json', 'aicchain train trains on two threads');
  const playing = ['--policy', 'policy.json', '--against', 'random', '--seeds', '2', '--no-bound'];
  const { complete } = JSON.parse(run(folder, command, 'evaluate', ...market, ...playing));
  must(complete, 'aicchain evaluate plays on two threads');

  const names = 'AICChain, DualTokenSystem, TruthfulReporting, RLPolicyManager, AICChainEnv, NetworkState';
  writeFileSync(
    join(folder, 'sdk.mjs'),
    `import { ${names} } from 'aicchain';\nfor (const x of [${names}]) if (typeof x !== 'function') throw new Error('missing export');\nconsole.log('sdk ok');\n`,
  );
  must(run(folder, process.execPath, 'sdk.mjs').includes('sdk ok'), 'the SDK imports');

  writeFileSync(
    join(folder, 'user.ts'),
    `import { AICChain, type Entry } from 'aicchain';\nexport const price = (entry: Entry): number => entry.priceMicro;\nexport type Chain = InstanceType<typeof AICChain>;\n`,
  );
  run(
    folder,
    join(root, 'node_modules', '.bin', 'tsc'),
    ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024', 'user.ts'],
  );
  must(true, 'the types check');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
