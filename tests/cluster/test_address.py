import pytest

from ner.cluster.address import Address
from ner.errors import InputError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("n1:2222", "n1", 2222), ("ner-0.ner.svc:80", "ner-0.ner.svc", 80), ("[::1]:65535", "::1", 65535)],
)
def test_address_reads_what_it_writes(text, host, port):
    assert Address.parse(text) == (host, port)
    assert str(Address(host, port)) == text


@pytest.mark.parametrize(
    "text",
    ["", "n1", "n1:", ":2222", "n1:0", "n1:65536", "n1:x", "n1:٣", "::1:2222", "[::1]", "[n1]:2222", "n 1:2", "n1:2\n"],
)
def test_address_refuses_anything_but_host_and_port(text):
    with pytest.raises(InputError, match=r"is not an address: expected HOST:PORT"):
        Address.parse(text)


@pytest.mark.parametrize("text", ["http://n1:80", "n1,n2:80", "me@n1:80"])
def test_address_refuses_more_than_host_and_port(text):
    with pytest.raises(InputError, match=r"is not an address: expected HOST:PORT"):
        Address.parse(text)


@pytest.mark.parametrize("text", ["a..b:2222", f"{'a' * 64}:2222"])
def test_address_refuses_a_name_that_no_host_can_have(text):
    with pytest.raises(InputError, match=r"is not an address: no host can have"):
        Address.parse(text)
