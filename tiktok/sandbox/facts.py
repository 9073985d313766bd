"""Invented facts that are the same every time: drawn from a hash of seed and name, never from chance."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Facts:
    """Draws about one thing. The same seed, names and label always give the same value."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, *names: str) -> None:
        self._key = "\x1f".join((str(seed), *names)).encode()

    def number(self, label: str) -> int:
        """64 bits."""
        digest = blake2b(label.encode(), key=blake2b(self._key, digest_size=32).digest())
        return int.from_bytes(digest.digest()[:8], "big")

    def unit(self, label: str) -> float:
        """A float in [0, 1)."""
        return (self.number(label) >> 11) / (1 << 53)

    def between(self, label: str, low: float, high: float) -> float:
        """A float in [low, high)."""
        return low + (high - low) * self.unit(label)

    def whole(self, label: str, low: int, high: int) -> int:
        """An int in [low, high]."""
        return low + self.number(label) % (high - low + 1)

    def pick(self, label: str, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.number(label) % len(choices)]

    def identifier(self, label: str, prefix: str) -> str:
        """A 19-digit id above 2**53, so that a client reading it as a float breaks."""
        return prefix + f"{self.number(label) % 10 ** (19 - len(prefix)):0{19 - len(prefix)}d}"

    def shares(
        self, label: str, names: Sequence[str], weights: Sequence[float]
    ) -> dict[str, float]:
        """Fractions with four decimals that sum to exactly 1, the weights shaken by a fifth."""
        shaken = [
            weight * self.between(f"{label}:{name}", 0.8, 1.2)
            for name, weight in zip(names, weights, strict=True)
        ]
        parts = [round(weight / sum(shaken), 4) for weight in shaken[1:]]
        return dict(zip(names, [round(1 - sum(parts), 4), *parts], strict=True))
