"""The servers that other tests stand on."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests.support import services

pytestmark = pytest.mark.services


def test_a_database_is_empty_and_leaves_nothing_behind() -> None:
    with services.postgres_database() as url, psycopg.connect(url) as connection:
        name = url.rsplit("/", 1)[1]
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()

    with psycopg.connect(services.postgres_server()) as connection:
        left = connection.execute("select count(*) from pg_database where datname = %s", [name]).fetchone()

    assert (tables, left) == ((0,), (0,))


def test_two_redis_databases_at_a_time_are_two() -> None:
    with services.redis_database() as one, services.redis_database() as other:
        redis.Redis.from_url(one).set("seen", "here")

        assert one != other
        assert redis.Redis.from_url(other).get("seen") is None


def test_a_redis_database_that_holds_something_is_left_alone(redis_server: services.RedisServer) -> None:
    somebodys = redis.Redis.from_url(f"{redis_server.url}/15")
    somebodys.set("key", "value")

    taken = services.take_redis_database(redis_server.url)

    assert not taken.endswith("/15")
    assert somebodys.get("key") == b"value"


def test_servers_of_our_own_start_where_none_answers() -> None:
    assert services.postgres_answers(services.start_postgres())
    assert services.redis_answers(services.start_redis())


def test_a_killed_redis_comes_back_empty_at_its_address(redis_server: services.RedisServer) -> None:
    redis.Redis.from_url(redis_server.url).set("key", "value")

    redis_server.kill()
    redis_server.start()

    assert redis.Redis.from_url(redis_server.url).dbsize() == 0


def test_without_programs_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "postgres_programs", lambda: None)

    with pytest.raises(services.Unavailable, match="apt-get install postgresql, or set TEST_DATABASE_URL"):
        services.start_postgres()
