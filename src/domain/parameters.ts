/**
 * Every live number of the network: the one source from which `npm run generate` makes
 * `contracts/src/generated/ParameterTable.sol` and `docs/PARAMETERS.md`.
 *
 * Order is the enum's order on chain: append, never reorder.
 */
export interface ParameterSpec {
  readonly name: string;
  readonly unit: string;
  /** What it does, one sentence. */
  readonly doc: string;
  /** Default of a development chain, where periods are seconds. */
  readonly dev: number;
  /** Default of a public network. */
  readonly public: number;
  readonly min: number;
  readonly max: number;
  /** Largest change of one write. */
  readonly largestStep: number;
  /** Seconds between two writes (0 on a dev chain). */
  readonly cooldownSec: number;
}

const AICC = 1_000_000;
const DAY = 86_400;

const parameter = <const N extends string>(
  name: N,
  unit: string,
  dev: number,
  publicDefault: number,
  [min, max]: readonly [number, number],
  largestStep: number,
  doc: string,
): ParameterSpec & { readonly name: N } => ({
  name,
  unit,
  doc,
  dev,
  public: publicDefault,
  min,
  max,
  largestStep,
  cooldownSec: DAY,
});

export const PARAMETERS = [
  parameter(
    'greenMicroPerKWh',
    'micro-AICC/kWh',
    0,
    0,
    [0, 1_000 * AICC],
    200 * AICC,
    'Charged in the weight (never paid) to energy without a renewable certificate.',
  ),
  parameter(
    'maxPenaltyMicroPerGpuHour',
    'micro-AICC/GPU-hour',
    40 * AICC,
    2 * AICC,
    [0, 1_000 * AICC],
    100 * AICC,
    'What the largest penalty of the policy is worth.',
  ),
  parameter(
    'surchargeBps',
    'bps of the price',
    1_000,
    1_000,
    [0, 10_000],
    1_000,
    'Priority surcharge at priority 10000, into the Community Fund.',
  ),
  parameter(
    'communityFundBps',
    'bps of the price',
    200,
    200,
    [0, 1_000],
    100,
    'Community Fund fee on top of the price.',
  ),
  parameter('auditorsBps', 'bps of the price', 200, 200, [0, 1_000], 100, 'Auditor fee on top of the price.'),
  parameter('matcherBps', 'bps of the price', 50, 50, [0, 500], 50, 'Matcher fee on top of the price.'),
  parameter(
    'matcherFloorMicro',
    'micro-AICC',
    10_000,
    10_000,
    [0, AICC],
    AICC / 2,
    'Least fee of the matcher for an entry that is paid.',
  ),
  parameter('treasuryBps', 'bps of the price', 50, 50, [0, 500], 50, 'Treasury fee on top of the price.'),
  parameter(
    'latencyToleranceBps',
    'bps',
    2_000,
    2_000,
    [0, 5_000],
    500,
    'Latency may be worse than claimed by this much.',
  ),
  parameter(
    'bandwidthToleranceBps',
    'bps',
    1_000,
    1_000,
    [0, 5_000],
    500,
    'Bandwidth may be worse than claimed by this much.',
  ),
  parameter(
    'computeToleranceBps',
    'bps',
    500,
    500,
    [0, 5_000],
    500,
    'Compute may be worse than claimed by this much.',
  ),
  parameter(
    'discrepancyFactor',
    'factor',
    4,
    4,
    [1, 16],
    2,
    'How far a discrepancy pulls the target of trust down.',
  ),
  parameter('trustGainDivisor', 'divisor', 16, 16, [1, 256], 16, 'Trust rises by this part of the gap.'),
  parameter('trustLossDivisor', 'divisor', 4, 4, [1, 256], 16, 'Trust falls by this part of the gap.'),
  parameter('initialTrustBps', 'bps', 5_000, 5_000, [0, 10_000], 1_000, 'Trust of a new node.'),
  parameter(
    'flagBelowTrustBps',
    'bps',
    4_000,
    4_000,
    [0, 10_000],
    500,
    'Below it a node is flagged and not matched; it recovers by itself.',
  ),
  parameter(
    'excludeBelowTrustBps',
    'bps',
    2_500,
    2_500,
    [0, 10_000],
    500,
    'Below it a node is excluded until it restakes and passes clean audits.',
  ),
  parameter(
    'cleanAuditsToReinstate',
    'audits',
    8,
    8,
    [1, 64],
    8,
    'Clean audits in a row that reinstate an excluded node.',
  ),
  parameter('auditQuorum', 'auditors', 3, 3, [1, 101], 10, 'Fewer reveals count for nothing.'),
  parameter(
    'auditRewardMicro',
    'micro-AICC',
    10_000,
    10_000,
    [0, 10 * AICC],
    AICC,
    "Paid from the auditors' pool, while it lasts, for each measurement that counted.",
  ),
  parameter(
    'minNodeStakeMicroPerGpu',
    'micro-AICC/GPU',
    50 * AICC,
    500 * AICC,
    [0, 100_000 * AICC],
    1_000 * AICC,
    'Stake of a node, per GPU.',
  ),
  parameter(
    'auditorStakeMicro',
    'micro-AICC',
    200 * AICC,
    5_000 * AICC,
    [0, 1_000_000 * AICC],
    10_000 * AICC,
    'Stake of an auditor.',
  ),
  parameter(
    'minMatcherBondMicro',
    'micro-AICC',
    100 * AICC,
    1_000 * AICC,
    [0, 1_000_000 * AICC],
    10_000 * AICC,
    'Least bond of whoever posts a round.',
  ),
  parameter(
    'matcherBondBps',
    "bps of the round's prices",
    1_000,
    1_000,
    [0, 10_000],
    1_000,
    'Bond of a round as a fraction of its prices, if more than the least bond.',
  ),
  parameter(
    'contestBondMicro',
    'micro-AICC',
    AICC,
    20 * AICC,
    [0, 10_000 * AICC],
    100 * AICC,
    'Bond of a client who contests an ending; lost if the contest fails.',
  ),
  parameter(
    'noShowPenaltyMicro',
    'micro-AICC',
    AICC,
    10 * AICC,
    [0, 10_000 * AICC],
    100 * AICC,
    'A node that does not start in time pays this to the client.',
  ),
  parameter(
    'freshnessRounds',
    'rounds',
    12,
    60,
    [2, 360],
    60,
    'A heartbeat keeps a node fresh for this long.',
  ),
  parameter(
    'startWindowRounds',
    'rounds',
    4,
    12,
    [1, 120],
    12,
    'A matched workload must start within this many rounds.',
  ),
  parameter(
    'contestWindowRounds',
    'rounds',
    4,
    180,
    [1, 360],
    60,
    'An ending can be contested for this long; then it is paid.',
  ),
  parameter(
    'contestDecisionRounds',
    'rounds',
    8,
    360,
    [1, 360],
    60,
    'No decision by then: paid as declared.',
  ),
  parameter(
    'challengeWindowRounds',
    'rounds',
    4,
    180,
    [1, 360],
    60,
    "How long a round can be refuted, and the matcher's bond is locked.",
  ),
  parameter(
    'unbondingRounds',
    'rounds',
    16,
    360,
    [1, 100_000],
    10_000,
    'How long a stake stays locked after an exit is requested.',
  ),
  parameter(
    'durationSlackBps',
    'bps of the predicted duration',
    15_000,
    15_000,
    [10_000, 100_000],
    5_000,
    'A job is owed its predicted duration times this, then stopped.',
  ),
  parameter(
    'abandonSec',
    'seconds',
    60,
    600,
    [1, 86_400],
    3_600,
    'After the owed time: how long until anyone may declare a run abandoned.',
  ),
  parameter(
    'maxOpenRounds',
    'rounds',
    720,
    60_480,
    [1, 1_000_000],
    60_480,
    'Longest that a workload may wait for a match.',
  ),
  parameter(
    'fullRound',
    'entries',
    256,
    256,
    [1, 256],
    256,
    'A round may leave newer workloads out only if it lists this many.',
  ),
  parameter(
    'policyGasCap',
    'gas',
    100_000,
    100_000,
    [50_000, 1_000_000],
    100_000,
    'Gas of one policy call; more counts as the largest penalty.',
  ),
] as const satisfies readonly ParameterSpec[];

export type ParameterName = (typeof PARAMETERS)[number]['name'];
/** A value for every parameter: what binds in one round. */
export type ParameterValues = Readonly<Record<ParameterName, number>>;
