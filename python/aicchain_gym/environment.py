"""The market as Gymnasium environments: one (`AICChainEnv`), and many that are stepped together (`AICChainVectorEnv`).

An action makes one match among the feasible pairs of the round, or (the last action) defers to the next round.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .server import DTYPES, AICChainError, Rows, Server

OBSERVED = ("features", "weight", "penaltyScale", "state", "mask")
TOLD = ("round", "elapsedRounds", "candidates", "workloads", "nodes", "masked")


def _observation_space(welcome: dict[str, Any]) -> spaces.Dict:
    types = {field["name"]: DTYPES[field["type"]] for field in welcome["fields"]}
    # JSON has no infinity: the largest double stands for it.
    most = np.finfo(np.float64).max
    bound = lambda x: np.sign(x) * np.inf if abs(x) >= most else x
    boxes = welcome["observationSpace"]["spaces"]
    return spaces.Dict(
        {
            name: spaces.Box(
                bound(boxes[name]["low"]),
                bound(boxes[name]["high"]),
                tuple(boxes[name]["shape"]),
                np.dtype(types[name]).newbyteorder("=").type,
            )
            for name in OBSERVED
        }
    )


class AICChainEnv(gymnasium.Env[dict[str, np.ndarray], np.int64]):
    """One market.

    `scenario` says how it differs from the standard one (python/README.md). `masked_action` says what becomes of an action
    that the mask forbids: "defer" takes it as the deferral, and info["masked"] is true; "raise" is an AICChainError.
    """

    metadata = {"render_modes": []}
    render_mode = None

    def __init__(
        self,
        scenario: dict[str, Any] | None = None,
        masked_action: str = "defer",
        discount_per_round: float = 1.0,
        render_mode: None = None,
    ):
        self._server = Server(1, False, scenario, _server_word(masked_action), discount_per_round)
        self.welcome = self._server.welcome
        self.observation_space = _observation_space(self.welcome)
        self.action_space = spaces.Discrete(self.welcome["actionSpace"]["n"])
        self._mask = np.zeros(int(self.action_space.n), dtype=bool)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Starts an episode: the seed names it. Without one, it is drawn from `np_random`. Options: `round`."""
        super().reset(seed=seed)
        episode = int(self.np_random.integers(2**32)) if seed is None else seed
        rows = self._server.reset([episode], options or {})
        return self._observation(rows), self._info(rows)

    def step(self, action: int) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        rows, _ = self._server.step(_whole(action).reshape(1))
        ended = bool(rows["terminated"][0]), bool(rows["truncated"][0])
        return self._observation(rows), float(rows["reward"][0]), *ended, self._info(rows)

    def action_masks(self) -> np.ndarray:
        """True for the actions that may be taken now: what MaskablePPO of sb3-contrib asks for."""
        return self._mask

    def close(self) -> None:
        self._server.close()

    def _observation(self, rows: Rows) -> dict[str, np.ndarray]:
        self._mask = rows["mask"][0].view(bool)
        return {name: rows[name][0] for name in OBSERVED}

    def _info(self, rows: Rows) -> dict[str, Any]:
        terms = dict(zip(self.welcome["terms"], rows["terms"][0].tolist(), strict=True))
        one = {name: rows[name][0] for name in ("workloads", "nodes")}
        counts = {name: int(rows[name][0]) for name in ("round", "elapsedRounds", "candidates")}
        return {**counts, **one, "masked": bool(rows["masked"][0]), "terms": terms}


class AICChainVectorEnv(VectorEnv[dict[str, np.ndarray], np.ndarray, np.ndarray]):
    """`num_envs` markets in one process, one message each way per step.

    Autoreset mode SAME_STEP: an environment that ends starts over in the same step. Its reward, `terminated` and
    `truncated` are those of the episode that ended, its observation is the first of the next, and the last ones of the old are
    `infos["final_obs"][i]` and `infos["final_info"]`. With `autoreset_mode=AutoresetMode.DISABLED` the caller resets, by
    `reset(options={"reset_mask": ...})`. Arrays are the caller's own: later steps do not change them.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(
        self,
        num_envs: int = 1,
        scenario: dict[str, Any] | None = None,
        masked_action: str = "defer",
        discount_per_round: float = 1.0,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        render_mode: None = None,
    ):
        mode = AutoresetMode(autoreset_mode)
        if mode is AutoresetMode.NEXT_STEP:
            raise AICChainError(
                "AUTORESET", "the environment has no next-step autoreset", "Choose SAME_STEP or DISABLED."
            )
        self.metadata = {**self.metadata, "autoreset_mode": mode}
        self.num_envs = num_envs
        is_same_step = mode is AutoresetMode.SAME_STEP
        self._server = Server(num_envs, is_same_step, scenario, _server_word(masked_action), discount_per_round)
        self.welcome = self._server.welcome
        self.single_observation_space = _observation_space(self.welcome)
        self.single_action_space = spaces.Discrete(self.welcome["actionSpace"]["n"])
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._masks = np.zeros((num_envs, int(self.single_action_space.n)), dtype=bool)
        self._all = np.ones(num_envs, dtype=bool)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """One seed s gives the environments s, s + 1, …; a list names each. Options: `round`, `reset_mask`."""
        super().reset(seed=seed if isinstance(seed, int) else None)
        rest = dict(options or {})
        chosen = rest.pop("reset_mask", self._all)
        if np.shape(chosen) != (self.num_envs,):
            raise AICChainError("RESET_MASK", f"reset_mask must have shape ({self.num_envs},), not {np.shape(chosen)}")
        seeds = [s if is_chosen else None for s, is_chosen in zip(self._seeds(seed), chosen, strict=True)]
        rows = self._server.reset(seeds, rest)
        return self._observations(rows), self._infos(rows, self._all)

    def step(
        self, actions: np.ndarray
    ) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: np.ndarray) -> None:
        """Lets the environments go on; `step_wait` tells what came of it."""
        self._server.send_step(_whole(actions))

    def step_wait(
        self,
    ) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        rows, finals = self._server.receive_step()
        terminated, truncated = rows["terminated"].view(bool), rows["truncated"].view(bool)
        infos = self._infos(rows, self._all)
        if len(finals["reward"]) > 0:
            self._add_finals(infos, finals, terminated | truncated)
        return self._observations(rows), rows["reward"], terminated, truncated, infos

    def action_masks(self) -> np.ndarray:
        """(num_envs, actions), true for the actions that may be taken now."""
        return self._masks

    def close_extras(self, **kwargs: Any) -> None:
        self._server.close()

    def _seeds(self, seed: int | list[int | None] | None) -> list[int]:
        if isinstance(seed, int):
            return [seed + i for i in range(self.num_envs)]
        told = [None] * self.num_envs if seed is None else list(seed)
        if len(told) != self.num_envs:
            raise AICChainError("SEEDS", f"{len(told)} seeds for {self.num_envs} environments")
        return [int(self.np_random.integers(2**32)) if s is None else int(s) for s in told]

    def _observations(self, rows: Rows) -> dict[str, np.ndarray]:
        self._masks = rows["mask"].view(bool)
        return {name: rows[name] for name in OBSERVED}

    def _infos(self, rows: Rows, chosen: np.ndarray) -> dict[str, Any]:
        """As Gymnasium lays infos out: each value beside `_name`, which environments have it."""
        infos: dict[str, Any] = {}
        for name in TOLD:
            infos[name] = rows[name]
            infos[f"_{name}"] = chosen
        infos["masked"] = rows["masked"].view(bool)
        terms = {name: rows["terms"][:, t] for t, name in enumerate(self.welcome["terms"])}
        infos["terms"] = {**terms, **{f"_{name}": chosen for name in terms}}
        infos["_terms"] = chosen
        return infos

    def _add_finals(self, infos: dict[str, Any], finals: Rows, ended: np.ndarray) -> None:
        where = np.flatnonzero(ended)
        final_obs = np.full(self.num_envs, None, dtype=object)
        for row, i in enumerate(where):
            final_obs[i] = {name: finals[name][row] for name in OBSERVED}
        spread = Rows.__new__(Rows)
        for name in (*TOLD, "terms"):
            values = finals[name]
            spread[name] = np.zeros((self.num_envs, *values.shape[1:]), values.dtype)
            spread[name][where] = values
        infos["final_obs"] = final_obs
        infos["final_info"] = self._infos(spread, ended)
        infos["_final_obs"] = infos["_final_info"] = ended


def _server_word(masked_action: str) -> str:
    words = {"defer": "defer", "raise": "refuse"}
    if masked_action not in words:
        raise AICChainError("MASKED_ACTION", f'masked_action is "{masked_action}"', 'It must be "defer" or "raise".')
    return words[masked_action]


def _whole(actions: Any) -> np.ndarray:
    """Actions as whole numbers; anything else would be rounded in silence."""
    array = np.asarray(actions)
    if not np.issubdtype(array.dtype, np.integer):
        raise AICChainError("ACTION", f"an action is a whole number, not {array.dtype}")
    if array.size > 0 and not (-(2**31) <= array.min() and array.max() < 2**31):
        raise AICChainError("ACTION", f"an action has 32 bits, which {array.tolist()} have not")
    return array.astype(np.int32)
