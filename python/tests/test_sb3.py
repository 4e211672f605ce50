"""Needs torch, stable-baselines3 and sb3-contrib."""

import json
import os
import tempfile
import unittest
import warnings

import gymnasium
import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_checker import check_env

from aicchain_gym import AICChainVectorEnv
from aicchain_gym.network import CandidateNetwork, FeatureScale
from aicchain_gym.sb3 import AICChainVecEnv, CandidatePolicy, candidate_policy_kwargs

torch.set_num_threads(1)
SHORT = {"horizonRounds": 16}
PPO_OPTIONS = {"n_steps": 16, "batch_size": 64, "n_epochs": 2, "seed": 1, "device": "cpu"}


class CountMasked(BaseCallback):
    """How often an action was masked, and how many there were."""

    masked = 0
    steps = 0

    def _on_step(self) -> bool:
        self.masked += sum(info["masked"] for info in self.locals["infos"])
        self.steps += len(self.locals["infos"])
        return True


class TestStableBaselines(unittest.TestCase):
    def test_keeps_the_contract(self):
        env = gymnasium.make("AICChain-v0", scenario=SHORT)
        self.addCleanup(env.close)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_env(env.unwrapped)

    def test_ppo_learns_with_a_stock_policy(self):
        env = AICChainVecEnv(4, scenario=SHORT)
        self.addCleanup(env.close)
        model = PPO("MultiInputPolicy", env, **PPO_OPTIONS)
        before = [p.detach().clone() for p in model.policy.parameters()]
        model.learn(128)
        self.assertTrue(any(not torch.equal(a, b) for a, b in zip(before, model.policy.parameters())))

    def test_maskable_ppo_learns_the_network_and_never_takes_a_masked_action(self):
        env = AICChainVecEnv(4, scenario=SHORT)
        self.addCleanup(env.close)
        kwargs = candidate_policy_kwargs(env)
        model = MaskablePPO(CandidatePolicy, env, learning_rate=0.01, policy_kwargs=kwargs, **PPO_OPTIONS)
        before = model.policy.network.w3.detach().clone()
        count = CountMasked()
        model.learn(256, callback=count)
        self.assertEqual((count.masked, count.steps), (0, 256))
        self.assertFalse(torch.equal(before, model.policy.network.w3))
        with tempfile.TemporaryDirectory() as folder:
            model.save(os.path.join(folder, "model"))
            again = MaskablePPO.load(os.path.join(folder, "model"), device="cpu")
        observation = env.reset()
        ours, theirs = (m.predict(observation, deterministic=True)[0] for m in (model, again))
        np.testing.assert_array_equal(ours, theirs)


class TestNetwork(unittest.TestCase):
    def test_is_the_integer_network_it_exports(self):
        """Leaves the network and what it gives in $AICCHAIN_NETWORK_OUT, for src/policy/network.ts to agree with."""
        env = AICChainVectorEnv(4)
        self.addCleanup(env.close)
        torch.manual_seed(5)
        network = CandidateNetwork(FeatureScale.seen(env), s3=4)
        with torch.no_grad():
            network.w3.uniform_(-0.5, 0.5)
            network.b3.fill_(2.0)
        network.project()
        observation, _ = env.reset(seed=9)
        features = observation["features"][observation["mask"][:, :-1] == 1]
        penalties = network(torch.from_numpy(features)).detach().numpy()
        self.assertGreater(len(np.unique(penalties)), 10)
        integers = network.integers()
        self.assertEqual([len(integers[name]) for name in ("w1", "w2", "w3")], [24 * 32, 32 * 32, 32])
        if out := os.environ.get("AICCHAIN_NETWORK_OUT"):
            with open(out, "w") as file:
                json.dump({"network": integers, "features": features.tolist(), "penalties": penalties.tolist()}, file)

    def test_never_a_higher_penalty_for_a_higher_priority(self):
        torch.manual_seed(6)
        scale = FeatureScale(np.zeros(24), np.full(24, 50.0))
        network = CandidateNetwork(scale, s3=2)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.3)
        network.project()
        rows = torch.randint(-200, 200, (500, 24))
        higher = rows.clone()
        higher[:, 3] += torch.randint(1, 200, (500,))
        self.assertGreater(len(torch.unique(network(rows))), 20)
        self.assertTrue(bool((network(higher) <= network(rows)).all()))


if __name__ == "__main__":
    unittest.main()
