"""For stable-baselines3 and sb3-contrib: the vectorised market as a VecEnv, and AICChain's network as a policy.

>>> env = AICChainVecEnv(32)
>>> model = MaskablePPO(CandidatePolicy, env, policy_kwargs=candidate_policy_kwargs(env))
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sb3_contrib.common.maskable.distributions import MaskableCategoricalDistribution
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor

from .environment import AICChainVectorEnv
from .network import CandidateNetwork, FeatureScale, PooledCritic, logits_of, output_shift


class AICChainVecEnv(VecEnv):
    """`num_envs` markets as a VecEnv: one message each way per step, where DummyVecEnv would send one per environment."""

    def __init__(self, num_envs: int, **options: Any):
        self.vector = AICChainVectorEnv(num_envs, **options)
        super().__init__(num_envs, self.vector.single_observation_space, self.vector.single_action_space)

    def reset(self) -> dict[str, np.ndarray]:
        observation, infos = self.vector.reset(seed=list(self._seeds), options=self._options[0])
        self.reset_infos = [self._info(infos, i) for i in range(self.num_envs)]
        self._reset_seeds()
        self._reset_options()
        return observation

    def step_async(self, actions: np.ndarray) -> None:
        self.vector.step_async(actions)

    def step_wait(self) -> Any:
        observation, rewards, terminated, truncated, infos = self.vector.step_wait()
        told = [self._info(infos, i) for i in range(self.num_envs)]
        for i in np.flatnonzero(terminated | truncated):
            told[i]["terminal_observation"] = infos["final_obs"][i]
            told[i]["TimeLimit.truncated"] = bool(truncated[i])
        return observation, rewards.astype(np.float32), terminated | truncated, told

    def close(self) -> None:
        self.vector.close()

    def action_masks(self, i: int) -> np.ndarray:
        return self.vector.action_masks()[i]

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        if attr_name == "action_masks":
            return [lambda i=i: self.action_masks(i) for i in self._get_indices(indices)]
        return [getattr(self.vector, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise NotImplementedError("the markets live in the environment server: make another AICChainVecEnv")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        return [method(*args, **kwargs) for method in self.get_attr(method_name, indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False for _ in self._get_indices(indices)]

    def _info(self, infos: dict[str, Any], i: int) -> dict[str, Any]:
        return {"round": int(infos["round"][i]), "masked": bool(infos["masked"][i])}


def candidate_policy_kwargs(env: AICChainVecEnv, **options: Any) -> dict[str, Any]:
    """What CandidatePolicy must know of the market: where features lie, and how large a penalty matters. Resets `env`."""
    scale = FeatureScale.seen(env.vector)
    return {"scale": scale, "s3": output_shift(env.vector.welcome["market"]), **options}


class RatedAdam(torch.optim.Adam):
    """Adam whose groups learn at `rate` times the common learning rate: SB3 sets the common one only."""

    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            group["lr"] *= group.get("rate", 1.0)
        loss = super().step(closure)
        for group in self.param_groups:
            group["lr"] /= group.get("rate", 1.0)
        return loss


class _NoExtractor(BaseFeaturesExtractor):
    """The policy reads the observation itself."""

    def __init__(self, observation_space: Any):
        super().__init__(observation_space, features_dim=1)


class CandidatePolicy(MaskableActorCriticPolicy):
    """AICChain's network over the candidates, with its critic. `temperature` may be lowered while it learns.

    Masked by the observation itself, so it draws only valid actions also where no mask is passed.
    """

    def __init__(
        self,
        observation_space: Any,
        action_space: Any,
        lr_schedule: Any,
        scale: FeatureScale,
        s3: int,
        hidden: int = 32,
        critic_hidden: int = 32,
        temperature: float = 0.1,
        critic_rate: float = 0.2,
        **kwargs: Any,
    ):
        self._shape: dict[str, Any] = {"scale": scale, "s3": s3, "hidden": hidden, "critic_hidden": critic_hidden}
        self.temperature = temperature
        self._critic_rate = critic_rate
        kwargs["features_extractor_class"] = _NoExtractor
        super().__init__(observation_space, action_space, lr_schedule, **kwargs)

    def _build(self, lr_schedule: Any) -> None:
        shape = self._shape
        state_size = self.observation_space["state"].shape[0]  # type: ignore[index]
        self.network = CandidateNetwork(shape["scale"], shape["s3"], shape["hidden"])
        self.critic = PooledCritic(shape["scale"], state_size, shape["critic_hidden"])
        groups = [
            {"params": self.network.parameters()},
            {"params": self.critic.parameters(), "rate": self._critic_rate},
        ]
        self.optimizer = RatedAdam(groups, lr=lr_schedule(1), eps=1e-5)
        self.optimizer.register_step_post_hook(lambda *_: self.network.project())

    def _distribution(self, obs: dict[str, Tensor], action_masks: Any = None) -> MaskableCategoricalDistribution:
        penalty = self.network(obs["features"])
        logits = logits_of(penalty, obs["weight"], obs["penaltyScale"], obs["mask"], self.temperature)
        distribution = self.action_dist.proba_distribution(action_logits=logits)
        distribution.apply_masking(obs["mask"].bool() if action_masks is None else action_masks)
        return distribution

    def forward(self, obs: Any, deterministic: bool = False, action_masks: Any = None) -> tuple[Tensor, Tensor, Tensor]:
        distribution = self._distribution(obs, action_masks)
        actions = distribution.get_actions(deterministic=deterministic)
        return actions, self.critic(obs), distribution.log_prob(actions)

    def evaluate_actions(self, obs: Any, actions: Tensor, action_masks: Any = None) -> tuple[Tensor, Tensor, Any]:
        distribution = self._distribution(obs, action_masks)
        return self.critic(obs), distribution.log_prob(actions), distribution.entropy()

    def get_distribution(self, obs: Any, action_masks: Any = None) -> MaskableCategoricalDistribution:
        return self._distribution(obs, action_masks)

    def predict_values(self, obs: Any) -> Tensor:
        return self.critic(obs)

    def _get_constructor_parameters(self) -> dict[str, Any]:
        parameters = super()._get_constructor_parameters()
        parameters.pop("features_extractor_class")
        rest = {"temperature": self.temperature, "critic_rate": self._critic_rate}
        return {**parameters, **self._shape, **rest}


__all__ = ["AICChainVecEnv", "CandidatePolicy", "candidate_policy_kwargs"]
