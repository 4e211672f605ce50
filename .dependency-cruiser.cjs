// The import directions of ARCHITECTURE.md, enforced. A room may import itself and what its line lists; AICChain is the one
// file of that name.
const PURE = ['domain', 'state', 'policy', 'match', 'reports', 'settlement', 'verify', 'training'];
const ROOMS = {
  domain: [],
  chain: ['domain', 'state', 'reports', 'settlement'],
  state: ['domain'],
  reports: ['domain'],
  settlement: ['domain'],
  policy: ['domain'],
  match: ['domain'],
  verify: ['domain', 'state', 'policy', 'match', 'reports', 'settlement'],
  training: PURE,
  trainer: ['domain', 'policy', 'match', 'training'],
  agent: ['domain', 'chain', 'state', 'reports', 'settlement'],
  auditor: ['domain', 'chain', 'state', 'reports', 'agent'],
  matcher: ['domain', 'chain', 'state', 'match', 'AICChain'],
  watcher: ['domain', 'chain', 'state', 'match', 'AICChain', 'matcher'],
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(ROOMS).map(([room, allowed]) => ({
      name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
      severity: 'error',
      // The front of the published verifier is the orchestrator's.
      from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$|^src/verify/index\\.ts$' },
      to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})(/|\\.ts$)` },
    })),
    {
      name: 'pure-rooms-have-no-effects',
      comment: 'No files, sockets, processes or clocks in what consensus and training depend on.',
      severity: 'error',
      from: { path: `^src/(${PURE.join('|')})/|^src/(AICChain|explanation)\\.ts$`, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-rooms-need-no-chain-client',
      severity: 'error',
      from: { path: `^src/(${PURE.join('|')})/|^src/(AICChain|explanation)\\.ts$`, pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/(viem|fastify|commander)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
