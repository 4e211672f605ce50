"""Trains AICChain's own network with MaskablePPO of sb3-contrib, or a stock policy with PPO of stable-baselines3.

    python examples/train_sb3.py --updates 20 --out policy.json
    python examples/train_sb3.py --algorithm ppo --updates 5
"""

import argparse
import json

import torch
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

from aicchain_gym.sb3 import AICChainVecEnv, CandidatePolicy, candidate_policy_kwargs

TEMPERATURES = (0.1, 0.03)


class Progress(BaseCallback):
    """Cools the policy (geometrically) and prints the mean reward of a decision in each rollout."""

    def __init__(self, updates: int):
        super().__init__()
        self.updates, self.done, self.sum, self.steps = updates, 0, 0.0, 0

    def _on_rollout_start(self) -> None:
        if isinstance(self.model.policy, CandidatePolicy):
            start, end = TEMPERATURES
            part = self.done / max(1, self.updates - 1)
            self.model.policy.temperature = start * (end / start) ** part

    def _on_step(self) -> bool:
        self.sum += float(self.locals["rewards"].mean())
        self.steps += 1
        return True

    def _on_rollout_end(self) -> None:
        self.done += 1
        print(f"update {self.done} of {self.updates}, reward {self.sum / self.steps:.4f}", flush=True)
        self.sum, self.steps = 0.0, 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--algorithm", choices=["maskable", "ppo"], default="maskable")
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--environments", type=int, default=32)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", type=json.loads, default={}, help="JSON, see README.md")
    parser.add_argument("--out", help="where the integer network is written (maskable)")
    args = parser.parse_args()

    torch.set_num_threads(1)  # layers this small are faster so, by far where other programs run
    env = AICChainVecEnv(args.environments, scenario=args.scenario, discount_per_round=0.9)
    common = {
        "n_steps": args.steps,
        "batch_size": 512,
        "n_epochs": 4,
        "gamma": 0.9,
        "gae_lambda": 0.4,
        "seed": args.seed,
        "device": "cpu",
    }
    if args.algorithm == "ppo":
        model = PPO("MultiInputPolicy", env, learning_rate=3e-4, **common)
    else:
        kwargs = candidate_policy_kwargs(env)
        rate = lambda left: 0.015 * left
        model = MaskablePPO(CandidatePolicy, env, learning_rate=rate, ent_coef=0.003, policy_kwargs=kwargs, **common)
    model.learn(args.updates * args.environments * args.steps, callback=Progress(args.updates))
    if args.out and args.algorithm == "maskable":
        with open(args.out, "w") as file:
            json.dump(model.policy.network.integers(), file)
    env.close()


if __name__ == "__main__":
    main()
