"""MaskablePPO of sb3-contrib on the market, through the bridge, with the network, the critic and the settings of
src/training/PpoOptions.ts. Prints a line of JSON every few updates: time of the environment, all other time, the network.

What SB3 cannot do as we do: it discounts by decision, not by round (gamma is set to the same discount over the mean time
between decisions); it clips the gradients of policy and critic together; its entropy is not divided by log(actions).
"""

import json
import sys
import time

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.callbacks import BaseCallback

from aicchain_gym.sb3 import AICChainVecEnv, CandidatePolicy, candidate_policy_kwargs

ENVIRONMENTS, STEPS = 32, 32
DISCOUNT_PER_ROUND = 0.9
TEMPERATURE_START, TEMPERATURE_END = 0.1, 0.03
ENTROPY_START, ENTROPY_END = 0.01, 1e-4

asked = json.loads(sys.argv[1])
torch.set_num_threads(asked["threads"])


class TimedVecEnv(AICChainVecEnv):
    """Knows how long the learner waited for it."""

    seconds = 0.0

    def step(self, actions):
        start = time.perf_counter()
        stepped = super().step(actions)
        self.seconds += time.perf_counter() - start
        return stepped


class Checkpoints(BaseCallback):
    """Cools the policy as PPO does here; before each rollout an update is complete, and every few it is told."""

    def __init__(self, env: TimedVecEnv, mean_actions: float):
        super().__init__()
        self.env, self.log_actions, self.done = env, np.log(mean_actions), 0

    def _on_training_start(self) -> None:
        self.start = time.perf_counter()
        self.env.seconds = 0.0

    def _on_rollout_start(self) -> None:
        if self.done > 0:
            self.tell()
        part = self.done / max(1, asked["updates"] - 1)
        self.model.policy.temperature = TEMPERATURE_START * (TEMPERATURE_END / TEMPERATURE_START) ** part
        entropy = ENTROPY_START + (ENTROPY_END - ENTROPY_START) * part
        self.model.ent_coef = entropy / self.log_actions
        self.done += 1

    def _on_training_end(self) -> None:
        self.tell()

    def _on_step(self) -> bool:
        return True

    def tell(self) -> None:
        if self.done % asked["every"] != 0 and self.done != asked["updates"]:
            return
        told_at = time.perf_counter()
        line = {
            "decisions": self.done * ENVIRONMENTS * STEPS,
            "environmentSec": self.env.seconds,
            "learnerSec": told_at - self.start - self.env.seconds,
            "network": self.model.policy.network.integers(),
        }
        print(json.dumps(line), flush=True)
        self.start += time.perf_counter() - told_at


def pace(env: AICChainVecEnv) -> tuple[float, float]:
    """Mean rounds from a decision to the next, and mean number of valid actions, where price alone chooses."""
    observation, _ = env.vector.reset(seed=asked["seed"])
    rounds, actions = [], []
    for _ in range(64):
        worth = np.where(observation["mask"][:, :-1] == 1, observation["weight"], -1.0)
        actions.append(observation["mask"].sum(1).mean())
        observation, _, _, _, infos = env.vector.step(worth.argmax(1))
        rounds.append(infos["elapsedRounds"].mean())
    return float(np.mean(rounds)), float(np.mean(actions))


env = TimedVecEnv(ENVIRONMENTS, scenario=asked["scenario"], discount_per_round=DISCOUNT_PER_ROUND)
policy_kwargs = candidate_policy_kwargs(env, hidden=32, critic_hidden=16, temperature=TEMPERATURE_START)
mean_rounds, mean_actions = pace(env)
model = MaskablePPO(
    CandidatePolicy,
    env,
    learning_rate=lambda left: 0.015 * left,
    n_steps=STEPS,
    batch_size=512,
    n_epochs=4,
    gamma=DISCOUNT_PER_ROUND**mean_rounds,
    gae_lambda=0.4,
    clip_range=0.2,
    target_kl=0.02,
    max_grad_norm=0.5,
    policy_kwargs=policy_kwargs,
    seed=asked["seed"],
    device="cpu",
)
model.learn(asked["updates"] * ENVIRONMENTS * STEPS, callback=Checkpoints(env, mean_actions))
env.close()
