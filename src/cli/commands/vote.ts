import type { Command } from 'commander';
import { PARAMETERS, type ParameterName } from '../../domain/parameters.ts';
import { pass } from '../pass.ts';
import type { CommandModule, Session } from '../Session.ts';
import { integerOption, UsageError } from '../usage.ts';

const AFTER_HELP = `
Proposes the value, votes for it with your AICG, queues it in the timelock and executes it. Where the chain's clock is
moved by hand, this moves it, and says so. The value is in the parameter's own unit: docs/PARAMETERS.md.

Example:
  aicchain vote greenMicroPerKWh 20000000`;

export const configure: CommandModule['configure'] = (vote, session) => {
  vote
    .argument('<parameter>', 'its name')
    .argument('<value>', 'a whole number, in its unit')
    .addHelpText('after', AFTER_HELP)
    .action((name: string, value: string, _: object, command: Command) => run(session(command), name, value));
};

async function run(session: Session, name: string, text: string): Promise<void> {
  const { out } = session;
  const spec = PARAMETERS.find((one) => one.name === name);
  if (!spec) {
    const like = PARAMETERS.filter((one) => one.name.toLowerCase().includes(name.toLowerCase())).map(
      (one) => one.name,
    );
    throw new UsageError(
      `there is no parameter "${name}"`,
      like.length > 0 ? `Like it: ${like.join(', ')}.` : 'See docs/PARAMETERS.md.',
    );
  }
  const value = integerOption(name, text, spec.min, spec.max);
  const parameter: ParameterName = spec.name;
  const network = session.network();
  // The newest value: it may bind only from the next round.
  const before = await network.parameters.at(parameter, (await network.rounds.current()) + 1);
  if (value === before) throw new UsageError(`${name} is ${before} ${spec.unit} already`);
  if (Math.abs(value - before) > spec.largestStep) {
    throw new UsageError(
      `${name} may change by at most ${spec.largestStep} at once, it is ${before}`,
      'Vote for a value that is nearer, then again.',
    );
  }
  await pass(
    session,
    network,
    [network.parameters.setCall(parameter, value)],
    `Set ${name} to ${value} ${spec.unit}`,
  );
  const fromRound = (await network.rounds.current()) + 1;
  out.result({ parameter, before, after: value, fromRound }, () =>
    out.line(`${name}: ${before} → ${value} ${spec.unit}, from round ${fromRound} on.`),
  );
}
