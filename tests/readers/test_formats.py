"""Every format is found by looking, and gives the same records by one process and by an array of jobs."""

import json

import pytest

from data_tools.building.maps.job_array import Job, run_job
from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers.base import ReadCounts
from data_tools.readers.formats import FORMATS, expand_sources, find_format, open_reader
from data_tools.readers.read_options import ReadOptions
from ner import files
from ner.errors import InputError

# Formats of which a file may hold nothing: those of text.
TEXT = sorted(name for name, one in FORMATS.items() if one.may_be_empty)
SENTENCES = [f"Anna{number} lebt" for number in range(30)]


def write(folder, name):
    """Thirty sentences in a format; the path of the file, or of the folder."""
    records = [{"text": text, "spans": [{"start": 0, "end": text.index(" "), "label": "PER"}]} for text in SENTENCES]
    rows = [(text.split()[0], text.split()[1]) for text in SENTENCES]
    if name == "brat":
        (folder / "a.txt").write_text("\n".join(SENTENCES))
        starts = [sum(len(text) + 1 for text in SENTENCES[:number]) for number in range(30)]
        spans = [f"T{i}\tPER {start} {start + len(rows[i][0])}\t{rows[i][0]}\n" for i, start in enumerate(starts)]
        (folder / "a.ann").write_text("".join(spans))
        return folder
    if name == "parquet":
        pyarrow = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(
            pyarrow.Table.from_pylist(records), folder / "a", row_group_size=7
        )
        return folder / "a"
    if name == "spacy":
        tokens = pytest.importorskip("spacy.tokens")
        vocab = pytest.importorskip("spacy.vocab").Vocab()
        tokens.DocBin(docs=[tokens.Doc(vocab, words=row, ents=["B-PER", "O"]) for row in rows]).to_disk(folder / "a")
        return folder / "a"
    webanno = "#FORMAT=WebAnno TSV 3.2\n#T_SP=custom.Entity|kind\n\n\n"
    contents = {
        "jsonl": "".join(f"{json.dumps(record)}\n" for record in records),
        "json": json.dumps(records, indent=1),
        "csv": "word,tag\n" + "".join(f"{a},B-PER\n{b},O\n,\n" for a, b in rows),
        "webanno": webanno
        + "".join(f"1-1\t0-{len(a)}\t{a}\tPER\n1-2\t{len(a) + 1}-{len(a) + 5}\t{b}\t_\n\n" for a, b in rows),
        "columns": "".join(f"{a} B-PER\n{b} O\n\n" for a, b in rows),
    }
    assert name in contents, f"this test needs SENTENCES in the format {name}: write them above"
    (folder / "a").write_text(contents[name])
    return folder / "a"


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"records"}))  # see test_record_shards.py
def test_every_format_is_found_and_gives_the_same_records(tmp_path, name):
    (tmp_path / "corpus").mkdir()
    source = str(write(tmp_path / "corpus", name))
    assert find_format(expand_sources([source])[0])[0] == name
    plain = BuildOptions(sources={"train": (source,)}, output_dir=f"{tmp_path}/plain", workers=1)
    split = build_records(plain).dataset.split("train")
    assert (split.sentences, split.tokens, split.entities) == (30, 60, {"PER": 30})
    by_jobs = BuildOptions(sources={"train": (source,)}, output_dir=f"{tmp_path}/jobs", workers=1)
    for job in (Job(stage="scan", num_jobs=1), Job(stage="write", num_jobs=1), Job(stage="merge", num_jobs=1)):
        built = run_job(by_jobs, job)
    assert built.dataset.split("train") == split


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"records"}))  # see test_record_shards.py
def test_every_format_is_read_where_tensorflow_reads(tmp_path, name):
    (tmp_path / "corpus").mkdir()
    write(tmp_path / "corpus", name)
    folder = f"ram://corpus_in_{name}_form"
    files.make_folders(folder)
    for path in (tmp_path / "corpus").iterdir():
        files.write_atomically(f"{folder}/{path.name}", path.read_bytes())
    source = folder if name == "brat" else f"{folder}/a"
    options = BuildOptions(sources={"train": (source,)}, output_dir=f"{tmp_path}/records", workers=1)
    assert build_records(options).dataset.split("train").entities == {"PER": 30}


WEBANNO = "#FORMAT=WebAnno TSV 3.3\n{layers}\n\n#Text=Bo\n1-1\t0-2\tBo\t{cells}\n"
ENTITY, POS = "#T_SP=custom.NamedEntity|value", "#T_SP=custom.POS|value"


@pytest.mark.parametrize(
    ("first", "second", "layouts"),
    [
        (
            "Bo\tB-PER\nran\tO\n",
            "B-PER\tBo\nO\tran\n",
            ("2 columns separated by tabs: token 0, tag 1", ".*token 1, tag 0"),
        ),
        (
            "Bo\tB-PER\nran\tO\n",
            "Bo B-PER\nran O\n",
            ("2 columns separated by tabs: token 0, tag 1", "2 columns separated by spaces.*"),
        ),
        (
            "Bo\tB-PER\n",
            "1\tBo\tB-PER\n2\tran\tO\n",
            ("2 columns separated by tabs: .*", "3 columns separated by tabs: token 1, tag 2"),
        ),
        ("word,tag\nBo,B-PER\n", "tag,word\nB-PER,Bo\n", ("the columns 'word,tag'", "the columns 'tag,word'")),
        (
            WEBANNO.format(layers=ENTITY, cells="PER"),
            WEBANNO.format(layers=f"{POS}\n{ENTITY}", cells="NNP\tPER"),
            (r"3 \(NamedEntity: value\)", r"3 \(POS: value\)"),
        ),
    ],
)
def test_files_of_a_split_have_one_layout(tmp_path, first, second, layouts):
    """What the first file says is true of all: tags of a second one would become tokens, or tags of another kind."""
    (tmp_path / "a").write_text(first)
    (tmp_path / "b").write_text(second)
    wanted = (
        rf"b: {layouts[1]}, but .*a has {layouts[0]}; the files of a split must have one layout: convert one of them"
    )
    with pytest.raises(InputError, match=wanted):
        open_reader([str(tmp_path / name) for name in "ab"], ReadOptions())


def test_a_file_whose_first_rows_do_not_tell_is_read_as_the_first_one(tmp_path):
    (tmp_path / "a").write_text("1 Bo B-PER\n2 ran O\n3 on O\n")
    (tmp_path / "b").write_text("1 x y\n")  # no tags: a fault of its line
    (tmp_path / "c").write_text("\n")
    assert open_reader([str(tmp_path / name) for name in "abc"], ReadOptions()).dialect.tag_column == 2


def test_files_of_a_split_have_one_format(tmp_path):
    (tmp_path / "a").write_text("a B-X\n")
    (tmp_path / "b").write_text('{"text": "a", "label": []}\n')
    with pytest.raises(InputError, match=r"b: jsonl, but .*a is columns; the files of a split must have one format"):
        open_reader([str(tmp_path / "a"), str(tmp_path / "b")], ReadOptions())


@pytest.mark.parametrize("nothing", ["", "\ufeff\n\r\n"])
@pytest.mark.parametrize("name", TEXT)
def test_a_file_that_holds_nothing_has_the_format_of_the_others(tmp_path, name, nothing):
    (tmp_path / "corpus").mkdir()
    path = write(tmp_path / "corpus", name)
    empty = tmp_path / "empty"
    empty.write_text(nothing, encoding="utf-8")
    for sources in ((str(empty), str(path)), (str(path), str(empty))):
        options = BuildOptions(sources={"train": sources}, output_dir=f"{tmp_path}/records", workers=1, overwrite=True)
        split = build_records(options).dataset.split("train")
        assert (split.sentences, split.sources) == (30, sources)


@pytest.mark.parametrize("name", ["brat", "parquet", "spacy"])
def test_a_file_that_holds_nothing_is_named_among_those_of_no_lines(tmp_path, name):
    (tmp_path / "corpus").mkdir()
    [path] = expand_sources([str(write(tmp_path / "corpus", name))])
    (tmp_path / "empty").write_text("")
    with pytest.raises(InputError, match=rf"empty: it holds nothing, but .* is {name}; get the file again, or leave"):
        open_reader([path, str(tmp_path / "empty")], ReadOptions())


def test_files_that_hold_nothing_are_refused_where_no_other_has_sentences(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text("")
    for paths in (["a"], ["a", "b"]):
        with pytest.raises(
            InputError, match=r"a: no sentences: it holds nothing; name a file with a token and its tag"
        ):
            open_reader([f"{tmp_path}/{name}" for name in paths], ReadOptions())


@pytest.mark.parametrize("empty", ["[]", " [ \n]\n", "[]\n[]", '{"classes": ["X"], "annotations": []}'])
def test_an_empty_array_is_json(tmp_path, empty):
    path = write(tmp_path, "json")
    (tmp_path / "b").write_text(empty)
    for paths in (["a", "b"], ["b", "a"]):
        reader = open_reader([f"{tmp_path}/{name}" for name in paths], ReadOptions())
        read = [
            one
            for name in paths
            for part in reader.ranges(f"{tmp_path}/{name}")
            for one in reader.read(part, ReadCounts())
        ]
        assert len(read) == 30
    (tmp_path / "c").write_text(f"[]\n{path.read_text()}")
    assert find_format(f"{tmp_path}/c")[0] == "json"
    (tmp_path / "d").write_text("[] O\n")
    assert find_format(f"{tmp_path}/d")[0] == "columns"


@pytest.mark.parametrize("name", TEXT)
def test_utf16_with_a_byte_order_mark_is_read_in_every_format_of_text(tmp_path, name):
    (tmp_path / "corpus").mkdir()
    source = write(tmp_path / "corpus", name)
    source.write_bytes(source.read_text(encoding="utf-8").encode("utf-16"))
    options = BuildOptions(sources={"train": (str(source),)}, output_dir=f"{tmp_path}/records", workers=1)
    split = build_records(options).dataset.split("train")
    assert (split.sentences, split.tokens, split.entities) == (30, 60, {"PER": 30})
    with pytest.raises(InputError, match=r"a: UTF-16 by its byte order mark, not latin-1; leave out --encoding"):
        open_reader([str(source)], ReadOptions(encoding="latin-1"))


def test_a_folder_without_annotations_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("a B-X\n")
    with pytest.raises(InputError, match="a folder where a file was meant"):
        expand_sources([str(tmp_path)])


@pytest.mark.parametrize("name", ["jsonl", "json", "parquet", "spacy", "brat", "webanno"])
def test_formats_without_columns_refuse_their_names(tmp_path, name):
    (tmp_path / "corpus").mkdir()
    path = expand_sources([str(write(tmp_path / "corpus", name))])
    options = ReadOptions(tag_column=9)
    with pytest.raises(InputError, match=r"leave out --token_column and --tag_column|Name one with --tag_column"):
        open_reader(path, options)


def test_a_file_may_not_name_its_columns_otherwise_than_the_first(tmp_path):
    (tmp_path / "a").write_text("Bo PER\nran O\n")
    (tmp_path / "b").write_text("Token Label\nAda PER\nran O\n")
    (tmp_path / "c").write_text("token tag\nAda PER\nran O\n")
    for first, second, named in (("a", "b", "none"), ("c", "b", "token tag")):
        message = rf"b:1: the columns are named 'Token Label', but .*{first} names '{named}'; write the same line"
        with pytest.raises(InputError, match=message):
            open_reader([f"{tmp_path}/{name}" for name in (first, second)], ReadOptions())
    open_reader([f"{tmp_path}/{name}" for name in "ba"], ReadOptions())  # which has no such line is no other
