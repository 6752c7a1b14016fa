"""Damages to the bytes of a file: cut off, changed, in another encoding from some place on."""

import random
from collections.abc import Callable


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 3, 40]) if data else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice([1, 2, 7, 300])) + data[at:]


def _delete(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice([1, 2, 7, 300]) :]


def _half_in(encoding: str) -> Callable[[bytes, random.Random], bytes]:
    def damage(data: bytes, rng: random.Random) -> bytes:
        at = rng.randrange(len(data) + 1)
        return data[:at] + data[at:].decode("utf-8", "replace").encode(encoding, "replace")

    return damage


def _lone_mark(data: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\0" * 100, b"[", b"{"]
    )


BYTE_DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "truncated": truncate,
    "bytes flipped": flip,
    "bytes inserted": _insert,
    "bytes deleted": _delete,
    "half of it in latin-1": _half_in("latin-1"),
    "half of it in cp1252": _half_in("cp1252"),
    "half of it in utf-16": _half_in("utf-16-le"),
    "a mark in front": lambda data, rng: rng.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\xef\xbb\xbf", b"\n\n", b"sep=,\n"]) + data,
    "a lone mark": _lone_mark,
}  # fmt: skip
