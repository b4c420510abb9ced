import pytest

from data_tools.readers.file_kinds import looks_like


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PAR1\x15\x04", "Parquet"),
        (b"PK\x03\x04...", "ZIP archive"),
        (b"train.txt".ljust(257, b"\0") + b"ustar  \0", "a TAR archive; unpack it"),
        ("EU B-ORG\n".encode("utf-16-le") * 9, "UTF-16 text without a byte order mark: convert it"),
        (b"EU B-ORG\rrejects O\r", "line ends of old Macs"),
        (b"<?xml version='1.0'?>\n<a/>", "XML"),
        (b'[\n {"tokens": []}\n]', "one JSON value"),
        (b"T1\tPER 0 5\tPeter\nR1\tx 1 2\n", "standoff of brat"),
        (b"1,EU,B-ORG\n1,rejects,O\n", "CSV: its first line has to name the columns, as token (word, form) and tag"),
        ("café\tO\n".encode("latin-1") * 3, "--encoding=latin-1"),
        (b"\x80\x04\x95...", "a Python pickle"),
        (b"EU/B-ORG is/O here/O\nNo/O\n", "tags after a slash"),
        (b"EU|B-ORG is|O here|O\nNo|O\n", "tags after a slash or a bar"),
        (b"EU/ORGANIZATION is/O here/O\nNo/O\n", "tags after a slash"),
        (b"90000007|t|A title.\n90000007|a|A text.\n", "PubTator: convert it to JSON lines"),
        (b"EU is here\tB-ORG O O\n", "a sentence and its tags in each line"),
        (b"ORG\tB-ORG O O\tEU is here\n", "a sentence and its tags in each line"),
        (b"no,sentence,tag\n1,EU is,\"['B-ORG', 'O']\"\n", "a sentence and its tags in each line"),
        (b"PMC7|t|A title.\nPMC7|a|A text.\n", "PubTator: convert it to JSON lines"),
        ("那/o 欧盟/nt 。/o\n".encode(), "tags after a slash"),
        (b'text,label\n"EU is","[{""start"":0,""end"":2}]"\n', "a table with JSON in its cells: export it as JSON"),
        (b'TRAIN = [\n  ("EU is", {"entities": [(0, 2, "ORG")]}),\n]\n', "a Python program: save the data in it as"),
        (b'"EU"\t"B-ORG"\n"is"\t"O"\n', "a table with quotes"),
        ("Ada met Bo.\n\nThe rest.\n\u201cWhy?\u201d\nIt rai".encode(), "--plain_text"),
        (b"Ada O\n. O\n\n. . O\n", ""),
        (b'"\tO\nEU\tB-ORG\n', ""),
        (b"and/or NNP\n1/2 CD\n", ""),
        (b"EU NNP\nis VBZ\n", ""),
        (b"O O\nO NNP\n", ""),
        ("é".encode() * 3 + b"\xc3", ""),  # cut within a character
    ],
)
def test_looks_like_names_the_kind_of_a_file(head, kind):
    assert kind in looks_like(head)
    assert bool(kind) == bool(looks_like(head))
