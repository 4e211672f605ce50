"""The compute market of AICChain as a Gymnasium environment: `gymnasium.make("AICChain-v0")` once this is imported."""

import gymnasium

from .environment import AICChainEnv, AICChainVectorEnv
from .server import AICChainError

__all__ = ["AICChainEnv", "AICChainError", "AICChainVectorEnv", "register"]


def register() -> None:
    """Makes the environment known to Gymnasium, which since 1.0 looks for no packages by itself. Done on import."""
    if "AICChain-v0" in gymnasium.registry:
        return
    gymnasium.register(
        id="AICChain-v0",
        entry_point="aicchain_gym.environment:AICChainEnv",
        vector_entry_point="aicchain_gym.environment:AICChainVectorEnv",
    )


register()
