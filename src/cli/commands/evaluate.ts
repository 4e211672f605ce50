import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Scenario } from '../../training/scenario.ts';
import { standingsOf } from '../../training/standings.ts';
import type { EvaluationReport } from '../evaluation/EvaluationReport.ts';
import { type EvaluateOptions, loadsAsked, rulesAsked, seedsAsked } from '../evaluation/evaluateOptions.ts';
import { evaluationPage } from '../evaluation/html/page.ts';
import { learningCurve } from '../evaluation/learningCurves.ts';
import { studied } from '../evaluation/study.ts';
import { evaluationTables } from '../evaluation/terminal.ts';
import { readNamedFile, requireWritable, writeNamedFile } from '../home.ts';
import { stoppable } from '../interrupt.ts';
import type { CommandModule, Session } from '../Session.ts';
import { marketAsked } from '../scenario.ts';
import { SCENARIO_HELP, scenarioOptions } from '../scenarioOptions.ts';
import { integerOption } from '../usage.ts';

const BOOTSTRAP_SEED = 1;

const collected = (text: string, before: readonly string[]) => [...before, text];

export const configure: CommandModule['configure'] = (command, session) => {
  scenarioOptions(command, 'openb', [
    '--load <loads>',
    'demanded over offered GPU time, 1 unless named; with commas it is a sweep',
  ])
    .option('--policy <file>', 'a policy, or NAME=FILE; again for each of its training seeds', collected, [])
    .option('--tuned <file>', 'a tuned baseline that is a policy file, or NAME=FILE', collected, [])
    .option('--against <names>', 'baselines: all of them; else their names, with commas', 'baselines')
    .option('--seeds <n>', 'arrival seeds that no training plays; or those from A-B', '12')
    .option('--no-bound', 'leave out the bound of hindsight, which takes time')
    .option('--curves <files...>', 'metrics of trainings (JSONL), to draw in the page')
    .option('--workers <n>', 'threads', String(availableParallelism()))
    .option('--html <file>', 'write all of it as one page')
    .addHelpText(
      'after',
      `\nAll rules meet the same arrivals. Ctrl-C shows what is done.\n${SCENARIO_HELP}\n\nExample:\n  aicchain evaluate --policy policy.json --against baselines --load 0.8,1.0,1.2 --html report.html`,
    )
    .action((options: EvaluateOptions, self: Command) => run(session(self), options));
};

async function run(session: Session, options: EvaluateOptions): Promise<void> {
  const { out } = session;
  const rules = rulesAsked(options);
  const loads = loadsAsked(options.load);
  const seeds = seedsAsked(options.seeds);
  const workers = integerOption('--workers', options.workers, 1, 256);
  const curves = (options.curves ?? []).map((file) => learningCurve(basename(file), readNamedFile(file)));
  if (options.html !== undefined) requireWritable(options.html);
  const market = await marketAsked(session, options);
  const scenarios = loads.map((load) => market.at(load));

  await stoppable(async (signal) => {
    const found = await out.task('Playing', (update) =>
      studied({
        ...{ scenarios, rules, seeds, workers, signal },
        onProgress: (played, all) => update(`${played} of ${all} episodes`),
      }),
    );
    if (found.seeds.length === 0) {
      out.note('Interrupted before every rule had played one arrival seed; there is nothing to show.');
      return;
    }
    const report: EvaluationReport = {
      scenario: described(market.name, scenarios[0]!),
      arrivalSeeds: found.seeds,
      complete: found.seeds.length === seeds.length,
      byLoad: loads.map((load, i) => ({ load, standings: standingsOf(found.runs[i]!, BOOTSTRAP_SEED) })),
      curves,
    };
    show(session, options, report);
  });
}

function described(name: string, { nodes, horizonRounds, roundSec }: Scenario): string {
  const gpus = nodes.reduce((sum, node) => sum + node.gpus, 0);
  return `${name}: ${nodes.length} nodes with ${gpus} GPUs, ${horizonRounds} rounds of ${roundSec} s`;
}

function show({ out }: Session, { html }: EvaluateOptions, report: EvaluationReport): void {
  if (html !== undefined) writeNamedFile(html, evaluationPage(report));
  const { curves: _, ...said } = report;
  out.result({ ...said, ...(html !== undefined && { html }) }, () => {
    out.raw(evaluationTables(report));
    if (html !== undefined) out.line(`All of it, with plots, is in ${html}`);
  });
}
