import type { Command } from 'commander';
import { toHex } from 'viem/utils';
import { AICChainError } from '../../domain/errors.ts';
import type { Hex } from '../../domain/ids.ts';
import { networkToSafetensors } from '../../policy/interchange.ts';
import { writeNamedFile } from '../home.ts';
import { pass } from '../pass.ts';
import { policyFileOf, policyFileText, readAdmissiblePolicy, readPolicyFile } from '../policyFile.ts';
import type { CommandModule, Session } from '../Session.ts';
import { idArgument, integerOption } from '../usage.ts';

export const configure: CommandModule['configure'] = (policy, session) => {
  policy
    .command('register <file>')
    .description(
      'compile the weights of a policy file (JSON or safetensors), and have the chain check and keep them',
    )
    .addHelpText('after', '\nExample:\n  aicchain train && aicchain policy register policy.json')
    .action((file: string, _: object, command: Command) => register(session(command), file));
  policy
    .command('activate <id>')
    .description('propose a registered policy, vote for it, and carry it out; 0 is price alone')
    .option('--from-round <n>', 'when it binds, at the earliest', '0')
    .addHelpText('after', '\nExample:\n  aicchain policy activate 1')
    .action((id: string, options: { fromRound: string }, command: Command) =>
      activate(
        session(command),
        idArgument('policy', id, 0),
        integerOption('--from-round', options.fromRound, 0, 2 ** 32 - 1),
      ),
    );
  policy
    .command('show [id]')
    .description('the registered policies, and which one binds')
    .addHelpText('after', '\nExample:\n  aicchain policy show')
    .action((id: string | undefined, _: object, command: Command) =>
      show(session(command), id === undefined ? undefined : idArgument('policy', id, 0)),
    );
  policy
    .command('export <file>')
    .description('write a policy as safetensors, to go on with it elsewhere')
    .requiredOption('--to <file>', 'where it is written')
    .addHelpText('after', '\nExample:\n  aicchain policy export policy.json --to policy.safetensors')
    .action((file: string, { to }: { to: string }, command: Command) =>
      exportPolicy(session(command), file, to),
    );
  policy
    .command('import <file>')
    .description('check a policy trained elsewhere (safetensors), compile it, and write it as a policy file')
    .requiredOption('--to <file>', 'where it is written')
    .addHelpText(
      'after',
      '\nRefuses what the chain would refuse. Needs no network.\n\nExample:\n  aicchain policy import policy.safetensors --to policy.json && aicchain policy register policy.json',
    )
    .action((file: string, { to }: { to: string }, command: Command) =>
      importPolicy(session(command), file, to),
    );
};

function exportPolicy({ out }: Session, file: string, to: string): void {
  const policy = readPolicyFile(file);
  const bytes = networkToSafetensors(policy);
  writeNamedFile(to, bytes);
  const { codeHash: policyHash, network } = policy;
  out.result({ policyHash, file: to, hidden: network.hidden, bytes: bytes.length }, () =>
    out.line(`Policy ${policyHash}, ${shapeOf(network.hidden)}, ${bytes.length} bytes, in ${to}`),
  );
}

function importPolicy({ out }: Session, file: string, to: string): void {
  const { codeHash: policyHash, network, code, seed } = readAdmissiblePolicy(file);
  writeNamedFile(to, policyFileText(policyFileOf(network, seed)));
  out.result({ policyHash, file: to, hidden: network.hidden, codeBytes: code.length }, () => {
    out.line(`Policy ${policyHash}, ${shapeOf(network.hidden)}, ${code.length} bytes of code, in ${to}`);
    out.line(`On no check vector does priority raise its penalty. Next: aicchain policy register ${to}`);
  });
}

const shapeOf = (hidden: number): string => `24-${hidden}-${hidden}-1`;

async function register(session: Session, file: string): Promise<void> {
  const { out } = session;
  const { weights, code, codeHash } = readAdmissiblePolicy(file);
  const { policies } = session.network();
  const policy = await out.task('Registering', () => policies.register(toHex(code), weights));
  out.result({ policy, policyHash: codeHash, codeBytes: code.length }, () => {
    out.line(`Policy ${policy}: ${code.length} bytes of code, hash ${codeHash}`);
    out.line(`Vote it in: aicchain policy activate ${policy}`);
  });
}

async function activate(session: Session, policy: number, fromRound: number): Promise<void> {
  const { out } = session;
  const network = session.network();
  const { state } = await session.view(network);
  const hash = policy === 0 ? 'price alone' : state.policies.get(policy)?.codeHash;
  if (hash === undefined) throw unknown(policy);
  await pass(
    session,
    network,
    [network.policies.activateCall(policy, fromRound)],
    `Activate policy ${policy}: ${hash}`,
  );
  const from = Math.max(fromRound, (await network.rounds.current()) + 1);
  out.result({ policy, fromRound: from }, () => out.line(`Policy ${policy} binds from round ${from}.`));
}

async function show(session: Session, id: number | undefined): Promise<void> {
  const { out } = session;
  const { state, round } = await session.view();
  const active = state.policyAt(round)?.id ?? 0;
  if (id !== undefined && id !== 0 && !state.policies.get(id)) throw unknown(id);
  const all: {
    policy: number;
    codeHash?: Hex;
    hidden?: number;
    code?: Hex;
    registrant?: Hex;
    active: boolean;
  }[] = [
    { policy: 0, active: active === 0 },
    ...[...state.policies.values()].map(({ id: policy, codeHash, hidden, code, registrant }) => ({
      policy,
      codeHash,
      hidden,
      code,
      registrant,
      active: policy === active,
    })),
  ].filter(({ policy }) => id === undefined || policy === id);
  out.result({ round, active, policies: all }, () =>
    out.table(
      ['', 'policy', 'hash', 'shape', 'contract'],
      all.map((p) => [
        p.active ? '*' : '',
        String(p.policy),
        p.codeHash ?? 'price alone',
        p.hidden ? shapeOf(p.hidden) : '-',
        p.code ?? '-',
      ]),
    ),
  );
}

const unknown = (policy: number) =>
  new AICChainError('UnknownPolicy', `there is no policy ${policy}`, { hint: 'See `aicchain policy show`.' });
