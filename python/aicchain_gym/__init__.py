"""The compute market of AICChain as a Gymnasium environment: `gymnasium.make("AICChain-v0")`."""

import gymnasium

from .environment import AICChainEnv, AICChainVectorEnv
from .server import AICChainError

__all__ = ["AICChainEnv", "AICChainError", "AICChainVectorEnv", "register"]


def register() -> None:
    """Makes the environment known to Gymnasium. Done on import, and by Gymnasium itself where the package is installed."""
    if "AICChain-v0" in gymnasium.registry:
        return
    gymnasium.register(
        id="AICChain-v0",
        entry_point="aicchain_gym.environment:AICChainEnv",
        vector_entry_point="aicchain_gym.environment:AICChainVectorEnv",
    )


register()
