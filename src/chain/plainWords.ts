import { PARAMETERS } from '../domain/parameters.ts';
import { INELIGIBLE, STATUS } from '../domain/types.ts';
import { formatAicc } from '../domain/units.ts';
import { lineName } from './ledgerLines.ts';

/** A refusal as a user reads it. `retryable`: the same call may pass later, with nothing changed but time. */
export interface PlainWords {
  readonly message: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

type Values = Readonly<Record<string, unknown>>;

const n = (value: unknown) => String(value);
const aicc = (micro: unknown) => `${formatAicc(BigInt(n(micro)))} AICC`;
const parameter = (index: unknown) => PARAMETERS[Number(index)]?.name ?? `parameter ${index}`;
const clock = (timestamp: unknown) => new Date(Number(timestamp) * 1_000).toISOString().slice(0, 19);
const wait = { retryable: true } as const;

/** One entry a custom error of the contracts, in the order of the interfaces. */
const WORDS: Readonly<Record<string, (v: Values) => PlainWords>> = {
  // DualTokenSystem
  InsufficientFunds: (v) => ({
    message: `${lineName(n(v.line))} holds ${aicc(v.haveMicro)}, ${aicc(v.needMicro)} are needed`,
    hint: 'Get more with `aicchain wallet faucet` (development networks) or deposit AICC.',
  }),
  NotYourLine: (v) => ({ message: `${n(v.caller)} may not move money of ${lineName(n(v.line))}` }),
  AmountTooLarge: (v) => ({ message: `an amount of ${n(v.amountMicro)} micro-AICC is more than can exist` }),

  // Parameters
  OnlyTimelock: (v) => ({
    message: `only the timelock may do this, not ${n(v.caller)}`,
    hint: 'Propose it: `aicchain vote` or Governance.passes().',
  }),
  OutOfBounds: (v) => ({
    message: `${parameter(v.parameter)} = ${n(v.value)} is outside its bounds ${n(v.min)} to ${n(v.max)}`,
  }),
  StepTooLarge: (v) => ({
    message: `${parameter(v.parameter)} may change by at most ${n(v.largestStep)} at once, not from ${n(v.from)} to ${n(v.to)}`,
    hint: 'Vote for a value that is nearer, then again.',
  }),
  CoolingDown: (v) => ({
    message: `${parameter(v.parameter)} rests until ${clock(v.untilTimestamp)}`,
    ...wait,
  }),

  // ComputeNodes
  NotOwner: (v) => ({
    message: `node ${n(v.node)} does not belong to ${n(v.caller)}`,
    hint: 'Sign with the key that registered it.',
  }),
  NotNetwork: (v) => ({ message: `only another contract of the network may do this, not ${n(v.caller)}` }),
  UnknownNode: (v) => ({ message: `there is no node ${n(v.node)}`, hint: 'See `aicchain market list`.' }),
  UnknownClass: (v) => ({
    message: `there is no hardware class ${n(v.classId)}`,
    hint: 'See `aicchain market list`.',
  }),
  BadClaims: (v) => ({ message: `the claim ${n(v.field)} = ${n(v.value)} is not possible` }),
  AskTooLarge: (v) => ({ message: `an ask of ${aicc(v.askMicroPerGpuHour)} per GPU-hour is too large` }),
  NotEnoughFreeGpus: (v) => ({
    message: `node ${n(v.node)} has ${n(v.free)} free GPUs, ${n(v.need)} are needed`,
  }),
  StillBusy: (v) => ({ message: `node ${n(v.node)} still runs work on ${n(v.usedGpus)} GPUs`, ...wait }),
  StakeLocked: (v) => {
    const whose = v.node === undefined ? n(v.auditor) : `node ${n(v.node)}`;
    const never = Number(v.untilRound) === 0xffff_ffff;
    return never
      ? {
          message: `the stake of ${whose} is locked until an exit is requested`,
          hint: 'Call requestExit() first.',
        }
      : { message: `the stake of ${whose} is locked until round ${n(v.untilRound)}`, ...wait };
  },
  AlreadyExiting: (v) => ({ message: `node ${n(v.node)} is already on its way out` }),
  Excluded: (v) => ({
    message: `node ${n(v.node)} is excluded`,
    hint: 'It restakes, and passes clean audits, before it resumes.',
  }),
  NotExcluded: (v) => ({ message: `node ${n(v.node)} is not excluded, there is nothing to restake` }),
  BadGreenCertificate: (v) => ({
    message: `the green certificate of node ${n(v.node)} is not signed by the green issuer, or is over`,
  }),
  GreenCertificateUsed: (v) => ({ message: `the green certificate ${n(v.nullifier)} was already used` }),

  // AIWorkloads
  BadSubmission: (v) => ({ message: `a workload cannot have ${n(v.field)} = ${n(v.value)}` }),
  UnknownWorkload: (v) => ({
    message: `there is no workload ${n(v.workload)}`,
    hint: 'See `aicchain ps --all`.',
  }),
  WrongStatus: (v) => ({
    message: `workload ${n(v.workload)} is ${STATUS[Number(v.status)]}: too late, or too early, for this`,
  }),
  NotClient: (v) => ({
    message: `workload ${n(v.workload)} was not submitted by ${n(v.caller)}`,
    hint: 'Sign with the key that submitted it.',
  }),
  NotItsNode: (v) => ({ message: `workload ${n(v.workload)} is not on a node of ${n(v.caller)}` }),
  WrongHashCount: (v) => ({
    message: `${n(v.workloads)} workloads, but ${n(v.resultHashes)} result hashes`,
    hint: 'Each workload that completes needs the sha256 of its outputs.',
  }),
  MatchVoided: (v) => ({
    message: `the match of workload ${n(v.workload)} was voided with round ${n(v.round)}`,
    hint: 'There is nothing to run: it will be matched again.',
  }),
  StartWindowPassed: (v) => ({
    message: `workload ${n(v.workload)} had to start by round ${n(v.lastRound)}`,
  }),
  TooEarly: (v) => {
    const from = Number(v.fromRoundOrTimestamp);
    const when = from > 1_000_000_000 ? clock(from) : `round ${from}`;
    return { message: `nothing is due for workload ${n(v.workload)} before ${when}`, ...wait };
  },
  ContestWindowPassed: (v) => ({
    message: `workload ${n(v.workload)} could be contested until round ${n(v.lastRound)}`,
  }),

  // AICChain
  NotCurrentRound: (v) => ({
    message: `round ${n(v.round)} is not the current one, that is ${n(v.current)}`,
    hint: 'A round can be posted only while it lasts; the next one covers its workloads.',
    ...wait,
  }),
  AlreadyPosted: (v) => ({ message: `round ${n(v.round)} was already posted` }),
  NotDrawn: (v) => ({
    message: `round ${n(v.round)} was drawn to ${n(v.drawn)}, who alone posts it in its first half`,
    hint: `Anyone bonded may post it from ${clock(v.fromTimestamp)}.`,
    ...wait,
  }),
  BondTooSmall: (v) => ({
    message: `the free bond of ${n(v.matcher)} is ${aicc(v.haveMicro)}, this round needs ${aicc(v.needMicro)}`,
    hint: 'Add to it with Rounds.bond(), or wait until the windows of earlier rounds are over.',
  }),
  BondLocked: (v) => ({
    message: `only ${aicc(v.freeMicro)} of the bond of ${n(v.matcher)} are free, the next part is locked until round ${n(v.untilRound)}`,
    ...wait,
  }),
  NotChallengeable: (v) => ({
    message:
      Number(v.lastRound) === 0
        ? `nothing was posted in round ${n(v.round)}`
        : `round ${n(v.round)} could be challenged until round ${n(v.lastRound)}`,
  }),
  NotSuspended: (v) => ({
    message: `${n(v.matcher)} is not suspended`,
    hint: 'Only the seat of a matcher whose round was voided is taken away, until it bonds again.',
  }),
  AlreadyVoided: (v) => ({ message: `round ${n(v.round)} is voided already` }),
  WrongEntries: (v) => ({
    message: `these are not the entries that were posted in round ${n(v.round)}`,
    hint: 'Take them from its RoundPosted event: `aicchain round`.',
  }),
  NotListed: (v) => ({
    message: `workload ${n(v.workload)} has no entry in the round`,
    hint: 'A workload that was left out is an E1 challenge, with a node that it could have had.',
  }),
  CutoffTooLow: (v) => ({
    message: `a round of ${n(v.entries)} entries must cover workloads up to ${n(v.newest)}, not ${n(v.cutoff)}`,
    hint: `Only a round of ${n(v.fullRound)} entries may leave some out.`,
  }),
  CutoffTooHigh: (v) => ({
    message: `the newest workload of this round is ${n(v.newest)}, not ${n(v.cutoff)}`,
  }),
  CutoffExceeded: (v) => ({
    message: `entry ${n(v.index)}: workload ${n(v.workload)} is above the cutoff ${n(v.cutoff)}`,
  }),
  EntriesNotAscending: (v) => ({ message: `entry ${n(v.index)} is not in the order of workload ids` }),
  NodeTwice: (v) => ({ message: `node ${n(v.node)} is in the round twice` }),
  NotEligible: (v) => ({
    message: `entry ${n(v.index)}: node ${n(v.node)} cannot take workload ${n(v.workload)}: ${INELIGIBLE[Number(v.reason)]}`,
  }),
  PriceOutOfRange: (v) => ({
    message: `entry ${n(v.index)}: price ${aicc(v.priceMicro)} is not between cost ${aicc(v.costMicro)} and budget ${aicc(v.budgetMicro)}`,
  }),
  EntriesTooWide: () => ({
    message: 'an entry has a field that is wider than its type, or an amount above 2^53 − 1 micro-AICC',
  }),

  // RLPolicyManager
  UnknownPolicy: (v) => ({
    message: `there is no policy ${n(v.policy)}`,
    hint: 'See `aicchain policy show`.',
  }),
  ForbiddenOpcode: (v) => ({
    message: `the policy's code has opcode 0x${Number(v.opcode).toString(16)} at byte ${n(v.offset)}, which is not pure arithmetic`,
  }),
  BadWeights: (v) => ({ message: `the policy's weights cannot be loaded: ${n(v.what)} = ${n(v.value)}` }),
  CodeDoesNotMatchWeights: (v) => ({
    message: `the policy's code gives ${n(v.code)} on check vector ${n(v.index)}, its weights give ${n(v.weights)}`,
    hint: 'Compile the code from these weights.',
  }),
  PriorityRaisesPenalty: (v) => ({
    message: `on check vector ${n(v.index)} priority raises the penalty from ${n(v.before)} to ${n(v.afterwards)}`,
  }),
  BindsTooEarly: (v) => ({ message: `a policy can bind from round ${n(v.earliest)}, not ${n(v.fromRound)}` }),
  AlreadyRegistered: (v) => ({ message: `this code is already policy ${n(v.policy)}` }),

  // TruthfulReporting
  NotAuditor: (v) => ({
    message: `${n(v.caller)} is not an auditor`,
    hint: 'Register with TruthfulReporting.registerAuditor().',
  }),
  AlreadyAuditor: (v) => ({ message: `${n(v.caller)} is already an auditor` }),
  WrongPhase: (v) => ({
    message: `round ${n(v.round)} is not the time for this in epoch ${n(v.epoch)}`,
    ...wait,
  }),
  AlreadyCommitted: (v) => ({ message: `${n(v.auditor)} has already committed for epoch ${n(v.epoch)}` }),
  RevealMismatch: (v) => ({
    message: `what ${n(v.auditor)} reveals for epoch ${n(v.epoch)} is not what it committed`,
  }),
  NodesNotAscending: (v) => ({ message: `measurement ${n(v.index)} is not in the order of node ids` }),
  AlreadyClosed: (v) => ({
    message: `the audit of node ${n(v.node)} in epoch ${n(v.epoch)} is already closed`,
  }),
  BadReportSignature: (v) => ({
    message: `the report of node ${n(v.node)} for epoch ${n(v.epoch)} is not signed by its owner`,
  }),
  NoContest: (v) => ({ message: `workload ${n(v.workload)} is not contested` }),
  AlreadyVoted: (v) => ({ message: `${n(v.auditor)} has already voted on workload ${n(v.workload)}` }),

  EpochTooShort: (v) => ({ message: `an epoch of ${n(v.epochRounds)} rounds is too short: three at least` }),

  // History, codes, deployment
  OlderThanHistory: (v) => ({
    message: `round ${n(v.round)} is older than the chain remembers (${n(v.oldestRound)})`,
    hint: 'Replay the log for older rounds: `aicchain verify`, `aicchain round`.',
  }),
  RoundsMisordered: (v) => ({
    message: `round ${n(v.fromRound)} is before ${n(v.newestFromRound)}, which is written already`,
  }),
  TooWideForHistory: (v) => ({ message: `${n(v.value)} is too wide for the history of rounds` }),
  AboveHighestCode: (v) => ({
    message: `${n(v.value)} is above ${n(v.highest)}, the highest that a code holds`,
  }),
  BelowLowestCode: (v) => ({
    message: `${n(v.value)} is below ${n(v.lowest)}, the lowest that a code holds`,
  }),
  FieldTooWide: (v) => ({ message: `${n(v.value)} does not fit ${n(v.bits)} bits` }),
  NotALine: (v) => ({ message: `${n(v.line)} is no ledger line` }),
  WrongParameterCount: (v) => ({ message: `${n(v.count)} parameters were given, ${n(v.need)} exist` }),
  SupplyTooLarge: (v) => ({ message: `a supply of ${n(v.supplyWei)} wei is more than ${n(v.maxSupplyWei)}` }),
  AlreadyRestaked: (v) => ({
    message: `node ${n(v.node)} has restaked already, clean audits will reinstate it`,
  }),
  NotOccupied: (v) => ({
    message: `node ${n(v.node)} uses ${n(v.usedGpus)} GPUs, ${n(v.releasedGpus)} cannot be released`,
  }),
  TooManyClasses: (v) => ({ message: `there can be no more than ${n(v.maxClasses)} hardware classes` }),
  TooManyPairs: () => ({ message: 'the workload was open too often' }),
  BadCodeSize: (v) => ({ message: `a policy's code cannot be ${n(v.size)} bytes long` }),
  NotEnoughGas: (v) => ({ message: `${n(v.have)} gas was left where ${n(v.need)} are needed`, ...wait }),

  // OpenZeppelin
  ERC20InsufficientBalance: (v) => ({
    message: `${n(v.sender)} holds ${aicc(BigInt(n(v.balance)) / 10n ** 12n)}, ${aicc(BigInt(n(v.needed)) / 10n ** 12n)} are needed`,
    hint: 'Get more with `aicchain wallet faucet` (development networks).',
  }),
  ERC2612ExpiredSignature: (v) => ({ message: `the permit was good until ${clock(v.deadline)}`, ...wait }),
  GovernorInsufficientProposerVotes: (v) => ({
    message: `${n(v.proposer)} has ${n(v.votes)} votes, a proposal needs ${n(v.threshold)}`,
    hint: 'Hold AICG and delegate it to yourself before proposing.',
  }),
  GovernorUnexpectedProposalState: (v) => ({
    message: `the proposal is not in the state for this (${n(v.current)})`,
    ...wait,
  }),
  GovernorAlreadyCastVote: (v) => ({ message: `${n(v.voter)} has already voted` }),
  GovernorNonexistentProposal: (v) => ({ message: `there is no proposal ${n(v.proposalId)}` }),
  TimelockUnexpectedOperationState: () => ({ message: 'the timelock is not ready to execute this', ...wait }),
};

/** The words for a custom error; one that nobody wrote words for is told by its name and values. */
export function inPlainWords(errorName: string, values: Values): PlainWords {
  const words = WORDS[errorName];
  if (words) return words(values);
  const told = Object.entries(values).map(([name, value]) => `${name} ${String(value)}`);
  return { message: [errorName, ...told].join(', ') };
}

/** The names that there are words for. */
export const WORDED: ReadonlySet<string> = new Set(Object.keys(WORDS));
