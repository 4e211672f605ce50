import type { Command } from 'commander';
import { formatAicc } from '../../domain/units.ts';
import type { CommandModule, Session } from '../Session.ts';

export const configure: CommandModule['configure'] = (fund, session) => {
  fund
    .addHelpText('after', '\nExample:\n  aicchain fund --json')
    .action((_: object, command: Command) => show(session(command)));
};

async function show(session: Session): Promise<void> {
  const { out } = session;
  const { money, deployment } = session.reader();
  const [communityFundMicro, treasuryMicro, auditorPoolMicro, liabilitiesMicro, vaultMicro] =
    await Promise.all([
      money.communityFundMicro(),
      money.treasuryMicro(),
      money.auditorPoolMicro(),
      money.liabilitiesMicro(),
      money.aiccMicro(deployment.addresses.vault),
    ]);
  out.result({ communityFundMicro, treasuryMicro, auditorPoolMicro, liabilitiesMicro, vaultMicro }, () => {
    out.table(
      ['', 'AICC'],
      [
        ['Community Fund', formatAicc(communityFundMicro)],
        ['treasury', formatAicc(treasuryMicro)],
        ["auditors' pool", formatAicc(auditorPoolMicro)],
        ['owed in all', formatAicc(liabilitiesMicro)],
        ['held by the vault', formatAicc(vaultMicro)],
      ],
    );
  });
}
