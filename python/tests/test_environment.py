"""Needs gymnasium. `python -m unittest discover -s python/tests`; src/trainer/bridge/python.test.ts runs it too."""

import os
import signal
import sys
import tempfile
import textwrap
import unittest
import warnings
from unittest import mock

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

from aicchain_gym import AICChainError, AICChainVectorEnv

SHORT = {"horizonRounds": 8}


def best_weight(observation):
    """Price alone: the pair with the best weight of each row."""
    pairs = observation["mask"][..., :-1] == 1
    return np.where(pairs, observation["weight"], -1.0).argmax(-1)


class TestRefusals(unittest.TestCase):
    def refused(self, code, **options):
        with self.assertRaises(AICChainError) as caught:
            gymnasium.make("AICChain-v0", **options)
        self.assertEqual(caught.exception.code, code)
        return str(caught.exception)

    def test_a_scenario_that_is_not_understood_by_name(self):
        self.assertIn("there is no scenario.lod", self.refused("SCENARIO", scenario={"lod": 1}))
        self.assertIn("Known are: roundSec, load", self.refused("SCENARIO", scenario={"lod": 1}))
        self.assertIn("what JSON can say", self.refused("NOT_JSON", scenario={"load": float("nan")}))
        self.assertIn("masked_action", self.refused("MASKED_ACTION", masked_action="ignore"))

    def test_an_impossible_scenario(self):
        workload = {"gpus": 64, "computeGflop": 1, "dataMB": 1, "budgetAicc": 1}
        self.refused("IMPOSSIBLE_SCENARIO", scenario={"workloads": [workload]})

    def test_a_command_that_is_not_there_and_one_that_ends(self):
        with mock.patch.dict(os.environ, AICCHAIN="/nowhere/aicchain"):
            self.assertIn("/nowhere/aicchain could not be started", self.refused("NO_SERVER"))
        with mock.patch.dict(os.environ, AICCHAIN=f'{sys.executable} -c "import sys; sys.exit(\'no such thing\')"'):
            said = self.refused("SERVER_ENDED")
            self.assertIn("ended with code 1", said)
            self.assertIn("no such thing", said)

    def test_a_server_of_another_version(self):
        other = textwrap.dedent(
            """
            import json, struct, sys
            welcome = json.dumps({"protocol": 99, "version": "9.9.9"}).encode()
            sys.stdout.buffer.write(struct.pack("<II", len(welcome), 1) + welcome)
            sys.stdout.flush()
            sys.stdin.buffer.read()
            """
        )
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write(other)
            script.flush()
            with mock.patch.dict(os.environ, AICCHAIN=f"{sys.executable} {script.name}"):
                self.assertIn("aicchain 9.9.9 speaks version 99", self.refused("BRIDGE_VERSION"))

    def test_what_does_not_speak_the_protocol(self):
        with mock.patch.dict(os.environ, AICCHAIN="echo hello, who are you and what is this"):
            self.assertIn("does not speak the protocol", self.refused("BRIDGE_FRAME"))

    def test_a_client_of_another_version(self):
        with mock.patch("aicchain_gym.server.PROTOCOL", 2):
            self.assertIn("the client speaks version 2", self.refused("BRIDGE_VERSION"))


class TestEnvironment(unittest.TestCase):
    def setUp(self):
        self.env = gymnasium.make("AICChain-v0", scenario=SHORT)
        self.addCleanup(self.env.close)

    def test_keeps_the_contract_of_gymnasium(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_env(self.env.unwrapped)

    def test_the_same_seed_gives_the_same_episode_another_seed_another(self):
        def played(seed):
            observation, info = self.env.reset(seed=seed)
            rewards = []
            ended = False
            while not ended:
                observation, reward, terminated, truncated, info = self.env.step(best_weight(observation))
                rewards.append(reward)
                ended = terminated or truncated
            return rewards

        self.assertEqual(played(3), played(3))
        self.assertNotEqual(played(3), played(4))

    def test_reset_options_reach_the_market(self):
        _, info = self.env.reset(seed=1, options={"round": 5})
        self.assertGreaterEqual(info["round"], 5)
        with self.assertRaisesRegex(AICChainError, 'no reset option "rounds"'):
            self.env.reset(seed=1, options={"rounds": 5})

    def test_the_reward_is_the_sum_of_its_terms(self):
        observation, _ = self.env.reset(seed=2)
        _, reward, _, _, info = self.env.step(best_weight(observation))
        gains = ("value", "fairness", "shaping")
        terms = [value if name in gains else -value for name, value in info["terms"].items()]
        self.assertAlmostEqual(reward, sum(terms), 12)
        self.assertNotEqual(info["terms"]["value"], 0)

    def test_a_masked_action_defers_and_says_so_or_is_refused_and_changes_nothing(self):
        strict = gymnasium.make("AICChain-v0", scenario=SHORT, masked_action="raise")
        self.addCleanup(strict.close)
        _, info = self.env.reset(seed=1)
        before, _ = strict.reset(seed=1)
        masked = info["candidates"]
        self.assertFalse(self.env.unwrapped.action_masks()[masked])
        _, _, _, _, told = self.env.step(masked)
        self.assertTrue(told["masked"])
        with self.assertRaisesRegex(AICChainError, f"action {masked} of environment 0 is masked in round"):
            strict.step(masked)
        after, _ = strict.reset(seed=1)
        np.testing.assert_array_equal(before["weight"], after["weight"])

    def test_a_killed_server_is_told_as_such(self):
        self.env.reset(seed=1)
        process = self.env.unwrapped._server._process
        os.killpg(process.pid, signal.SIGKILL)
        with self.assertRaisesRegex(AICChainError, "killed by signal 9"):
            self.env.step(64)

    def test_the_server_ends_when_the_environment_is_closed(self):
        env = gymnasium.make("AICChain-v0")
        process = env.unwrapped._server._process
        env.close()
        self.assertEqual(process.returncode, 0)
        with self.assertRaises(AICChainError):
            env.unwrapped.reset(seed=1)


class TestVector(unittest.TestCase):
    def test_rows_are_those_of_single_environments_of_the_same_seeds(self):
        # None of the episodes ends within the decisions below.
        vector = gymnasium.make_vec("AICChain-v0", num_envs=3)
        self.assertIsInstance(vector, AICChainVectorEnv)
        singles = [gymnasium.make("AICChain-v0") for _ in range(3)]
        for env in (vector, *singles):
            self.addCleanup(env.close)
        observation, infos = vector.reset(seed=7)
        alone = [env.reset(seed=7 + i) for i, env in enumerate(singles)]
        self.assertTrue(vector.observation_space.contains(observation))
        for _ in range(6):
            actions = best_weight(observation)
            observation, rewards, terminated, truncated, infos = vector.step(actions)
            for i, env in enumerate(singles):
                alone[i], reward, *ended, info = env.step(actions[i])
                self.assertEqual(reward, rewards[i])
                self.assertEqual(ended, [terminated[i], truncated[i]])
                self.assertEqual(info["terms"]["value"], infos["terms"]["value"][i])
                for name, values in alone[i].items():
                    np.testing.assert_array_equal(values, observation[name][i])
        np.testing.assert_array_equal(vector.action_masks(), observation["mask"] == 1)

    def test_starts_over_in_the_same_step_and_shows_the_last_observation(self):
        vector = gymnasium.make_vec("AICChain-v0", num_envs=4, scenario=SHORT)
        self.addCleanup(vector.close)
        self.assertIs(vector.metadata["autoreset_mode"], AutoresetMode.SAME_STEP)
        observation, _ = vector.reset(seed=1)
        ends = 0
        for _ in range(200):
            kept = {name: values.copy() for name, values in observation.items()}
            before = observation
            observation, _, terminated, truncated, infos = vector.step(best_weight(observation))
            for name in kept:
                np.testing.assert_array_equal(kept[name], before[name])  # what was given stays as it was
            ended = terminated | truncated
            self.assertEqual("final_obs" in infos, bool(ended.any()))
            for i in np.flatnonzero(ended):
                ends += 1
                self.assertTrue(vector.single_observation_space.contains(infos["final_obs"][i]))
                self.assertGreaterEqual(infos["final_info"]["round"][i], 8)
                self.assertLess(infos["round"][i], 8)
        self.assertGreater(ends, 8)

    def test_without_autoreset_only_the_chosen_are_reset(self):
        vector = gymnasium.make_vec(
            "AICChain-v0", num_envs=2, scenario=SHORT, autoreset_mode=AutoresetMode.DISABLED
        )
        self.addCleanup(vector.close)
        observation, _ = vector.reset(seed=[1, 2])
        truncated = np.zeros(2, dtype=bool)
        while not truncated.any():
            observation, _, _, truncated, infos = vector.step(best_weight(observation))
        self.assertNotIn("final_obs", infos)
        if not truncated.all():
            with self.assertRaisesRegex(AICChainError, "is over"):
                vector.step(best_weight(observation))
        again, infos = vector.reset(seed=[1, 2], options={"reset_mask": truncated})
        for i in range(2):
            self.assertEqual(bool(infos["round"][i] < 8), True)
            if not truncated[i]:
                np.testing.assert_array_equal(again["weight"][i], observation["weight"][i])
        vector.step(best_weight(again))

    def test_actions_are_judged_before_any_is_taken(self):
        vector = gymnasium.make_vec("AICChain-v0", num_envs=2, scenario=SHORT)
        self.addCleanup(vector.close)
        observation, _ = vector.reset(seed=1)
        for wrong in (np.array([0, 65]), np.array([0, -1]), np.array([0]), np.array([0.5, 0]), np.array([0, 2**40])):
            with self.assertRaises(AICChainError):
                vector.step(wrong)
        twin = gymnasium.make_vec("AICChain-v0", num_envs=2, scenario=SHORT)
        self.addCleanup(twin.close)
        twin.reset(seed=1)
        np.testing.assert_array_equal(vector.step(np.array([0, 0]))[1], twin.step(np.array([0, 0]))[1])


if __name__ == "__main__":
    unittest.main()
