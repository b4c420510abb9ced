"""Parses and formats `host:port`; an IPv6 host is in brackets: `[::1]:2222`."""

import re
from typing import NamedTuple

from ner.errors import InputError


class Address(NamedTuple):
    """The host and port on which a worker listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises `InputError` unless `text` is `host:port` or `[IPv6 address]:port`, with a port of 1 to 65535."""
        match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^\s:\[\]/,@]+)):(\d{1,5})", text, re.ASCII)
        if not match or not 1 <= int(match[3]) <= 65535:
            raise InputError(f"{text!r} is not an address: expected HOST:PORT, an IPv6 host in brackets ([::1]:2222)")
        host = match[1] or match[2]
        try:
            host.encode("idna")
        except UnicodeError:
            raise InputError(f"{text!r} is not an address: no host can have this name") from None
        return cls(host, int(match[3]))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
