import io
import os
import re
import sys
from random import Random

import pytest

from data_tools.readers.columns.untagged import UntaggedReader
from ner.errors import InputError
from ner.inference.inputs import byte_stream, input_lines, input_text
from ner.inference.inputs.input_errors import InputErrors
from ner.text.tokenizer import TokenizedText
from tests.column_mutations import SEEDS, mutate


def errors(policy="fail", notes=None):
    return InputErrors(policy, (notes if notes is not None else []).append)


def read_text(paths, policy="fail", notes=None, **options):
    return input_text.read_text(paths, errors(policy, notes), **options)


def read_columns(paths, policy="fail", notes=None):
    return input_text.read_columns(paths, lambda name: UntaggedReader(name, {}, str), errors(policy, notes))


def texts(windows):
    """Of lines, or of the sentences in columns."""
    return [source.text.text for window in windows for source in window if source.rows is None or source.text.starts]


def set_read_bytes(monkeypatch, number):
    for name in ("FIRST_READ_BYTES", "LARGEST_READ_BYTES"):
        monkeypatch.setattr(byte_stream, name, number)


def set_longest(monkeypatch, characters):
    for module in (input_text, input_lines):
        monkeypatch.setattr(module, "LONGEST_TEXT", characters)
    monkeypatch.setattr(input_lines, "_LONGEST_LINE_BYTES", 4 * characters)


@pytest.fixture
def file(tmp_path):
    """Writes a file of the given bytes and returns its path."""

    def write(content, name="input.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def test_every_line_is_a_text_and_the_last_needs_no_end(file):
    paths = [file("\ufeffAda  saw\r\n\n Bo.\x0c\u2028\x85".encode(), "one"), file(b"", "empty"), file(b"\n", "blank")]
    assert texts(read_text(paths)) == ["Ada  saw", "", " Bo.\x0c\u2028\x85", ""]


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        ('\n{"text": "Ada", "id": 3}\n', "input.txt:2: JSON, which is tagged as it stands here; --input=json tags its"),
        ("-DOCSTART- -X- O\n\nAda O\n", "input.txt:1: columns, which are tagged as text here; --input=columns tags"),
        ("# sent_id = 1\n1\tAda\t_\n", "input.txt:1: columns"),
        ("Ada\tNNP\nran\tVBD\n", "input.txt:1: columns"),
        ("New NNP B-NP B-LOC\nYork NNP I-NP I-LOC\n", "input.txt:1: columns"),
        ("{Ada} saw Bo.\nran\tVBD\n", ""),
        ("Ada O'Brien saw A-B.\n", ""),
        ("Ada\tsaw Bo\n", ""),
        ("# A heading\n", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("documents", input_text.DOCUMENTS)
def test_a_file_that_begins_as_another_format_is_noted_once(file, monkeypatch, content, meant, documents):
    set_read_bytes(monkeypatch, 4)  # so that its lines are in several windows
    notes = []
    found = texts(read_text([file(content.encode())], notes=notes, documents=documents))
    assert "\n".join(found) == content.removesuffix("\n")
    assert len(notes) == (1 if meant else 0)
    assert all(meant in note for note in notes)


def test_a_sentence_of_columns_ends_at_a_blank_line_and_at_the_end_of_a_file(file):
    paths = [file(b"\n\nAda\tB-PER\nsaw\tO\n \n\nNew York\tx\nBay\tO\n", "one"), file(b"  Bo\n\n", "two")]
    assert texts(read_columns(paths)) == ["Ada saw", "New York Bay", "Bo"]


def test_only_spaces_and_tabs_part_columns_and_other_white_space_belongs_to_the_token(file):
    content = "a\u00a0b O\n\u3000 O\n\u2028x O\n \t\r\n\u0085c d".encode()
    first, second = (source.text.tokens for window in read_columns([file(content)]) for source in window)
    assert (first, second) == (("a\u00a0b", "\u3000", "\u2028x"), ("\u0085c",))


@pytest.mark.parametrize("read_bytes", [1, 2, 3, 7])
@pytest.mark.parametrize("read", [read_text, read_columns])
def test_windows_depend_on_reads_but_texts_do_not(file, monkeypatch, read_bytes, read):
    path = file("Ada\nsé\n\nBo\r\n\nxy\nz".encode())
    whole = texts(read([path]))
    set_read_bytes(monkeypatch, read_bytes)
    assert texts(read([path])) == whole
    assert len(list(read([path]))) > 1


def test_standard_input_gives_what_is_there_before_more_comes(monkeypatch):
    read_end, write_end = os.pipe()
    with io.TextIOWrapper(os.fdopen(read_end, "rb")) as stream, os.fdopen(write_end, "wb", buffering=0) as writer:
        monkeypatch.setattr(sys, "stdin", stream)
        windows = read_text(["-"])
        writer.write(b"Ada\nBo")
        assert texts([next(windows)]) == ["Ada"]
        writer.write(b" saw\n")
        assert texts([next(windows)]) == ["Bo saw"]


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (read_text, b"fine\nca\xe9\n", r"input\.txt:2: not UTF-8 at byte 3 of the line .*iconv -f LATIN1"),
        (read_text, b"fine\n\xff", r"input\.txt:2: not UTF-8 at byte 1 of the line"),
        (read_columns, b"\xed\xa0\x80 O\n", r"input\.txt:1: not UTF-8"),
        (read_columns, b"Ada\tO\n\tO\n", r"input\.txt:2: the token \(column 0\) is empty"),
        (read_text, b"x\n" + b"a" * 30, r"input\.txt:2: a text of 30 characters, at most 20"),
        (read_text, b"x\n" + b"a" * 99, r"input\.txt:2: a text of more than 20 characters"),
        (read_columns, b"\n" + b"abc O\n" * 9, r"input\.txt:2: a text of 35 characters"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(file, monkeypatch, read, content, message):
    set_longest(monkeypatch, 20)
    with pytest.raises(InputError, match=message):
        list(read([file(content)]))


@pytest.mark.parametrize(
    ("policy", "expected"), [("skip", ["fine", "good"]), ("replace", ["fine", "ca\ufffd", "", "good"])]
)
def test_bad_lines_are_left_out_or_replaced_and_named(file, monkeypatch, policy, expected):
    set_longest(monkeypatch, 20)
    notes = []
    path = file(b"fine\nca\xe9\n" + b"a" * 99 + b"\ngood")
    taken = errors(policy, notes)
    assert texts(input_text.read_text([path], taken)) == expected
    taken.summarize()
    done = {"skip": "skipped", "replace": "replaced"}[policy]
    assert [note.startswith(f"{done}: {path}:{line}: ") for note, line in zip(notes, (2, 3), strict=False)] == [
        True
    ] * 2
    assert notes[2] == f"2 unreadable texts {done}"


def test_what_comes_before_a_bad_line_is_there_before_the_error(file):
    windows = read_text([file(b"one\ntwo\nca\xe9\nfour")])
    assert texts([next(windows)]) == ["one", "two"]
    with pytest.raises(InputError, match=":3: not UTF-8"):
        next(windows)


def test_a_bad_sentence_in_columns_is_left_out_or_passed_through(file):
    path = file(b"Ada\tO\n\nBo\tO\n\tO\n\nMirrin\tO\n")
    assert texts(read_columns([path], "skip")) == ["Ada", "Mirrin"]
    sources = [source for window in read_columns([path], "replace") for source in window]
    lines = [source.rows.with_tags(["X"] * len(source.text.starts)) for source in sources]
    assert lines == ["Ada\tO\tX\n\n", "Bo\tO\n\tO\n\n", "Mirrin\tO\tX\n"]


def test_every_line_of_columns_is_kept(file):
    content = "\n\n# id\nAda\tO\n \n\n-DOCSTART-\tO\n\nsaw\tO\nBo\tO\n\n\n"
    sources = [source for window in read_columns([file(content.encode())]) for source in window]
    kept = content.replace("-DOCSTART-\tO", "-DOCSTART-\tO\tO")
    assert "".join(line + "\n" for source in sources for line in source.rows.lines) == kept
    assert [(source.text.text, source.line) for source in sources if source.text.starts] == [("Ada", 4), ("saw Bo", 9)]


def test_documents_of_columns_end_where_the_next_one_begins_and_with_their_file(file, monkeypatch):
    marked = b"# newdoc\nAda\tO\n\nsaw\tO\n\n-DOCSTART-\tO\n\nBo\tO\n\nso\tO\n"
    paths = [file(marked, "marked"), file(b"Cy\tO\n\nwent\tO\n", "one"), file(b"Di\tO\n", "two")]
    for read_bytes in (4, 4096):
        set_read_bytes(monkeypatch, read_bytes)
        windows = read_columns(paths)
        found = [(source.text.text, source.document) for window in windows for source in window if source.text.starts]
        (first, *_), (third, *_) = found[0][1:], found[2][1:]
        assert third > first
        expected = [("Ada", first), ("saw", first), ("Bo", third), ("so", third)]
        assert found[:4] == expected
        assert [(text, document > third) for text, document in found[4:]] == [
            ("Cy", True),
            ("went", True),
            ("Di", True),
        ]
        assert found[4][1] == found[5][1] < found[6][1]
    assert [source.document for window in read_text([file(b"a\nb\n")]) for source in window] == [None, None]


def test_windows_are_cut_between_documents_and_those_of_standard_input_stay(file, monkeypatch):
    def joined(windows):
        found = input_text.with_whole_documents(windows)
        return [[source.text.text for source in window if source.text.starts] for window in found]

    set_read_bytes(monkeypatch, 8)
    content = b"Ada\tO\n\nsaw\tO\n\nBo\tO\n\n"
    paths = [file(content, "one"), file(content, "two")]
    assert joined(read_columns(paths)) == [["Ada", "saw", "Bo"]] * 2
    marked = file(b"# newdoc\nAda\tO\n\nsaw\tO\n\n# newdoc\nBo\tO\n\n# newdoc\nCy\tO\n\n", "marked")
    assert [texts for texts in joined(read_columns([marked])) if texts] == [["Ada", "saw"], ["Bo"], ["Cy"]]
    set_read_bytes(monkeypatch, 4096)
    assert joined(read_columns([marked])) == [["Ada", "saw", "Bo"], ["Cy"]]
    set_read_bytes(monkeypatch, 8)
    monkeypatch.setattr(input_text, "_JOINED_CHARACTERS", 5)
    assert joined(read_columns(paths[:1])) == [["Ada", "saw"], ["Bo"]]
    window = [input_text.InputText(TokenizedText.from_text("Ada"), "-", 1, document=0)]
    assert [*input_text.with_whole_documents([window, [], window])] == [window, window]


def test_a_document_that_is_short_stays_whole_after_a_long_one(file, monkeypatch):
    set_read_bytes(monkeypatch, 40)
    monkeypatch.setattr(input_text, "_JOINED_CHARACTERS", 9)
    content = b"# newdoc\nLovelace\tO\n\n# newdoc\nBo\tO\n\nsaw\tO\n\n"
    windows = input_text.with_whole_documents(read_columns([file(content)]))
    assert [[source.text.text for source in window] for window in windows] == [["Lovelace"], ["Bo", "saw"]]


@pytest.mark.parametrize("damage", [b"Cy\xff\tO\n\n", b"\x1f\x8b damaged"])
def test_a_document_is_passed_on_before_the_error_after_it(file, monkeypatch, damage):
    set_read_bytes(monkeypatch, 8)
    paths = [file(b"Ada\tO\n\nsaw\tO\n\n", "good"), file(damage, "damaged")]
    found = input_text.with_whole_documents(read_columns(paths))
    assert [source.text.text for source in next(found)] == ["Ada", "saw"]
    with pytest.raises(InputError, match="damaged"):
        next(found)


def test_lines_that_stand_alone_are_not_held(file, monkeypatch):
    set_read_bytes(monkeypatch, 4)
    windows = read_text([file(b"Ada\nsaw\nBo\n")])
    assert [len(window) for window in input_text.with_whole_documents(windows)] == [1, 1, 1]


def test_a_file_can_be_one_document(file, monkeypatch):
    path = file(b"Ada\nsaw\r\n\nBo\n")
    assert texts(read_text([path, file(b"", "empty")], documents="file")) == ["Ada\nsaw\n\nBo", ""]
    set_longest(monkeypatch, 5)
    with pytest.raises(InputError, match=r"input\.txt:1: a text of 11 characters, at most 5 can be tagged"):
        list(read_text([path], documents="file"))


def test_places_are_files_and_lines(file):
    paths = [file(b"a\n\nb\n", "one"), file(b"c", "two")]
    found = [(source.path, source.line, source.text.text) for window in read_text(paths) for source in window]
    assert found == [(paths[0], 1, "a"), (paths[0], 2, ""), (paths[0], 3, "b"), (paths[1], 1, "c")]


def test_many_lines_are_in_several_windows(file):
    sizes = [len(window) for window in read_text([file(b"\n" * 20_000)])]
    assert sum(sizes) == 20_000
    assert max(sizes) <= 8192


def test_check_files_leaves_a_named_pipe_to_its_reader(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    input_lines.check_files([str(tmp_path / "pipe")])  # would wait for a writer if it opened it


def test_check_files_names_what_cannot_be_opened(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="a folder, but a text file is required"):
        input_lines.check_files([str(tmp_path)])
    with pytest.raises(FileNotFoundError, match="missing"):
        input_lines.check_files(["-", str(tmp_path / "missing")])
    (tmp_path / "secret").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may read everything
    with pytest.raises(PermissionError, match="secret"):
        input_lines.check_files([str(tmp_path / "secret")])


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_are_texts_or_a_clear_error(file, monkeypatch, seed):
    random = Random(seed)
    for _ in range(150):
        content = mutate(random, random.choice(SEEDS))
        path = file(content)
        set_read_bytes(monkeypatch, random.choice((1 << 20, 1, 50)))
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        converted = content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")) or b"\x00" in content
        try:
            assert converted or texts(read_text([path])) == [
                line.removesuffix(b"\r").decode() for line in lines[: len(lines) - (lines[-1] == b"")]
            ]
            lines_read = sum(bool(line.strip(b" \t\r")) for line in lines)
            tokens = sum(len(source.text.starts) for window in read_columns([path]) for source in window)
            assert converted or tokens <= lines_read
        except InputError as error:
            assert re.match(rf"{path}(:\d+)?: " if converted else rf"{path}:\d+: ", str(error))
