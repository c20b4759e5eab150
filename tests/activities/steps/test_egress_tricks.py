"""Ways around the check that have worked elsewhere: none of them opens a connection. No name is looked up for real."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from activities.steps import egress
from activities.steps.egress import EgressDenied, EgressError, Outgoing, exchange, is_public

NOBODY: frozenset[str] = frozenset()
PUBLIC = "93.184.216.34"


class Net:
    """A resolver that answers as told, and sockets that are never opened: `opened` holds what was tried."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.opened: list[tuple[str, int]] = []

    def look_up(self, host: str, port: int, *_: object, **__: object) -> list[Any]:
        self.asked.append(host)
        answers = self.names.get(host)
        if answers is None:
            try:
                packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
            except OSError:
                raise socket.gaierror(host) from None
            answers = [socket.inet_ntop(socket.AF_INET6 if ":" in host else socket.AF_INET, packed)]
        # What a name has next: the last answer stays.
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in now else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (now, port))]

    def connect(self, host: str, port: int, *_: object) -> Any:
        self.opened.append((host, port))
        return httpcore.MockStream([ANSWERS.get(host, b"HTTP/1.1 204 No Content\r\n\r\n")])


ANSWERS: dict[str, bytes] = {}


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    fake = Net()
    monkeypatch.setattr(egress.socket, "getaddrinfo", fake.look_up)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda self, *rest: fake.connect(*rest))
    yield fake
    ANSWERS.clear()


def get(url: str, allow: frozenset[str] = NOBODY) -> egress.Answer:
    return exchange(Outgoing("GET", url), allow=allow, seconds=5)


def redirects_to(address: str) -> None:
    ANSWERS[PUBLIC] = f"HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_public_name_is_reached_at_its_address(net: Net) -> None:
    net.names["erp.example"] = [PUBLIC]

    assert get("http://erp.example/x").status == 204
    assert net.opened == [(PUBLIC, 80)]


def test_a_name_that_changes_after_the_check_changes_nothing(net: Net) -> None:
    net.names["rebind.example"] = [PUBLIC, "169.254.169.254"]

    get("http://rebind.example/")

    assert net.opened == [(PUBLIC, 80)]
    assert net.asked == ["rebind.example"]


def test_a_name_that_changes_between_two_calls_is_checked_again(net: Net) -> None:
    net.names["rebind.example"] = [PUBLIC, "169.254.169.254"]
    get("http://rebind.example/")

    with pytest.raises(EgressDenied):
        get("http://rebind.example/")

    assert net.opened == [(PUBLIC, 80)]


def test_a_name_that_changes_between_a_redirect_and_its_target_is_checked_again(net: Net) -> None:
    net.names["rebind.example"] = [PUBLIC, "10.0.0.1"]
    redirects_to("http://rebind.example/again")

    with pytest.raises(EgressDenied):
        get("http://rebind.example/")

    assert net.opened == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "//10.0.0.1/", "http://0.0.0.0/"),
        *("http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://127.1/", "http://0/"),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[fe80::1]/"),
        *(
            "http://[fd00::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://inside.example/",
        ),
        *(
            "http://erp.example@127.0.0.1/",
            "http://erp.example:80@10.0.0.1/",
            "https://127.0.0.1#@erp.example/",
        ),
        *("file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://127.0.0.1/", "javascript:1"),
    ],
)
def test_a_redirect_leads_to_no_place_that_could_not_be_called(net: Net, target: str) -> None:
    net.names |= {"erp.example": [PUBLIC], "inside.example": ["192.168.1.1"]}
    redirects_to(target)

    with pytest.raises(EgressError):
        get("http://erp.example/")

    assert net.opened == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://erp.example@127.0.0.1/",
            "http://erp.example:80@127.0.0.1:9/",
            "http://127.0.0.1#@erp.example/",
        ),
        *("http://127.0.0.1?@erp.example/", "http://127.0.0.1/@erp.example", "http://user:pw@[::1]/"),
    ],
)
def test_what_stands_before_an_at_is_not_the_host(net: Net, url: str) -> None:
    net.names["erp.example"] = [PUBLIC]

    with pytest.raises(EgressDenied):
        get(url)

    assert net.opened == []


@pytest.mark.parametrize("url", ["http://127.0.0.1\\@erp.example/", "http://127.0.0.1%2f@erp.example/"])
def test_the_host_that_is_checked_is_the_host_that_is_called(net: Net, url: str) -> None:
    net.names["erp.example"] = [PUBLIC]

    get(url)

    assert net.opened == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127。0。0。1",
            "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
            "①②⑦.⓪.⓪.①",
            "127\uff0e0\uff0e0\uff0e1",
            "LOCALHOST",
            "localhost.",
            "ⓛocalhost",
        ),
        *("xn--", "127.0.0.1.", "2130706433.", "0x7f000001.", "127.0.0.1%00.erp.example", "erp.example\\.x"),
        *(
            "127.000.000.001",
            "0000.0.0.0",
            "[::127.0.0.1]",
            "[::1%251]",
            "[fe80::1%25eth0]",
            "[::ffff:0:7f00:1]",
        ),
    ],
)
def test_another_spelling_of_a_host_is_no_way_in(net: Net, host: str) -> None:
    net.names |= {"localhost": ["127.0.0.1"], "localhost.": ["127.0.0.1"]}
    for dotted in ("127.0.0.1.", "2130706433.", "0x7f000001."):
        net.names[dotted] = ["127.0.0.1"]

    with pytest.raises(EgressError):
        get(f"http://{host}/")

    assert net.opened == []


def test_an_international_name_is_looked_up_as_it_is_encoded(net: Net) -> None:
    net.names["xn--bcher-kva.example"] = [PUBLIC]

    get("http://bücher.example/")

    assert net.asked == ["xn--bcher-kva.example"]
    assert net.opened == [(PUBLIC, 80)]


@pytest.mark.parametrize("port", ["99999", "-1", "80a", "65536", "8 0", "²"])
def test_a_port_that_is_none_is_denied(net: Net, port: str) -> None:
    net.names["erp.example"] = [PUBLIC]

    with pytest.raises(EgressDenied):
        get(f"http://erp.example:{port}/")

    assert net.opened == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://inside.example:8001/",
            "http://inside.example/",
            "http://inside.example:8000@10.0.0.7:8000/",
        ),
        *("http://inside.example.:8000/", "http://10.0.0.7:8000/", "http://x.inside.example:8000/"),
    ],
)
def test_leave_for_one_pair_is_no_leave_for_its_neighbours(net: Net, url: str) -> None:
    net.names |= {name: ["10.0.0.7"] for name in ("inside.example", "inside.example.", "x.inside.example")}
    allow = frozenset({"inside.example:8000"})

    with pytest.raises(EgressDenied):
        get(url, allow)
    assert net.opened == []


@pytest.mark.parametrize(
    "address",
    [
        *("::ffff:169.254.169.254", "::ffff:0:0", "::ffff:10.0.0.1", "::ffff:0.0.0.0", "::a00:1", "100::1"),
        *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "fec0::1", "ff0e::1", "2001:20::1"),
        *("fd00:ec2::254", "fe80::a9fe:a9fe", "0:0:0:0:0:0:0:0", "0.0.0.0", "192.0.0.192", "100.100.100.200"),
        *("168.63.129.16", "169.254.170.2", "198.51.100.1", "203.0.113.1", "192.0.0.170", "255.255.255.255"),
    ],
)
def test_metadata_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
