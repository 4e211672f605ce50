"""The update of PPO alone in PyTorch (eager, CPU), as src/training/updateOnBatch.ts does it: the same number of decisions and
candidates, the same epochs and minibatches, the same network with its rounding and straight-through gradients, the same
critic on the same inputs; shuffle, normalised advantages, masked softmax, clipped surrogate, entropy and value loss, backward
pass, clipped gradients, Adam of policy and critic, projection. Features are floats from the start, which spares PyTorch the
conversion. Prints {"seconds": [...]}, the first update (warm-up) not among them.
"""

import json
import math
import sys
import time

import numpy as np
import torch

from aicchain_gym.network import CandidateNetwork, FeatureScale, critic_layers, logits_of

CLIP, ENTROPY_WEIGHT, TEMPERATURE, NORM = 0.2, 0.01, 0.1, 0.5

asked = json.loads(sys.argv[1])
torch.set_num_threads(asked["threads"])
torch.manual_seed(1)
N, C = asked["decisions"], asked["candidates"]
features = torch.randint(0, 256, (N, C, 24)).float()
weight, penalty_scale = torch.rand(N, C), torch.rand(N, C) * 1e-5
mask = torch.ones(N, C + 1, dtype=torch.uint8)
context = torch.randn(N, asked["context"])
action = torch.randint(0, C + 1, (N,))
old = torch.full((N,), -math.log(C + 1))
advantage, returns = torch.randn(N), torch.randn(N)

scale = FeatureScale(np.full(24, 128.0), np.full(24, 74.0))
network = CandidateNetwork(scale, s3=6, hidden=asked["hidden"])
critic = critic_layers(asked["context"], asked["criticHidden"])
adams = [torch.optim.Adam(m.parameters(), lr=lr, eps=1e-5) for m, lr in ((network, 0.015), (critic, 3e-3))]


def minibatch(rows: torch.Tensor) -> None:
    a = advantage[rows]
    a = (a - a.mean()) / (a.std(correction=0) + 1e-8)
    penalty = network(features[rows])
    logits = logits_of(penalty, weight[rows], penalty_scale[rows], mask[rows], TEMPERATURE)
    log_p = torch.log_softmax(logits, -1)
    ratio = torch.exp(log_p.gather(1, action[rows, None])[:, 0] - old[rows])
    surrogate = torch.minimum(a * ratio, a * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
    entropy = -(log_p.exp() * log_p).sum(-1).mean() / math.log(C + 1)
    error = critic(context[rows])[:, 0] - returns[rows]
    loss = -surrogate - ENTROPY_WEIGHT * entropy + 0.5 * (error * error).mean()
    for adam in adams:
        adam.zero_grad(set_to_none=True)
    loss.backward()
    for module, adam in zip((network, critic), adams, strict=True):
        torch.nn.utils.clip_grad_norm_(module.parameters(), NORM)
        adam.step()
    network.project()


seconds = []
for _ in range(asked["updates"] + 1):
    start = time.perf_counter()
    for _ in range(asked["epochs"]):
        for rows in torch.randperm(N).split(asked["minibatch"]):
            minibatch(rows)
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds[1:]}))
