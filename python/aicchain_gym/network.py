"""The policy network of AICChain in PyTorch: 24-H-H-1 for each candidate, rounded to its integers in every forward pass.

It is what src/training/actor.ts trains and docs/PROTOCOL.md deploys: int8 weights, int32 biases, activations 0..255 after a
shift, straight-through gradients, never a higher penalty for a higher priority. `integers()` is what the network registers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .environment import AICChainVectorEnv

FEATURES = 24
PRIORITY_FEATURE = 3
"""1.0 of the float picture, as an activation."""
ONE = 128
S1, S2 = 5, 6
W2_SCALE, W3_SCALE = 64.0, 32.0
LARGEST_WEIGHT = 127.0
LARGEST_PENALTY = 65_535.0
BOUND_B1, BOUND_B2, BOUND_B3 = 2**20 - 1, 2**16 - 1, 2**20 - 1
MASKED_LOGIT = -1e8


@dataclass(frozen=True)
class FeatureScale:
    """Where features lie: the first layer is centred (by integers) and scaled by it. Deviation 0: not read."""

    mean: np.ndarray
    deviation: np.ndarray

    @staticmethod
    def seen(env: AICChainVectorEnv, seed: int = 1, steps: int = 128) -> FeatureScale:
        """As seen where the choice is by price alone, with now and then another."""
        random = np.random.default_rng(seed)
        observation, _ = env.reset(seed=seed)
        rows = []
        for _ in range(steps):
            pairs = observation["mask"][:, :-1].astype(bool)
            rows.append(observation["features"][pairs].astype(np.float64))
            worth = np.where(pairs, observation["weight"], -1.0)
            any_pair = np.where(pairs, random.random(pairs.shape), -1.0)
            is_by_price = random.random(env.num_envs) < 0.8
            actions = np.where(is_by_price, worth.argmax(1), any_pair.argmax(1))
            observation = env.step(actions)[0]
        all_rows = np.concatenate(rows)
        deviation = all_rows.std(0)
        return FeatureScale(np.round(all_rows.mean(0)), np.where(deviation < 0.5, 0.0, deviation))


def output_shift(market: dict[str, Any]) -> int:
    """The shift under which one strong unit of the last layer is worth about half of the mean ask."""
    useful = 0.5 * market["meanAskMicroPerGpuHour"] * 65_535 / max(1, market["maxPenaltyMicroPerGpuHour"])
    return min(24, max(0, round(math.log2(4_096 / max(1.0, min(65_535.0, useful))))))


def _rounded(x: Tensor) -> Tensor:
    return x + (x.round() - x).detach()


def _floored(x: Tensor) -> Tensor:
    return x + (x.floor() - x).detach()


class _Bounded(torch.autograd.Function):
    """Clamps the penalty; a clamped one passes only the gradient that would bring it back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(0.0, LARGEST_PENALTY)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # type: ignore[override]
        (x,) = ctx.saved_tensors
        lost = ((x < 0) & (gradient >= 0)) | ((x > LARGEST_PENALTY) & (gradient <= 0))
        return gradient.masked_fill(lost, 0.0)


class CandidateNetwork(nn.Module):
    """The penalty, 0..65535, of each row of features."""

    scale1: Tensor
    mean: Tensor

    def __init__(self, scale: FeatureScale, s3: int, hidden: int = 32):
        super().__init__()
        self.hidden, self.s3 = hidden, s3
        with np.errstate(divide="ignore"):
            unit = np.where(scale.deviation == 0, 0.0, ONE * 2**S1 / scale.deviation)
        self.register_buffer("scale1", torch.tensor(np.minimum(LARGEST_WEIGHT, unit), dtype=torch.float32))
        self.register_buffer("mean", torch.tensor(scale.mean, dtype=torch.float32))
        self.w1 = nn.Parameter(nn.init.orthogonal_(torch.empty(hidden, FEATURES), 1.0))
        self.b1 = nn.Parameter(torch.rand(hidden) * 0.5)
        self.w2 = nn.Parameter(nn.init.orthogonal_(torch.empty(hidden, hidden), 1.2))
        self.b2 = nn.Parameter(torch.rand(hidden) * 0.5)
        # The last layer starts at 0: the untrained policy is price alone.
        self.w3 = nn.Parameter(torch.zeros(hidden))
        self.b3 = nn.Parameter(torch.zeros(1))
        with torch.no_grad():
            self.w1[: hidden // 4, PRIORITY_FEATURE].abs_().neg_()
            self.w2[: hidden // 2, : hidden // 4].abs_()
        self.project()

    @torch.no_grad()
    def project(self) -> None:
        """Back to where the network is monotone in the priority and fits its integers. After each optimiser step."""
        quarter, half = self.hidden // 4, self.hidden // 2
        largest = torch.where(self.scale1 == 0, 0.0, LARGEST_WEIGHT / self.scale1)
        self.w1.copy_(torch.minimum(torch.maximum(self.w1, -largest), largest))
        self.w2.clamp_(-LARGEST_WEIGHT / W2_SCALE, LARGEST_WEIGHT / W2_SCALE)
        self.w3.clamp_(-LARGEST_WEIGHT / W3_SCALE, LARGEST_WEIGHT / W3_SCALE)
        self.w1[:quarter, PRIORITY_FEATURE].clamp_(max=0)
        self.w1[quarter:, PRIORITY_FEATURE] = 0
        self.w2[:half, :quarter].clamp_(min=0)
        self.w2[half:, :quarter] = 0
        self.w3[:half].clamp_(min=0)

    def forward(self, features: Tensor) -> Tensor:
        x = features.float() - self.mean
        first = torch.addmm(
            _rounded(self.b1 * (ONE * 2**S1)) + 2 ** (S1 - 1),
            x.reshape(-1, FEATURES),
            _rounded(self.w1 * self.scale1).t(),
        )
        first = _floored(first / 2**S1).clamp(0, 255)
        second = torch.addmm(
            _rounded(self.b2 * (ONE * 2**S2)) + 2 ** (S2 - 1), first, _rounded(self.w2 * W2_SCALE).t()
        )
        second = _floored(second / 2**S2).clamp(0, 255)
        half = 2 ** (self.s3 - 1) if self.s3 > 0 else 0
        third = torch.mv(second, _rounded(self.w3 * W3_SCALE)) + _rounded(self.b3 * (W3_SCALE * ONE)) + half
        return _Bounded.apply(_floored(third / 2**self.s3)).reshape(features.shape[:-1])

    @torch.no_grad()
    def integers(self) -> dict[str, Any]:
        """The deployed network (`IntegerNetwork`); weights row by input."""
        w1 = torch.round(self.w1 * self.scale1).long()
        b1 = torch.round(self.b1 * (ONE * 2**S1)).long() - w1 @ self.mean.long() + 2 ** (S1 - 1)
        w2 = torch.round(self.w2 * W2_SCALE).long()
        b2 = torch.round(self.b2 * (ONE * 2**S2)).long() + 2 ** (S2 - 1)
        b3 = round(float(self.b3) * W3_SCALE * ONE) + (2 ** (self.s3 - 1) if self.s3 > 0 else 0)
        return {
            "hidden": self.hidden,
            "s1": S1,
            "s2": S2,
            "s3": self.s3,
            "b1": b1.clamp(-BOUND_B1, BOUND_B1).tolist(),
            "w1": w1.t().flatten().tolist(),
            "b2": b2.clamp(-BOUND_B2, BOUND_B2).tolist(),
            "w2": w2.t().flatten().tolist(),
            "b3": max(-BOUND_B3, min(BOUND_B3, b3)),
            "w3": torch.round(self.w3 * W3_SCALE).long().tolist(),
        }


def logits_of(penalty: Tensor, weight: Tensor, penalty_scale: Tensor, mask: Tensor, temperature: float) -> Tensor:
    """(weight − penalty · penaltyScale) / T for each pair, 0 for the deferral; what is masked cannot be drawn."""
    pairs = (weight.float() - penalty * penalty_scale.float()) / temperature
    logits = torch.cat([pairs, pairs.new_zeros(*pairs.shape[:-1], 1)], dim=-1)
    return logits.masked_fill(mask == 0, MASKED_LOGIT)


class PooledCritic(nn.Module):
    """The value of a situation: mean and maximum of features and weights, and the market's state, → H → H → 1, tanh."""

    mean: Tensor
    unit: Tensor

    def __init__(self, scale: FeatureScale, state_size: int, hidden: int = 32):
        super().__init__()
        with np.errstate(divide="ignore"):
            unit = np.where(scale.deviation == 0, 0.0, 1.0 / scale.deviation)
        self.register_buffer("mean", torch.tensor(scale.mean, dtype=torch.float32))
        self.register_buffer("unit", torch.tensor(unit, dtype=torch.float32))
        self.layers = critic_layers(2 * (FEATURES + 1) + 1 + state_size, hidden)

    def forward(self, observation: dict[str, Tensor]) -> Tensor:
        mask = observation["mask"][..., :-1] != 0
        count = mask.sum(-1, keepdim=True).clamp(min=1)
        x = (observation["features"].float() - self.mean) * self.unit
        most = x.masked_fill(~mask.unsqueeze(-1), -torch.inf).amax(-2)
        most = torch.where(most.isinf(), 0.0, most)
        mean = (x * mask.unsqueeze(-1)).sum(-2) / count
        weight = observation["weight"].float() * mask
        pooled = [weight.sum(-1, keepdim=True) / count, weight.amax(-1, keepdim=True), count / mask.shape[-1]]
        return self.layers(torch.cat([mean, most, *pooled, observation["state"].float()], dim=-1))


def critic_layers(inputs: int, hidden: int) -> nn.Sequential:
    layers = nn.Sequential(
        nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1)
    )
    for layer, gain in ((layers[0], math.sqrt(2)), (layers[2], math.sqrt(2)), (layers[4], 1.0)):
        nn.init.orthogonal_(layer.weight, gain)
        nn.init.zeros_(layer.bias)
    return layers
