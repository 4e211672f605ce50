import type { Daemon, Say } from '../matcher/index.ts';
import { onInterrupt } from './interrupt.ts';
import type { Session } from './Session.ts';

/** A daemon's lines carry the time of the day. */
export const timed =
  ({ out }: Session): Say =>
  (line) =>
    out.story(`${new Date().toISOString()} ${line}\n`);

/** Runs a daemon until Ctrl-C or SIGTERM, or once; what is under way is finished in any case. */
export async function runDaemon(daemon: Daemon, { once }: { readonly once: boolean }): Promise<void> {
  const forget = onInterrupt(() => daemon.stop());
  try {
    await (once ? daemon.runOnce() : daemon.run());
  } finally {
    forget();
  }
}
