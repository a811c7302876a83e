"""A bounded mapping that evicts the least recently used entry."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """At most `capacity` entries; the least recently used is evicted. Not thread-safe."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self._capacity = capacity
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def get(self, key: K) -> V | None:
        """The value, which counts as a use; None when it is not there."""
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def get_or_create(self, key: K, create: Callable[[], V]) -> V:
        """The value, made and set when it is not there."""
        value = self.get(key)
        if value is None:
            value = create()
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Set the value."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def pop(self, key: K) -> V | None:
        """Remove the entry; its value."""
        return self._entries.pop(key, None)

    def keys(self) -> list[K]:
        """The keys, least recently used first."""
        return list(self._entries)
