import { type EvaluationReport, mainStandings } from '../EvaluationReport.ts';
import { leadOf } from '../words.ts';
import { learningSection } from './learning.ts';
import { loadSection } from './loads.ts';
import { escaped } from './markup.ts';
import { methodSection } from './method.ts';
import { metricsSection } from './metrics.ts';
import { profileSection } from './profiles.ts';
import { standingSection } from './standing.ts';
import { STYLE } from './style.ts';

/** The whole evaluation as one page that needs nothing else: no script, no font, no picture from anywhere. */
export function evaluationPage(report: EvaluationReport): string {
  const { standings } = mainStandings(report);
  const sections = [
    standingSection(standings),
    learningSection(report.curves),
    metricsSection(standings),
    profileSection(standings),
    loadSection(report),
    methodSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>AICChain evaluation</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Evaluation</h1>
<p class="lead">${escaped(leadOf(report))}</p>
<p class="soft">${escaped(report.scenario)}</p>
${report.complete ? '' : `<p class="warning">It was stopped: what follows is of the arrival seeds that every rule had played by then.</p>`}
</header>
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
</body>
</html>
`;
}
