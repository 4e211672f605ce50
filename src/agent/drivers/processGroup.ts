import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from './Driver.ts';

/** Environment variable that marks every process of a run. */
export const RUN_TOKEN = 'AICCHAIN_RUN';

interface Member {
  readonly pid: number;
  readonly rssKiB: number;
}

/**
 * The living processes of a run: its group, and whoever carries its token, since a job may have left its group.
 * Read from /proc; elsewhere only the group can be signalled.
 */
export function membersOf(run: RunRecord): Member[] {
  const members: Member[] = [];
  for (const name of processFolders()) {
    try {
      const stat = statOf(Number(name));
      if (stat.state === 'Z') continue;
      // Whatever is of the run is younger than its leader: most of a machine need not be looked into.
      if (run.startedAt !== '' && Number(stat.began) < Number(run.startedAt)) continue;
      if (!isOfGroup(run, stat) && !carries(name, run.token)) continue;
      members.push({ pid: Number(name), rssKiB: (stat.rssPages * PAGE_BYTES) / 1024 });
    } catch {
      // It ended while we looked.
    }
  }
  return members;
}

/** Asks every process of the run to end, then ends it. Returns when none is left. True if there was one. */
export async function endRun(run: RunRecord, patienceMs: number): Promise<boolean> {
  const there = signalRun(run, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    if (!isAlive(run)) return there;
    await sleep(20);
  }
  for (let tries = 0; isAlive(run) && tries < 250; tries++) {
    signalRun(run, 'SIGKILL');
    await sleep(20);
  }
  return there;
}

/** When a process began, in clock ticks since boot; empty where that is not known. */
export function beganAt(pid: number): string {
  try {
    return statOf(pid).began;
  } catch {
    return '';
  }
}

function signalRun(run: RunRecord, signal: NodeJS.Signals): boolean {
  let sent = false;
  const targets = HAS_PROC ? membersOf(run).map((member) => member.pid) : groupOf(run);
  for (const pid of targets) {
    try {
      process.kill(pid, signal);
      sent = true;
    } catch {
      // It ended by itself.
    }
  }
  return sent;
}

function isAlive(run: RunRecord): boolean {
  if (HAS_PROC) return membersOf(run).length > 0;
  try {
    return groupOf(run).every((group) => process.kill(group, 0)) && run.group > 0;
  } catch {
    return false;
  }
}

/** As `kill` names a group. 0 is none here, and there it would be our own. */
const groupOf = (run: RunRecord) => (run.group > 0 ? [-run.group] : []);

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly began: string;
  readonly rssPages: number;
}

const HAS_PROC = process.platform === 'linux';
const PAGE_BYTES = 4096;

function processFolders(): string[] {
  return HAS_PROC ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
}

/** /proc/PID/stat; the command, in parentheses, may itself hold spaces and parentheses. */
function statOf(pid: number): Stat {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, group: Number(fields[2]), began: fields[19]!, rssPages: Number(fields[21]) };
}

/** Kernel threads are of group 0. Of a run whose beginning is not known the group number may be in use again. */
function isOfGroup(run: RunRecord, stat: Stat): boolean {
  return run.group > 0 && stat.group === run.group && run.startedAt !== '';
}

function carries(pid: string, token: string): boolean {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${RUN_TOKEN}=${token}`);
}
