import { ContractRefusal } from '../chain/failure.ts';
import { ledgerLine } from '../chain/ledgerLines.ts';
import type { NetworkClient } from '../chain/NetworkClient.ts';
import { type ChallengeKind, INELIGIBLE } from '../domain/types.ts';
import { type Breaks, CHEATS, type Wrong } from '../match/testing/cheats.ts';
import { integers } from '../match/testing/rounds.ts';
import type { Scene } from '../match/testing/scene.ts';
import { isHarmful, truthOf } from '../match/testing/truth.ts';
import type { WrongedNetwork } from './WrongedNetwork.ts';

/** What became of a wrong round. */
export type Outcome =
  /** The chain would not take it. */
  | { readonly is: 'refused'; readonly breaks: Breaks }
  /** The watcher's challenge voided it; the matcher has so much less than before. */
  | { readonly is: 'voided'; readonly breaks: ChallengeKind; readonly poorerByMicro: number }
  /** It was no cheat: as good as the right round, perhaps not the canonical one. */
  | { readonly is: 'valid' }
  | { readonly is: 'unpunished'; readonly why: string };

/** What became of the cheats of a catalogue. */
export interface Punishments {
  /** Wrong rounds tried, by the name of the cheat. */
  readonly tried: Map<string, number>;
  refused: number;
  voided: number;
  /** Of the voided ones: whose matcher has less than before. */
  poorer: number;
  /** Rounds that turned out as good as the right one; they are not in `tried`. */
  valid: number;
  /** Neither refused nor voided, or for another reason than the cheat names. */
  readonly unpunished: string[];
}

export const noPunishments = (): Punishments => ({
  tried: new Map(),
  refused: 0,
  voided: 0,
  poorer: 0,
  valid: 0,
  unpunished: [],
});

/** Tries every cheat for which the market of this seed has room. */
export async function punishAll(
  wronged: WrongedNetwork,
  seed: number,
  punishments: Punishments,
): Promise<void> {
  const scene = await wronged.scene(integers(seed));
  for (const [i, cheat] of CHEATS.entries()) {
    const wrong = cheat.make(scene, integers(seed * CHEATS.length + i));
    if (wrong === undefined) continue;
    const outcome = await punish(wronged, scene, wrong);
    if (outcome.is === 'valid') {
      punishments.valid++;
      continue;
    }
    punishments.tried.set(cheat.name, (punishments.tried.get(cheat.name) ?? 0) + 1);
    if (outcome.is === 'unpunished' || !cheat.breaks.includes(outcome.breaks)) {
      const how = outcome.is === 'unpunished' ? outcome.why : `${outcome.is} for ${outcome.breaks}`;
      punishments.unpunished.push(
        `seed ${seed}, ${cheat.name}: ${how}, not for ${cheat.breaks.join(' or ')}`,
      );
    }
    if (outcome.is === 'refused') punishments.refused++;
    if (outcome.is !== 'voided') continue;
    punishments.voided++;
    if (outcome.poorerByMicro > 0) punishments.poorer++;
  }
}

/** Posts a round as a cheating matcher would, and lets the watcher see it. Begins and ends in the round of the scene. */
export async function punish(wronged: WrongedNetwork, scene: Scene, wrong: Wrong): Promise<Outcome> {
  await wronged.again();
  const { round = scene.round, cutoff = scene.cutoff, entries } = wrong;
  const drawn = await drawnMatcher(wronged, scene.round);
  const matcher = wronged.as(wrong.by === 'stranger' ? 'stranger' : wrong.by ? other(drawn) : drawn);
  await before(wronged, scene, wrong, matcher);
  const hadMicro = await wealthMicro(matcher);
  try {
    await matcher.rounds.post(round, cutoff, entries);
  } catch (error) {
    if (!(error instanceof ContractRefusal)) throw error;
    const { code, values } = error;
    const breaks = code === 'NotEligible' ? `${code}: ${INELIGIBLE[Number(values.reason)]}` : code;
    return { is: 'refused', breaks: breaks as Breaks };
  }
  if (wrong.afterwards === 'unbond') await takeBondOut(matcher);
  const challenge = await wronged.watcher.watch(round);
  if (challenge === undefined) {
    const { instance } = scene;
    const harms = wrong.cutoff !== undefined || isHarmful(instance, truthOf(instance), entries);
    return harms ? { is: 'unpunished', why: 'the watcher found nothing' } : { is: 'valid' };
  }
  if (!(await matcher.rounds.get(round)).voided)
    return { is: 'unpunished', why: `the chain let it stand against ${challenge.kind}` };
  return {
    is: 'voided',
    breaks: challenge.kind,
    poorerByMicro: hadMicro - (await wealthMicro(matcher)),
  };
}

const other = (matcher: string) => (matcher === 'matcher' ? 'rival' : 'matcher');

export async function drawnMatcher(wronged: WrongedNetwork, round: number): Promise<'matcher' | 'rival'> {
  const address = await wronged.as('client').rounds.drawnMatcher(round);
  return address === wronged.as('rival').address ? 'rival' : 'matcher';
}

async function before(wronged: WrongedNetwork, scene: Scene, { first }: Wrong, matcher: NetworkClient) {
  const { clock, deployment } = wronged.network;
  if (first === 'postRight') await matcher.rounds.post(scene.round, scene.cutoff, scene.right);
  if (first === 'unbond') await matcher.rounds.unbond(await matcher.rounds.bondMicro());
  if (first === 'secondHalf') await clock.advanceTo((await clock.now()) + deployment.roundSec / 2);
}

/** All of it, which is refused, then what no round locks. */
async function takeBondOut(matcher: NetworkClient): Promise<void> {
  const { rounds } = matcher;
  const refusal = await rounds.unbond(await rounds.bondMicro()).catch((error: unknown) => error);
  if (!(refusal instanceof ContractRefusal) || refusal.code !== 'BondLocked')
    throw new Error('the bond of a posted round was not locked');
  await rounds.unbond(await rounds.freeBondMicro());
}

async function wealthMicro({ money, address }: NetworkClient): Promise<number> {
  const [availableMicro, bondMicro] = await Promise.all([
    money.availableMicro(),
    money.balanceMicro(ledgerLine('MatcherBond', address)),
  ]);
  return availableMicro + bondMicro;
}
