/**
 * npm run fuzz:certificate: is a wrong round ever accepted, a right one ever refuted? Bounded and seeded, in three parts:
 * the check alone against a search through all assignments; the check against the real contracts on an embedded chain; a
 * catalogue of cheats against one watcher. Whatever is found is named with its seed, and the exit code is 1.
 */
import { CHEATS } from '../src/match/testing/cheats.ts';
import { fuzzSeed, noFindings, REGRESSIONS } from '../src/match/testing/soundness.ts';
import { fuzzScene, noChainFindings } from '../src/testing/onChainFuzz.ts';
import { noPunishments, punishAll } from '../src/testing/punish.ts';
import { WrongedNetwork } from '../src/testing/WrongedNetwork.ts';
import { exact, type Figures, report } from './report.ts';

const AIMS = { mutated: 1_000_000, canonical: 100_000, onChain: 5_000, cheats: 1_000, cheatKinds: 40 };
const QUICK = { mutated: 60_000, canonical: 5_000, onChain: 200, cheats: 70 };
const MUTANTS_A_SCENE = 50;
const PROGRESS_MS = 1_000;

await report(
  'fuzzCertificate',
  async ({ quick }) => {
    const wanted = quick ? QUICK : AIMS;
    const alone = checkAlone(wanted);
    const wronged = await WrongedNetwork.start();
    try {
      return { ...alone, ...(await checkOnChain(wronged, wanted)), ...(await cheatOnChain(wronged, wanted)) };
    } finally {
      await wronged.stop();
    }
  },
  'fuzz:certificate',
);

function checkAlone(wanted: { readonly mutated: number; readonly canonical: number }): Figures {
  const findings = noFindings();
  for (const seed of REGRESSIONS) fuzzSeed(seed, findings);
  const tell = progress();
  for (let seed = 1; findings.mutated < wanted.mutated || findings.canonical < wanted.canonical; seed++) {
    fuzzSeed(seed, findings);
    tell(() => `${findings.mutated} of ${wanted.mutated} mutated rounds`);
  }
  complain(findings.seeds.map((seed) => `seed ${seed}`));
  const { canonical, canonicalRefuted, mutated, mutatedAccepted, harmless, harmlessAccepted } = findings;
  return {
    mutated: exact(mutated, 'harmful rounds', 'higher', AIMS.mutated, mutated),
    mutatedAccepted: exact(mutatedAccepted, 'rounds', 'lower', 0, mutated),
    canonical: exact(canonical, 'rounds', 'higher', AIMS.canonical, canonical),
    canonicalRefuted: exact(canonicalRefuted, 'rounds', 'lower', 0, canonical),
    mutatedHarmless: exact(harmless, 'rounds', 'higher', null, harmless),
    mutatedHarmlessAccepted: exact(harmlessAccepted, 'rounds', 'higher', null, harmless),
  };
}

async function checkOnChain(wronged: WrongedNetwork, wanted: { readonly onChain: number }): Promise<Figures> {
  const findings = noChainFindings();
  const posted = () => findings.voided + findings.stood;
  const tell = progress();
  for (let seed = 1; posted() < wanted.onChain; seed++) {
    await fuzzScene(wronged, seed, MUTANTS_A_SCENE, findings);
    tell(() => `${posted()} of ${wanted.onChain} rounds on chain`);
  }
  complain(findings.wrong);
  const refused = Object.values(findings.refused).reduce((sum, count) => sum + count, 0);
  return {
    onChain: exact(posted(), 'rounds', 'higher', AIMS.onChain, posted()),
    onChainWrong: exact(findings.wrong.length, 'disagreements', 'lower', 0, findings.challenges),
    onChainVoided: exact(findings.voided, 'rounds', 'higher', null, posted()),
    onChainStood: exact(findings.stood, 'rounds', 'higher', null, posted()),
    onChainRefused: exact(refused, 'rounds not taken', 'higher', null, refused + posted()),
    onChainChallenges: exact(findings.challenges, 'challenges', 'higher', null, findings.challenges),
    onChainTransactions: exact(findings.transactions, 'sent challenges', 'higher', null, findings.voided),
  };
}

async function cheatOnChain(wronged: WrongedNetwork, wanted: { readonly cheats: number }): Promise<Figures> {
  const punishments = noPunishments();
  const tried = () => [...punishments.tried.values()].reduce((sum, count) => sum + count, 0);
  const tell = progress();
  for (let seed = 1; tried() < wanted.cheats; seed++) {
    await punishAll(wronged, seed, punishments);
    tell(() => `${tried()} of ${wanted.cheats} cheats`);
  }
  complain(punishments.unpunished);
  const { voided, poorer, refused, unpunished } = punishments;
  const poorerPercent = voided === 0 ? 0 : (100 * poorer) / voided;
  return {
    cheatKinds: exact(
      punishments.tried.size,
      `of ${CHEATS.length} kinds`,
      'higher',
      AIMS.cheatKinds,
      tried(),
    ),
    cheats: exact(tried(), 'rounds', 'higher', AIMS.cheats, tried()),
    cheatsUnpunished: exact(unpunished.length, 'rounds', 'lower', 0, tried()),
    cheatsRefused: exact(refused, 'rounds not taken', 'higher', null, tried()),
    cheatsVoided: exact(voided, 'rounds', 'higher', null, tried()),
    matcherPoorer: exact(poorerPercent, '% of voided', 'higher', 100, voided),
  };
}

/** On stderr, now and then; stdout is for the figures. */
function progress(): (line: () => string) => void {
  let last = performance.now();
  return (line) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    process.stderr.write(`${line()}\n`);
  };
}

function complain(found: readonly string[]): void {
  if (found.length === 0) return;
  process.exitCode = 1;
  process.stderr.write(`found:\n${found.map((line) => `  ${line}\n`).join('')}`);
}
