"""What may be reached, and what a call survives."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import pytest

from activities.steps import egress
from activities.steps.egress import EgressDenied, EgressError, EgressTimeout, Outgoing, exchange, is_public

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *(
            "198.18.0.1",
            "192.88.99.1",
            "::",
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd12::1",
            "fec0::1",
        ),
        *("ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
        *("64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "2001::1", "not an address", ""),
    ],
)
def test_all_other_addresses_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/", "http://[::ffff:127.0.0.1]:9/"),
        *(
            "http://2130706433:9/",
            "http://0x7f000001:9/",
            "http://0x7f.1:9/",
            "http://127.1:9/",
            "http://0177.0.0.1:9/",
        ),
        *("http://0:9/", "http://0.0.0.0:9/", "http://[::]:9/", "http://169.254.169.254/latest/meta-data"),
        *("ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "http:///x"),
    ],
)
def test_an_address_that_is_not_public_is_denied(url: str) -> None:
    with pytest.raises(EgressDenied, match="service bridge egress denied"):
        exchange(Outgoing("GET", url), allow=NOBODY, seconds=5)


def test_the_denial_names_the_host_and_what_an_operator_can_do() -> None:
    with pytest.raises(EgressDenied) as caught:
        exchange(Outgoing("GET", "http://127.0.0.1:81/"), allow=NOBODY, seconds=5)

    assert str(caught.value) == (
        "service bridge egress denied: 127.0.0.1 is not at a public address;"
        ' an operator can allow "127.0.0.1:81" by EGRESS_ALLOW'
    )


def test_an_allowed_pair_is_reached_and_no_other_port_or_spelling(service: Any) -> None:
    allow = frozenset({service.address})

    assert exchange(Outgoing("GET", service.url), allow=allow, seconds=5).status == 200
    for other in (
        f"http://localhost:{service.port}",
        f"http://2130706433:{service.port}",
        "http://127.0.0.1:9",
    ):
        with pytest.raises(EgressDenied):
            exchange(Outgoing("GET", other), allow=allow, seconds=5)
    assert len(service.requests) == 1


def test_one_private_address_of_a_name_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves_to(monkeypatch, ["8.8.8.8", "10.0.0.1"])

    with pytest.raises(EgressDenied, match=r"rebind\.example"):
        exchange(Outgoing("GET", "http://rebind.example/"), allow=NOBODY, seconds=5)


def test_the_checked_address_is_connected_to_without_a_second_lookup(
    monkeypatch: pytest.MonkeyPatch, service: Any
) -> None:
    lookups = _resolves_to(monkeypatch, ["127.0.0.1"])
    allow = frozenset({f"erp.example:{service.port}"})

    answer = exchange(Outgoing("GET", f"http://erp.example:{service.port}/x"), allow=allow, seconds=5)

    assert answer.status == 200
    assert lookups == ["erp.example", "127.0.0.1"]  # the second reads the address itself, and asks nobody
    assert service.requests[0]["headers"]["host"] == f"erp.example:{service.port}"


def test_a_redirect_is_checked_as_the_first_address_was(service: Any) -> None:
    service.says(302, Location="http://127.0.0.1:9/inside")

    with pytest.raises(EgressDenied):
        exchange(Outgoing("GET", service.url), allow=frozenset({service.address}), seconds=5)


def test_a_redirect_to_a_file_is_denied(service: Any) -> None:
    service.says(302, Location="file:///etc/passwd")

    with pytest.raises(EgressError):
        exchange(Outgoing("GET", service.url), allow=frozenset({service.address}), seconds=5)


def test_redirects_end_after_five(service: Any) -> None:
    service.says(302, Location="/again")

    with pytest.raises(EgressError, match="more than 5 redirects"):
        exchange(Outgoing("GET", service.url), allow=frozenset({service.address}), seconds=5)
    assert len(service.requests) == 6


def test_headers_that_may_hold_secrets_do_not_follow_to_another_origin(service: Any, settings: Any) -> None:
    origin = f"http://localhost:{service.port}"

    def answer(request: dict[str, Any]) -> Any:
        return (307, {"Location": f"{origin}/there"}, b"") if request["path"] == "/here" else (200, {}, b"ok")

    service.answer = answer
    allow = frozenset({service.address, f"localhost:{service.port}"})
    headers = {
        "Authorization": "Bearer s3cret",
        "X-Api-Key": "s3cret",
        "Content-Type": "text/plain",
        "Idempotency-Key": "k",
    }

    exchange(Outgoing("POST", f"{service.url}/here", headers, b"hello"), allow=allow, seconds=5)

    first, second = service.requests
    assert first["headers"]["x-api-key"] == "s3cret"
    assert "s3cret" not in json.dumps(second["headers"])
    assert second["headers"]["idempotency-key"] == "k"
    assert second["body"] == b"hello"


def test_a_refused_connection_is_an_error_that_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(EgressError, match="refused"):
            exchange(
                Outgoing("GET", f"http://127.0.0.1:{port}"), allow=frozenset({f"127.0.0.1:{port}"}), seconds=5
            )


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_a_server_that_drips_is_cut_off_at_the_deadline(first: bytes) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drip, args=(server, first, stop), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        with pytest.raises(EgressTimeout):
            exchange(
                Outgoing("GET", f"http://127.0.0.1:{port}"),
                allow=frozenset({f"127.0.0.1:{port}"}),
                seconds=0.4,
            )
        stop.set()
        thread.join()


def test_an_answer_that_is_too_large_is_refused(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "MAX_ANSWER_BYTES", 1000)
    service.answer = lambda request: (200, {}, b"x" * 5000)

    with pytest.raises(EgressError, match="larger than"):
        exchange(Outgoing("GET", service.url), allow=frozenset({service.address}), seconds=5)


def test_a_request_does_not_show_its_headers() -> None:
    assert "s3cret" not in repr(Outgoing("GET", "http://s3cret@x/", {"Authorization": "s3cret"}, b"s3cret"))


def _resolves_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    asked: list[str] = []

    def look_up(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(egress.socket, "getaddrinfo", look_up)
    return asked


def _drip(server: socket.socket, first: bytes, stop: threading.Event) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(first)
        while not stop.wait(0.05):
            try:
                connection.sendall(b"H")
            except OSError:
                return
