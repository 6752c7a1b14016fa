"""Names a database by its URL without the secrets in it, and takes them out of the messages of drivers."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

_URL = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)://(?P<rest>.*)", re.DOTALL)
_PUBLIC = re.compile(r"[\w.:\[\]\\/ -]*")
_FILES = ("sqlite", "duckdb")
_LONG_SECRET = 4  # characters; shorter ones are taken out only where they stand alone
_ODBC = ("odbc_connect",)
HIDDEN = "***"


def scheme_of(url: str) -> str:
    """Return the dialect of a URL in lower case, without its driver; '' where there is none."""
    match = _URL.match(url)
    return match["scheme"].lower().split("+")[0] if match else ""


def public_name(url: str) -> str:
    """Return what a database may be called in messages: dialect, host and database, nothing else.

    Where a URL is put together so that a secret may stand in the host or database, these are left out.

    Examples
    --------
    >>> public_name("postgresql+psycopg://ana:secret@db.example.org:5432/music?sslmode=require")
    'postgresql://db.example.org/music'
    >>> public_name("postgresql://ana:se@cret/x@db.example.org/music")
    'postgresql://…'
    """
    match = _URL.match(url)
    if not match:
        return "the database"
    scheme = scheme_of(url)
    rest = match["rest"]
    if scheme in _FILES and "@" not in rest:
        return f"{scheme}://{rest.split('?', 1)[0]}"
    userinfo, host, database = _parts(rest)
    if userinfo is None and ("@" in rest or not host):
        host = database = ""
    host = re.sub(r":\d*$", "", host)
    if "@" in host + database or (":" in host and "[" not in host):
        return f"{scheme}://…"  # what stands there may be a password
    if not _PUBLIC.fullmatch(host) or not _PUBLIC.fullmatch(database):
        return f"{scheme}://…"
    return f"{scheme}://{host}{'/' + database if database else ''}" if host or database else f"{scheme}://…"


def without_secrets(url: str) -> str:
    """Return a URL that may be stored: driver, host, port and database, without user, password and settings.

    Where a secret may stand in the host or database, these are left out, and the URL opens nothing.

    Examples
    --------
    >>> without_secrets("postgresql+psycopg://ana:secret@db.example.org:5432/music?sslmode=require")
    'postgresql+psycopg://db.example.org:5432/music'
    >>> without_secrets("postgresql://ana:se@cret/x@db.example.org/music")
    'postgresql://…'
    """
    match = _URL.match(url)
    public = public_name(url)
    if not match or public.endswith("…"):
        return public
    if scheme_of(url) in _FILES and "@" not in match["rest"]:
        return f"{match['scheme']}://{match['rest'].split('?', 1)[0]}"
    _, host, database = _parts(match["rest"])
    return f"{match['scheme']}://{host}{'/' + database if database else ''}"


def scrubbed(text: str, url: str) -> str:
    """Return a driver's message on one line, without user, password and other secrets of the URL in any spelling."""
    line = " ".join(text.split())
    for secret in sorted(_spellings(_secrets(url)), key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < _LONG_SECRET or secret.isalpha():
            pattern = rf"(?<!\w){pattern}(?!\w)"
        line = re.sub(pattern, HIDDEN, line, flags=re.IGNORECASE)
    return line


def _parts(rest: str) -> tuple[str | None, str, str]:
    """Return user and password, host, and database of what follows ``://``, as SQLAlchemy parts them."""
    match = re.match(r"(?P<user>[^:/]*(?::[^@]*)?)@(?P<rest>.*)", rest, re.DOTALL)
    userinfo, after = (match["user"], match["rest"]) if match else (None, rest)
    host, _, database = after.split("?", 1)[0].partition("/")
    return userinfo, host, database


def _secrets(url: str) -> Iterable[str]:
    """Yield what must not be shown: user, password, what is before the last @, and the values after the '?'."""
    match = _URL.match(url)
    if not match:
        yield url
        return
    rest = match["rest"]
    yield rest
    userinfo, _, _ = _parts(rest)
    for before in (userinfo or "", rest.rpartition("@")[0]):
        user, _, password = before.partition(":")
        yield from (before, user, password, *re.split(r"[@/:?#&=]", before))
    for name, value in parse_qsl(rest.partition("?")[2], keep_blank_values=True):
        yield value or name
        if name.lower() in _ODBC:
            yield from (setting.partition("=")[2].strip("{} ") for setting in value.split(";"))
    yield from (part.partition("=")[2] for part in rest.partition("?")[2].split("&"))


def _spellings(secrets: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for secret in secrets:
        for text in (secret, unquote(secret), unquote_plus(secret)):
            found |= {text, quote(text), quote(text, safe=""), quote_plus(text), repr(text)[1:-1], ascii(text)[1:-1]}
    return {text for text in found if text.strip() and not text.isspace()}
