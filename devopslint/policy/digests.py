"""BLAKE2b without what `hashlib` loads besides: OpenSSL, which takes longer than the digests of most runs."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # another Python than CPython
    from hashlib import blake2b

__all__ = ["blake2b"]
