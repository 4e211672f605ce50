/** All of the page's looks. Tones tell rules apart by lightness and dashes too, not by colour alone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #ffffff; --ink: #1c2024; --soft: #5c6670; --rule: #e1e4e6;
  --s0: #1659b3; --s1: #7a3fb0; --s2: #c2540a; --s3: #0c7a63; --s4: #43484d; --rest: #b4bbc1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f23; --ink: #e8eaec; --soft: #9aa4ad; --rule: #2e343a;
    --s0: #6fb1ff; --s1: #c79bf2; --s2: #ffa35c; --s3: #4fcfb0; --s4: #c3c9ce; --rest: #58616a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 82rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header, section > p, dl { max-width: 46rem; }
h1 { margin: 0 0 .4rem; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 3rem 0 .3rem; font-size: 1.25rem; }
h3 { margin: 0; font-size: .95rem; }
p { margin: .4rem 0 .8rem; }
.lead { font-size: 1.1rem; }
.soft, figcaption, .unit { color: var(--soft); }
.unit { font-weight: 400; }
.warning { border-left: 3px solid var(--s2); padding-left: .8rem; }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); }
figure { margin: 0; padding: .9rem 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
figcaption { font-size: .82rem; line-height: 1.4; margin: .1rem 0 .5rem; }
.plots figcaption { min-height: 4.2em; }
.wide { max-width: 34rem; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--soft); font-size: 11px; }
.middle { text-anchor: middle; } .end { text-anchor: end; } svg .best { font-weight: 700; }
.grid { stroke: var(--rule); } .zero { stroke: var(--soft); }
.whisker { stroke: var(--ink); stroke-width: 1.2; }
.s0 { --tone: var(--s0); } .s1 { --tone: var(--s1); } .s2 { --tone: var(--s2); } .s3 { --tone: var(--s3); }
.s4 { --tone: var(--s4); } .rest { --tone: var(--rest); }
.bar { fill: var(--tone); } .bar.s4 { fill-opacity: .35; stroke: var(--tone); stroke-dasharray: 3 2; }
.line { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round; }
.line.rest, .line.thin { stroke-width: 1.2; } .line.s1 { stroke-dasharray: 7 3; } .line.s2 { stroke-dasharray: 4 3; }
.line.s3 { stroke-dasharray: 9 3 2 3; } .line.s4 { stroke-dasharray: 2 3; }
.band { fill: var(--tone); fill-opacity: .16; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .2rem 0 .6rem; padding: 0; list-style: none; font-size: .85rem; }
.legend svg { display: inline-block; width: 28px; height: 8px; margin-right: .4rem; vertical-align: middle; }
.scroll { overflow-x: auto; margin: .6rem 0 1rem; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
tbody th { font-weight: 500; }
summary { cursor: pointer; color: var(--soft); font-size: .9rem; margin-top: .8rem; }
dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; }
:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
@media print { .plots { grid-template-columns: 1fr 1fr; } figure { break-inside: avoid; } }
`;
