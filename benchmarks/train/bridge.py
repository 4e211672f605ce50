"""How fast Python steps the market through the bridge: price alone chooses, nothing is learnt."""

import json
import sys
import time

import gymnasium
import numpy as np

import aicchain_gym  # noqa: F401  (registers the environment)

asked = json.loads(sys.argv[1])
env = gymnasium.make_vec("AICChain-v0", num_envs=32, scenario=asked["scenario"])
observation, _ = env.reset(seed=1)


def stepped(count: int) -> float:
    """Seconds of so many steps."""
    global observation
    start = time.perf_counter()
    for _ in range(count):
        worth = np.where(observation["mask"][:, :-1] == 1, observation["weight"], -1.0)
        observation = env.step(worth.argmax(1))[0]
    return time.perf_counter() - start


stepped(50)
print(json.dumps({"decisions": 32 * asked["steps"], "seconds": stepped(asked["steps"])}))
env.close()
