"""Password hashes of people, through passlib (distribution: libpass); the only module that imports it."""

import hashlib
import hmac
import os
import threading
from collections import OrderedDict

from passlib.context import CryptContext
from passlib.hash import pbkdf2_sha256

# Enough for the people and scripts that use one worker at a time; each entry is two hundred bytes.
_REMEMBERED = 512
# A hash takes a core for its whole time: more at once would only let strangers crowd out the other requests.
_AT_ONCE = 2
# What passlib takes; hashing longer ones would be work that strangers choose the size of.
LONGEST = 4_096
# More that wait for their turn would hold the threads that other requests need.
_WAITING = 32


class TooManyAtOnce(Exception):
    """So many passwords are being hashed and verified that one more is turned away."""


class Passwords:
    """Hashes and verifies. A password that was verified is remembered by a keyed digest, so that scripts which
    send basic auth with every request do not pay the slow hash each time.

    The digest covers the stored hash, so a changed password is forgotten by itself.
    """

    def __init__(self, rounds: int) -> None:
        """``rounds`` of PBKDF2-HMAC-SHA256; each thousand costs about half a millisecond of CPU."""
        self._context = CryptContext(schemes=["pbkdf2_sha256"], pbkdf2_sha256__rounds=rounds)
        # What verifies as slowly as any other hash and is no password's; to compute one would delay each start.
        self._unknown_user = pbkdf2_sha256(
            checksum=os.urandom(32), salt=os.urandom(16), rounds=rounds, use_defaults=True
        ).to_string()
        self._digest_key = os.urandom(32)
        self._verified: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()
        self._hashing = threading.BoundedSemaphore(_AT_ONCE)
        self._places = threading.BoundedSemaphore(_WAITING)

    def hash(self, password: str) -> str:
        """The text to store for ``password``. Raises TooManyAtOnce."""
        if not self._places.acquire(blocking=False):
            raise TooManyAtOnce
        try:
            with self._hashing:
                return str(self._context.hash(password))
        finally:
            self._places.release()

    def verify(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the one of ``stored``. For None (no such user) it takes as long and says no.

        Raises TooManyAtOnce.
        """
        if len(password.encode("utf-8", "replace")) > LONGEST:
            password, stored = "", None
        digest = hmac.digest(self._digest_key, f"{stored}\0{password}".encode("utf-8", "replace"), hashlib.sha256)
        with self._lock:
            if digest in self._verified:
                self._verified.move_to_end(digest)
                return True
        if not self._places.acquire(blocking=False):
            raise TooManyAtOnce
        try:
            with self._hashing:
                right = bool(self._context.verify(password, stored or self._unknown_user)) and stored is not None
        finally:
            self._places.release()
        if right:
            with self._lock:
                self._verified[digest] = None
                while len(self._verified) > _REMEMBERED:
                    self._verified.popitem(last=False)
        return right
