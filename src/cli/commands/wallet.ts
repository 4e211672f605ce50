import type { Command } from 'commander';
import { DEV_DEPLOYER_KEY, giveGas } from '../../chain/devAccounts.ts';
import { ledgerLine } from '../../chain/ledgerLines.ts';
import { AICChainError } from '../../domain/errors.ts';
import { formatAicc, parseAicc } from '../../domain/units.ts';
import type { CommandModule, Session } from '../Session.ts';

const WEI_PER_AICG = 10n ** 18n;
/** Enough that one person can carry a vote on a development network. */
const FAUCET_AICG = 500_000n;
const DEV_CHAIN_ID = 31_337;

export const configure: CommandModule['configure'] = (wallet, session) => {
  wallet
    .command('create <name>')
    .description('make a key and keep it in the data folder, readable by you alone')
    .addHelpText('after', '\nExample:\n  aicchain wallet create me')
    .action((name: string, _: object, command: Command) => create(session(command), name));
  wallet
    .command('list')
    .description('your wallets')
    .addHelpText('after', '\nExample:\n  aicchain wallet list')
    .action((_: object, command: Command) => list(session(command)));
  wallet
    .command('balance [name]')
    .description('what a wallet has: AICC in hand, AICC in the vault, AICG')
    .addHelpText('after', '\nExample:\n  aicchain wallet balance me')
    .action((name: string | undefined, _: object, command: Command) => balance(session(command), name));
  wallet
    .command('faucet [name]')
    .description('get AICC, AICG and gas on a development network')
    .option('--aicc <amount>', 'how much AICC', '1000')
    .addHelpText('after', '\nExample:\n  aicchain wallet faucet me --aicc 5000')
    .action((name: string | undefined, options: { aicc: string }, command: Command) =>
      faucet(session(command), name, parseAicc(options.aicc)),
    );
};

function create({ wallets, contexts, out }: Session, name: string): void {
  const { address } = wallets.create(name);
  // The first wallet signs in every network that has none yet.
  for (const { name: network, context } of contexts.list())
    if (!context.wallet) contexts.setWallet(network, name);
  out.result({ name, address }, () => out.line(`${name}: ${address} (key in ${wallets.keyFile(name)})`));
}

function list({ wallets, out }: Session): void {
  const all = wallets.list().map(({ name, account }) => ({ name, address: account.address }));
  out.result({ wallets: all }, () =>
    out.table(
      ['wallet', 'address'],
      all.map(({ name, address }) => [name, address]),
    ),
  );
}

async function balance(session: Session, name = session.walletName()): Promise<void> {
  const { out, wallets } = session;
  const { address } = wallets.get(name);
  const { money, governance } = session.reader();
  const [aiccMicro, availableMicro, bondMicro, aicgWei, votesWei] = await Promise.all([
    money.aiccMicro(address),
    money.availableMicro(address),
    money.balanceMicro(ledgerLine('MatcherBond', address)),
    money.aicgWei(address),
    governance.votesWei(address),
  ]);
  out.result({ name, address, aiccMicro, availableMicro, bondMicro, aicgWei, votesWei }, () => {
    out.line(`${name} (${address})`);
    out.line(`  in hand       ${formatAicc(aiccMicro)} AICC`);
    out.line(
      `  in the vault  ${formatAicc(availableMicro)} AICC free${bondMicro ? `, ${formatAicc(bondMicro)} AICC bonded as a matcher` : ''}`,
    );
    out.line(`  votes with    ${votesWei / WEI_PER_AICG} of ${aicgWei / WEI_PER_AICG} AICG`);
  });
}

async function faucet(session: Session, name = session.walletName(), aiccMicro: number): Promise<void> {
  const { out, wallets } = session;
  const { context } = session.context();
  if (context.deployment.chainId !== DEV_CHAIN_ID) {
    throw new AICChainError('NO_FAUCET', `chain ${context.deployment.chainId} is no development chain`, {
      hint: 'Get AICC from whoever holds it.',
    });
  }
  const { address } = wallets.get(name);
  await giveGas(context.rpcUrl, [address]);
  const giver = session.reader().as(DEV_DEPLOYER_KEY);
  await giver.money.transferAicc(address, aiccMicro);
  await giver.money.transferAicg(address, FAUCET_AICG * WEI_PER_AICG);
  const own = session.reader().as(wallets.get(name));
  await own.governance.delegate();
  out.result({ name, address, aiccMicro, aicgWei: FAUCET_AICG * WEI_PER_AICG }, () =>
    out.line(`${name} got ${formatAicc(aiccMicro)} AICC, ${FAUCET_AICG} AICG (they vote) and gas.`),
  );
}
