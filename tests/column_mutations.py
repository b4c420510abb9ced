"""Column files as nobody should write them: bytes, lines and columns of a good one changed at random."""

import gzip
import zlib
from collections.abc import Callable
from random import Random

SEEDS = (
    b"EU B-ORG\nrejects O\nGerman B-MISC\ncall O\n\nNew B-LOC\nYork I-LOC\n\nPeter B-PER\nBlackburn I-PER\n" * 2,
    b"EU\tNNP\tI-ORG\nrejects\tVBZ\tO\n\nAnn\tNNP\tI-PER\nEve\tNNP\tB-PER\n\n-DOCSTART-\t-X-\tO\n\nis\tVBZ\tO\n" * 2,
    b"# id = 1\n1-2\tdon't\tO\tSpaceAfter=No\n1\tdo\tO\t_\n2\tn't\tO\t_\n3\tgo\tB-X\tSpaceAfter=No\n3.1\tgone\tO\t_\n\n"
    b"# id = 2\n1\tIs\tO\t_\n2\tit\tB-X\tx=y|SpaceAfter=No\n" * 2,
    "\ufeff-DOCSTART- O\r\n\r\n#wow O\r\n# O\r\n# a comment\r\nÅse S-PER\r\nfór B-LOC\r\nút E-LOC\r\n".encode(),
    b"0\tIn\tO\n1\t1975\tO\n2\tOslo\tB-LOC\n\n0\tShe\tO\n1\tleft\tO\n2\tOslo\tU-LOC\n3\tBay\tL-LOC\n" * 2,
)

_INSERTS = (
    *(b"\n", b"\r\n", b"\r", b"\n\n", b" ", b"\t", b"\t\t", b"  ", b" \t ", b"#", b"# ", b"\x00", b"\x0b", b"\x0c"),
    *(b"\x1a", b"\xff", b"\xc3", b"\xe2\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff\xfe", b"\xef\xbb\xbf"),
    *(b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xe3\x80\x80", b"\xe2\x80\x8b"),
    *(b"-DOCSTART-", b"\n-DOCSTART-\n", b"-DOCSTART- -X- O O\n", b"\t-DOCSTART-\tO\n", b"SpaceAfter=No", b"|"),
    *(b"O", b"B-X", b"I-Y", b"S-X", b"E-X", b"U-Y", b"L-Y", b"M-X", b"B_X", b"I-", b"-", b"b-x", b"B-X-Y"),
    *(b"B-\xc2\xa0", b"\xf0\x9f\x98\x80", b"\xcc\x81"),
    *(b"7-8\t", b"7.1\t", b"8-7\t", b"7-8-9\t", b"1\t", b"0\t", b"\xd9\xa3\t", b"\xc2\xb2\t", b"9999999999\t", b"-1\t"),
    *(b"\x1f\x8b", b"\n \n", b"\n\t\r\n", b" O\n", b"\tO\n", b"a O", b"a\tO"),
)


def mutate(random: Random, content: bytes) -> bytes:
    """Some changes of any kind to `content`, mostly few."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        content = random.choice(_MUTATIONS)(random, content)
    return content


def _flip(random: Random, content: bytes) -> bytes:
    changed = bytearray(content or b"\n")
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _insert(random: Random, content: bytes) -> bytes:
    place = random.randint(0, len(content))
    return content[:place] + random.choice(_INSERTS) * random.choice((1, 1, 1, 2, 9)) + content[place:]


def _cut(random: Random, content: bytes) -> bytes:
    first, last = sorted(random.randint(0, len(content)) for _ in range(2))
    return random.choice((content[:last], content[first:], content[:first] + content[last:], content[first:last]))


def _edit_line(random: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    place, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(6)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(place, lines[other])
    elif kind == 2:
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == 3:
        lines[place] = random.choice(_INSERTS) + lines[place]
    elif kind == 4:
        lines[place] += random.choice(_INSERTS)
    else:
        lines[place] = lines[place] * random.choice((2, 50))
    return b"\n".join(lines)


def _edit_column(random: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    place = random.randrange(len(lines))
    separator = b"\t" if b"\t" in lines[place] else b" "
    columns = lines[place].split(separator)
    column = random.randrange(len(columns))
    columns[column : column + random.randint(0, 1)] = [random.choice(_INSERTS)] * random.randint(0, 2)
    lines[place] = random.choice((separator, separator, b" ", b"\t", b"  ")).join(columns)
    return b"\n".join(lines)


def _edit_all_lines(random: Random, content: bytes) -> bytes:
    kind = random.randrange(6)
    if kind == 0:
        return content.replace(b"\r\n", b"\n").replace(b"\n", random.choice((b"\r\n", b"\r", b" \n", b"\n\n")))
    if kind == 1:
        return content.replace(b"\t", b" ") if b"\t" in content else content.replace(b" ", b"\t")
    if kind == 2:
        return content.rstrip(b"\r\n")
    if kind == 3:
        return b"\n" * random.randint(1, 3) + content
    if kind == 4:
        return content * random.choice((2, 3))
    return content.replace(b"-", random.choice((b"_", b"-", b"")))


def _recode(random: Random, content: bytes) -> bytes:
    text, packed = content.decode(errors="replace"), gzip.compress(content, mtime=0)
    forms = (
        *(text.encode(name, errors="replace") for name in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1")),
        *(packed, packed, packed, packed + bytes(8), packed + b"garbage", packed + b"\x1f\x8b", packed + packed),
        b"".join(gzip.compress(part, mtime=0) for part in (content[:40], content[40:], b"")),
        *(gzip.compress(packed, mtime=0), zlib.compress(content)),
    )
    return random.choice(forms)


_Mutation = Callable[[Random, bytes], bytes]
_MUTATIONS: tuple[_Mutation, ...] = (
    *(_flip, _insert, _insert, _cut, _edit_line, _edit_line, _edit_column, _edit_column, _edit_column),
    *(_edit_all_lines, _recode),
)
