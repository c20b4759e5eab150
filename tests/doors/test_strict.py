"""What an address takes is found out safely, however many ask first."""

from __future__ import annotations

import pytest

from config import strict


def test_operations_are_described_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded: list[bool] = []

    def described(callback: object, method: str) -> tuple[frozenset[str], None]:
        guarded.append(strict.DESCRIBING.locked())
        return frozenset(), None

    monkeypatch.setattr(strict, "_described", described)

    assert strict.takes(object(), "GET") == (frozenset(), None)
    assert guarded == [True]
