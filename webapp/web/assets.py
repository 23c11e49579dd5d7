"""Static files under names that contain their content's hash, so that browsers keep them for good.

``url("css/base.css")`` is ``/static/css/base.1f2e3d4c5b.css``. The plain name and the name of an
older content are served as well, to be asked for again each time. References from a style sheet
(``url(../fonts/x.woff2)``, ``@import``) are rewritten to such names when it is served, without the
comments and the space that only its authors read.

``css/base+layout.css`` is the two files one after another: a page asks for one file where it would
ask for several, which matters over HTTP/1.1 and a slow line.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import quote

import anyio.to_thread
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from webapp.web.stylesheets import shrunk
from webapp.web.views import is_current, unchanged

ICONS = "icons.svg"
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, max-age=0, must-revalidate"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
_TEXT = {".css", ".js", ".mjs", ".json", ".map", ".svg", ".txt", ".html", ".webmanifest"}
_MOST_JOINED = 12
_SMALL = 256 * 1024
"""Bytes of a file that is not text up to which it is kept: fonts, that every first visit wants."""
_SYMBOL = re.compile(r'<symbol id="(?P<name>[^"]+)"[^>]*>(?P<shapes>.*?)</symbol>', re.DOTALL)
_HASHED = re.compile(r"(?P<stem>.+)\.(?P<hash>[0-9a-f]{10})(?P<suffix>\.[A-Za-z0-9]+)")
_REFERENCE = re.compile(
    r"""(?P<before>url\(\s*|@import\s+)(?P<quote>["']?)(?P<path>[^"')\s;]+)(?P=quote)"""
)


@dataclass(slots=True)
class _File:
    """What is known of a file; the bytes of texts and of small files are kept."""

    path: Path
    hash: str
    stamp: tuple[int, int]
    type: str
    body: bytes | None = None
    gzipped: bytes | None = field(default=None)


class Assets:
    """The files under ``directory``, to be mounted at ``prefix``; also an ASGI application.

    Each file is read and hashed when it is first asked for. With ``debug`` a changed file is
    noticed; without, files are taken not to change while the process runs.
    """

    def __init__(self, directory: Path, prefix: str = "/static", *, debug: bool = False) -> None:
        self._directory = directory.resolve()
        self._prefix = prefix
        self._debug = debug
        self._files: dict[str, _File] = {}
        self._drawings: dict[str, Markup] = {}
        self._drawn_from: _File | None = None

    def url(self, name: str) -> str:
        """The path of ``css/base.css`` with its hash. Raises ``LookupError`` for no such file."""
        file = self._file(name)
        if file is None:
            raise LookupError(f"There is no static file {name!r}.")
        self._files[name] = file
        return f"{self._prefix}/{quote(_with_hash(name, file.hash), safe='/+')}"

    def drawing(self, name: str) -> Markup:
        """What an icon is drawn of, to stand in a page: the shapes of ``icons.svg#name``.

        A page that refers to the file has it fetched, read as a document and copied for each icon.
        Raises ``LookupError`` for no such icon.
        """
        file = self._file(ICONS)
        if file is not None and file is not self._drawn_from:
            drawn = (file.body or b"").decode()
            self._drawings = {
                each["name"]: Markup(each["shapes"])  # noqa: S704 (a file of ours)
                for each in _SYMBOL.finditer(drawn)
            }
            self._drawn_from = file
        if name not in self._drawings:
            raise LookupError(f"There is no icon {name!r}.")
        return self._drawings[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        request = Request(scope)
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        found = self._at_hand(name) or await anyio.to_thread.run_sync(self._asked, name)
        if found is None:
            raise HTTPException(404)
        file, for_good = found
        await self._answer(request, file, for_good)(scope, receive, send)

    def _at_hand(self, name: str) -> tuple[_File, bool] | None:
        """The file meant by a hashed name that a page has: nothing is looked for on the disk."""
        match = _HASHED.fullmatch(name)
        if match is None or self._debug:
            return None
        file = self._files.get(match["stem"] + match["suffix"])
        return (file, True) if file is not None and file.hash == match["hash"] else None

    def _asked(self, name: str) -> tuple[_File, bool] | None:
        """The file meant by the plain or hashed ``name``, and whether it may be kept for good."""
        file = self._file(name)
        if file is not None:
            return file, False
        match = _HASHED.fullmatch(name)
        if match is None:
            return None
        file = self._file(match["stem"] + match["suffix"])
        if file is None:
            return None
        return file, file.hash == match["hash"]

    def _answer(self, request: Request, file: _File, for_good: bool) -> Response:
        etag = f'"{file.hash}"'
        headers = {
            "Cache-Control": FOR_GOOD if for_good else ASK_AGAIN,
            "ETag": etag,
            "Content-Type": file.type,
        }
        in_part = "range" in request.headers and not _is_text(file.path)
        if file.body is None or in_part:
            response: Response = FileResponse(file.path, headers=headers)
        elif file.gzipped is not None and accepts_gzip(request.headers):
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            response = Response(file.gzipped, headers=headers)
        else:
            response = Response(file.body, headers=headers)
        return unchanged(response) if is_current(request, etag) else response

    def _file(self, name: str, above: tuple[str, ...] = ()) -> _File | None:
        known = self._files.get(name)
        if known is not None and not self._debug:
            return known
        if "+" in PurePosixPath(name).name:
            return self._joined(name)
        path = self._inside(name)
        if path is None:
            return None
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        if known is not None and known.stamp == stamp and path.suffix != ".css":
            return known
        file = self._read(name, path, stamp, above)
        self._files[name] = file
        return file

    def _joined(self, name: str) -> _File | None:
        """The text files of one folder that ``name`` puts together; None if one of them is not one.

        Only what a page of ours asks for (``url``) is kept: visitors could put together anything.
        """
        path = PurePosixPath(name)
        stems = path.stem.split("+")
        if not _is_text(path) or len(stems) > _MOST_JOINED or len(set(stems)) < len(stems):
            return None
        bodies: list[bytes] = []
        for stem in stems:
            part = self._file(str(path.with_name(stem + path.suffix))) if stem else None
            if part is None or part.body is None:
                return None
            bodies.append(part.body)
        return _kept(self._directory / name, b"\n".join(bodies), (0, 0))

    def _inside(self, name: str) -> Path | None:
        """The file called ``name`` if there is one and it lies in the directory."""
        parts = PurePosixPath(name).parts
        if not name or "\0" in name or "\\" in name or name.startswith("/"):
            return None
        if any(part.startswith(".") for part in parts):
            return None
        try:
            path = (self._directory / name).resolve()
            if not path.is_relative_to(self._directory) or not path.is_file():
                return None
        except (OSError, ValueError):  # a name longer than the file system allows
            return None
        return path

    def _read(self, name: str, path: Path, stamp: tuple[int, int], above: tuple[str, ...]) -> _File:
        if not _is_text(path) and stamp[1] > _SMALL:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()[:10]
            return _File(path, digest, stamp, _type(path))
        body = path.read_bytes()
        if path.suffix.lower() == ".css":
            body = self._rewritten(name, shrunk(body.decode("utf-8")), (*above, name)).encode()
        return _kept(path, body, stamp)

    def _rewritten(self, name: str, css: str, above: tuple[str, ...]) -> str:
        """The style sheet with its references to our files changed to their hashed names."""

        def hashed(match: re.Match[str]) -> str:
            path, mark, rest = _parted(match["path"])
            if not path or path.startswith(("/", "#")) or ":" in path:
                return match[0]
            target = _normal(PurePosixPath(name).parent / path)
            if target is None or target in above:  # two sheets that import each other
                return match[0]
            file = self._file(target, above)
            if file is None:
                return match[0]
            new = _with_hash(path, file.hash) + mark + rest
            return f"{match['before']}{match['quote']}{new}{match['quote']}"

        return _REFERENCE.sub(hashed, css)


def _type(path: Path) -> str:
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _TYPES.get(path.suffix.lower(), guessed)


def _is_text(path: PurePath) -> bool:
    return path.suffix.lower() in _TEXT


def _kept(path: Path, body: bytes, stamp: tuple[int, int]) -> _File:
    is_worth_it = _is_text(path) and len(body) > 600
    gzipped = gzip.compress(body, 9, mtime=0) if is_worth_it else None
    digest = hashlib.sha256(body).hexdigest()[:10]
    return _File(path, digest, stamp, _type(path), body, gzipped)


def accepts_gzip(headers: Headers) -> bool:
    """Whether the visitor takes gzip (``gzip;q=0`` says no)."""
    for offer in headers.get("Accept-Encoding", "").split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip().lower() in {"gzip", "*"}:
            return quality.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _with_hash(name: str, digest: str) -> str:
    path = PurePosixPath(name)
    hashed = f"{path.stem}.{digest}{path.suffix}"
    return hashed if "/" not in name else f"{name.rpartition('/')[0]}/{hashed}"


def _parted(reference: str) -> tuple[str, str, str]:
    """A reference as path and what follows ``?`` or ``#``."""
    for mark in ("?", "#"):
        if mark in reference:
            return reference.partition(mark)
    return reference, "", ""


def _normal(path: PurePosixPath) -> str | None:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
