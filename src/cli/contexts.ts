import type { Deployment } from '../chain/deployment.ts';
import { AICChainError } from '../domain/errors.ts';
import type { Home } from './home.ts';
import { UsageError } from './usage.ts';

/** A network by name: where to reach it, what it consists of, and who signs unless told otherwise. */
export interface Context {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly wallet?: string;
  /** 'manual': time stands still and commands may move it. */
  readonly clock?: 'wall' | 'manual';
}

interface ContextFile {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, Context>>;
}

const FILE = 'contexts.json';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A name that is also a file name on every platform. */
export function checkedName(what: string, name: string): string {
  if (NAME.test(name)) return name;
  throw new UsageError(`${what} "${name}" must consist of letters, digits, dots, dashes and underscores`);
}

const isContext = (context: Context | null) =>
  typeof context?.rpcUrl === 'string' && typeof context.deployment === 'object';

/** The networks that this user knows, in `contexts.json` of the data folder. */
export class Contexts {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  list(): { name: string; isCurrent: boolean; context: Context }[] {
    const { current, contexts } = this.#read();
    return Object.entries(contexts).map(([name, context]) => ({
      name,
      isCurrent: name === current,
      context,
    }));
  }

  /** The named context, else the current one. */
  get(name?: string): { name: string; context: Context } {
    const { current, contexts } = this.#read();
    const wanted = name ?? current;
    if (wanted === undefined) {
      throw new UsageError(
        'no network is chosen',
        'Start one with `aicchain net up`, or add one with `aicchain context add`.',
      );
    }
    const context = contexts[wanted];
    if (context) return { name: wanted, context };
    const known = Object.keys(contexts).join(', ');
    throw new UsageError(
      `there is no context "${wanted}"`,
      known ? `Known: ${known}.` : 'Add one with `aicchain context add`.',
    );
  }

  /** Adds or replaces; the newest becomes the current one. */
  put(name: string, context: Context): void {
    const file = this.#read();
    this.#write({ current: name, contexts: { ...file.contexts, [checkedName('context', name)]: context } });
  }

  use(name: string): void {
    this.get(name);
    this.#write({ ...this.#read(), current: name });
  }

  /** Which wallet signs in a context from now on. */
  setWallet(name: string, wallet: string): void {
    const file = this.#read();
    const context = file.contexts[name];
    if (context) this.#write({ ...file, contexts: { ...file.contexts, [name]: { ...context, wallet } } });
  }

  #read(): ContextFile {
    const file = this.#home.readJson<ContextFile>(FILE) ?? { contexts: {} };
    if (typeof file.contexts === 'object' && Object.values(file.contexts ?? {}).every(isContext)) return file;
    throw new AICChainError('DATA_DAMAGED', `${this.#home.file(FILE)} does not hold contexts`, {
      hint: 'Move it away; `aicchain net up` and `aicchain context add` write a new one.',
    });
  }

  #write(file: ContextFile): void {
    this.#home.write(`${JSON.stringify(file, null, 2)}\n`, FILE);
  }
}
