"""Secrets: sealed before they are stored, revealed for calls only, redacted from everything else.

Keys live in a file (`settings.KEY_FILE`) that only the owner may read. The first key seals; the others still open
what they sealed, until it is sealed anew. A sealed value is `<key id>:<token>`, so the key that it needs is known.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _

from plans.access import require_in
from plans.errors import Invalid, Refused
from plans.models import Organization, Person, Secret

MASK: Final = "•••"
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
MAX_BYTES: Final = 16 * 1024
SHORT: Final = 6  # a shorter part of a secret stands in too much that is none
_PERCENT: Final = re.compile(r"%[0-9A-F]{2}")
_URL_SAFE: Final = str.maketrans("+/", "-_")


class SecretKeyProblem(Refused):
    """The key file, or the key that a value was sealed with, is missing or wrong: an operator must bring it back."""

    code = "secret-key-problem"
    status = 500


class SecretMissing(Refused):
    """A call names a secret that is not set."""

    code = "secret-missing"


def seal(organization: Organization, name: str, value: str, *, by: Person | None = None) -> Secret:
    """Set or replace a secret of the organization."""
    if by is not None:
        require_in(by, "administer", organization)
    if not NAME.fullmatch(name):
        raise Invalid(
            _('secret name "%(name)s" may hold letters, digits and _ only, and starts with no digit')
            % {"name": name}
        )
    if not value:
        raise Invalid(_('secret "%(name)s" needs a value') % {"name": name})
    if len(value.encode()) > MAX_BYTES:
        raise Invalid(
            _('secret "%(name)s" is longer than %(limit)d bytes') % {"name": name, "limit": MAX_BYTES}
        )
    secret, _created = Secret.objects.update_or_create(
        organization=organization, name=name, defaults={"sealed": _seal(value)}
    )
    return secret


def forget(organization: Organization, name: str, *, by: Person) -> None:
    """Delete a secret; calls that name it fail from now on."""
    require_in(by, "administer", organization)
    Secret.objects.filter(organization=organization, name=name).delete()


def reveal(organization_id: int, names: Iterable[str]) -> dict[str, str]:
    """Return the values of the named secrets, for a call that goes out now; raise SecretMissing, SecretKeyProblem."""
    wanted = sorted(set(names))
    rows = Secret.objects.filter(organization_id=organization_id, name__in=wanted)
    sealed = dict(rows.values_list("name", "sealed"))
    for name in wanted:
        if name not in sealed:
            raise SecretMissing(
                _('secret "%(name)s" is not set; an administrator sets it under Settings, Secrets')
                % {"name": name}
            )
    return {name: _open(name, sealed[name]) for name in wanted}


def seal_text(value: str) -> str:
    """Encrypt a text that is no secret of the organization's own, but must not be stored readable (a token)."""
    return _seal(value)


def open_text(sealed: str) -> str:
    """Decrypt what `seal_text` gave; raise SecretKeyProblem."""
    return _open("", sealed)


def redact(text: str, values: Iterable[str]) -> str:
    """Replace every value in the text, also where it stands escaped, percent-encoded or in Base64.

    Of a value in Base64 that holds `user:password`, the credentials and the password are replaced too.
    """
    shapes = {shape for value in values if value for shape in _shapes(value)}
    for shape in sorted(shapes, key=len, reverse=True):
        text = text.replace(shape, MASK)
    return text


def new_key() -> None:
    """Put a fresh key in front: it seals from now on, the older ones still open."""
    path = Path(settings.KEY_FILE)
    _write(path, [_fresh(), *_keys().items()], replace=True)
    _keys.cache_clear()


def _shapes(value: str) -> Iterator[str]:
    for plain in (value, *_credentials(value)):
        yield from (
            plain,
            json.dumps(plain)[1:-1],
            json.dumps(plain, ensure_ascii=False)[1:-1],
            escape(plain),
        )
        for encoded in (quote(plain, safe=""), quote(plain), quote_plus(plain)):
            yield from (encoded, _PERCENT.sub(lambda match: match[0].lower(), encoded))
        yield from _base64(plain.encode())


def _credentials(value: str) -> tuple[str, ...]:
    """Return `user:password` and the password of a value that is both in Base64, as headers of Basic want it."""
    try:
        text = b64decode(value, validate=True).decode()
    except ValueError:
        return ()
    _user, colon, password = text.partition(":")
    return tuple(each for each in (text, password) if len(each) >= SHORT) if colon else ()


def _base64(value: bytes) -> Iterator[str]:
    """Give the Base64 of the value alone, and what of it stands in the Base64 of a longer text around it."""
    whole = b64encode(value).decode()
    inner = []
    if len(value) >= SHORT:
        for before in range(3):
            encoded = b64encode(b"\0" * before + value).decode().rstrip("=")
            # Its first and last letters hold bits of the neighbours as well.
            inner.append(
                encoded[(0, 2, 3)[before] : len(encoded) - (0 if (before + len(value)) % 3 == 0 else 1)]
            )
    for text in (whole, whole.rstrip("="), *inner):
        yield text
        yield text.translate(_URL_SAFE)


def _seal(value: str) -> str:
    key_id, key = next(iter(_keys().items()))
    return f"{key_id}:{Fernet(key).encrypt(value.encode()).decode()}"


def _open(name: str, sealed: str) -> str:
    key_id, _separator, token = sealed.partition(":")
    key = _keys().get(key_id)
    words = {"name": name, "key": key_id, "file": settings.KEY_FILE}
    if key is None:
        raise SecretKeyProblem(
            _(
                'secret "%(name)s" was sealed with key %(key)s, which is not in %(file)s; '
                "put the key file back, or set the secret again"
            )
            % words
        )
    try:
        return Fernet(key).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise SecretKeyProblem(
            _(
                'secret "%(name)s" can\'t be opened with key %(key)s of %(file)s: it is another key of that name, '
                "or the stored value was changed; put the right key file back, or set the secret again"
            )
            % words
        ) from error


@lru_cache(maxsize=1)
def _keys() -> dict[str, str]:
    path = Path(settings.KEY_FILE)
    if not path.exists():
        _write(path, [_fresh()], replace=False)
    try:
        entries = json.loads(path.read_text())["keys"]
        keys = {str(entry["id"]): str(entry["key"]) for entry in entries}
        for key in keys.values():
            Fernet(key)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SecretKeyProblem(
            _("the key file %(file)s can't be read (%(why)s); put the right one back")
            % {"file": path, "why": type(error).__name__}
        ) from error
    if not keys:
        raise SecretKeyProblem(
            _("the key file %(file)s holds no key; put the right one back") % {"file": path}
        )
    return keys


def _fresh() -> tuple[str, str]:
    return secrets.token_hex(4), Fernet.generate_key().decode()


def _write(path: Path, keys: Iterable[tuple[str, str]], *, replace: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"keys": [{"id": key_id, "key": key} for key_id, key in keys]}, indent=1)
    # mkstemp makes the file 0600; the link or rename lets others see it whole or not at all.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    with os.fdopen(handle, "w") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        os.replace(draft, path)
        return
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its keys count
    finally:
        os.unlink(draft)
