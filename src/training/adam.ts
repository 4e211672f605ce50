export interface AdamState {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly powers: readonly [number, number];
}

/** Adam (Kingma and Ba) over a flat parameter vector. */
export class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #epsilon: number;
  #beta1Power = 1;
  #beta2Power = 1;

  constructor(size: number, epsilon: number) {
    this.#first = new Float64Array(size);
    this.#second = new Float64Array(size);
    this.#epsilon = epsilon;
  }

  /** Moments and powers of the betas, for `restore`. */
  save(): AdamState {
    const powers = [this.#beta1Power, this.#beta2Power] as const;
    return { first: this.#first.slice(), second: this.#second.slice(), powers };
  }

  restore({ first, second, powers }: AdamState): void {
    this.#first.set(first);
    this.#second.set(second);
    [this.#beta1Power, this.#beta2Power] = powers;
  }

  /** One step down the gradient. */
  step(parameters: Float64Array, gradient: Float64Array, learningRate: number): void {
    const [beta1, beta2] = [0.9, 0.999];
    this.#beta1Power *= beta1;
    this.#beta2Power *= beta2;
    const rate = (learningRate * Math.sqrt(1 - this.#beta2Power)) / (1 - this.#beta1Power);
    const [first, second, epsilon] = [this.#first, this.#second, this.#epsilon];
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]!;
      const m = beta1 * first[i]! + (1 - beta1) * g;
      const v = beta2 * second[i]! + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      parameters[i] = parameters[i]! - (rate * m) / (Math.sqrt(v) + epsilon);
    }
  }
}

/** Scales a gradient down to a norm. Returns the norm that it had. */
export function clipNorm(gradient: Float64Array, largest: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(sum);
  if (norm > largest) {
    const factor = largest / norm;
    for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * factor;
  }
  return norm;
}
