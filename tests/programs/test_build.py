"""Column files become a folder of records, the same for any number of workers, complete or not at all."""

import errno
import gzip
from pathlib import Path

import pytest

from data_tools.build import Flags, options_from_flags
from data_tools.building import records as build_records_module
from data_tools.building import scan
from data_tools.building.options import BuildOptions
from data_tools.building.report import describe
from data_tools.inspection.verify import inspect_records
from data_tools.readers.read_options import ReadOptions
from ner import files
from ner.config_flags import parse_flags
from ner.data import dataset, example
from ner.data.tfrecord import read_records
from ner.errors import InputError
from ner.text.labels import Labels
from tests.built_records import TRAIN, build, run, sentences

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def test_build_writes_every_sentence_and_says_what_it_wrote(tmp_path):
    built = build(tmp_path, validation="Berlin B-LOC\n! O\n")
    assert sentences(tmp_path / "records") == [
        "EU/B-ORG rejects/O German/B-MISC call/O",
        "New/B-LOC York/I-LOC",
        "Peter/B-PER Blackburn/I-PER",
    ]
    found = dataset.load(str(tmp_path / "records"))
    assert found == built.dataset
    train = found.split("train")
    assert (train.sentences, train.tokens, train.characters, train.longest) == (3, 8, 45, 22)
    assert train.entities == {"LOC": 1, "MISC": 1, "ORG": 1, "PER": 1}
    assert train.sources == (str(tmp_path / "train.txt"),)
    assert train.dialect["scheme"] == "IOB2"
    assert found.labels.names == ("O", "B-LOC", "I-LOC", "B-MISC", "B-ORG", "B-PER", "I-PER")
    assert "".join(found.vocabulary.characters) == " BEGNPUYabcejklmnorstuw"
    assert not inspect_records(str(tmp_path / "records")).damage


def test_build_reads_every_dialect_of_the_field(tmp_path):
    corpus = (
        "\ufeff# a comment\r\n-DOCSTART-\t-X-\tO\r\n\r\n1\tEU\tS-ORG\r\n2\tNew\tB-LOC\r\n3\tYork\tE-LOC\r\n \t\r\n"
        "\r\n1\t#hashtag\tO\r\n2\tx\u2028y\tO"
    )
    built = build(tmp_path, train=corpus)
    assert sentences(tmp_path / "records") == ["EU/B-ORG New/B-LOC York/I-LOC", "#hashtag/O x\u2028y/O"]
    dialect = built.dataset.split("train").dialect
    assert (dialect["index_column"], dialect["scheme"]) == (0, "BIOES")
    assert (dialect["docstarts"], dialect["comments"]) == (1, 1)


def test_build_says_whether_the_corpus_tells_where_spaces_stand(tmp_path):
    options = BuildOptions(sources={"train": ("train.txt",)}, output_dir="records")
    built = build(tmp_path)
    assert built.dataset.spacing == "a space between all tokens"
    assert "text to be tagged is given the same" in describe(built, options, 1.0)
    row = "{}\t{}\t_\t_\t_\t_\t_\t_\t{}\t{}\n"
    conllu = "".join(
        row.format(i, token, "B-X", misc)
        for i, (token, misc) in enumerate([("Ada", "SpaceAfter=No"), (".", "_"), ("So", "_")], 1)
    )
    built = build(tmp_path, train=conllu, output_dir=str(tmp_path / "conllu"), read=ReadOptions(tag_column=8))
    assert built.dataset.spacing == "as in running text"
    assert "spaces: as in running text, 50% of the places" in describe(built, options, 1.0)
    assert not inspect_records(str(tmp_path / "conllu")).damage


def test_build_gives_sentences_the_spaces_of_running_text_as_asked(tmp_path):
    built = build(tmp_path, train="Ada B-PER\n, O\nBo O\n. O\n", detokenize=1.0)
    assert built.dataset.spacing == "as in running text"
    assert built.dataset.split("train").characters == len("Ada, Bo.")
    assert built.dataset.flags["detokenize"] == 1.0
    assert not inspect_records(str(tmp_path / "records")).damage


def test_build_reads_gzip_globs_and_several_files_in_order(tmp_path):
    for name, text in (("b.txt.gz", "two O\n"), ("a.txt", "one B-X\n"), ("c.txt", "three O\n\nfour O\n")):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    sources = {"train": (str(tmp_path / "c.txt"), str(tmp_path / "[ab].txt*"))}
    build(tmp_path, sources=sources, shards=3)
    assert sentences(tmp_path / "records") == ["three/O", "four/O", "one/B-X", "two/O"]


def test_build_is_the_same_for_any_number_of_workers(tmp_path):
    text = "".join(f"Anna{number} B-PER\nlebt O\n\n" for number in range(400))
    folders = []
    for workers in (1, 2):
        folders.append(tmp_path / f"by{workers}")
        build(
            tmp_path,
            train=text,
            test=TRAIN.replace("MISC", "PER").replace("ORG", "PER").replace("LOC", "PER"),
            labels=Labels(("O", "B-PER", "I-PER")),
            workers=workers,
            output_dir=str(folders[-1]),
            compression="GZIP",
        )
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert names[0] == names[1]
    assert "train-00003-of-00004.tfrecord" in names[0]
    assert all((folders[0] / name).read_bytes() == (folders[1] / name).read_bytes() for name in names[0])


def test_build_names_the_line_of_a_label_that_train_lacks(tmp_path):
    with pytest.raises(InputError) as raised:
        build(tmp_path, validation="In O\n\n# why\nthe O\nAlps B-GEO\n")
    assert str(raised.value) == (
        f"{tmp_path}/validation.txt:5: label 'B-GEO' occurs in validation but not in train; add training sentences "
        "that have it, or fix the labels with --labels=O,B-GEO,B-LOC,I-LOC,B-MISC,B-ORG,B-PER,I-PER"
    )
    assert list(tmp_path.glob("*rec*")) == list(tmp_path.glob(".*")) == []


def test_build_takes_fixed_labels_in_their_order_and_refuses_others(tmp_path):
    built = build(tmp_path, train="A B-X\n", test="b B-Y\n", labels=Labels(("O", "B-Y", "B-X")))
    assert built.dataset.labels.names == ("O", "B-Y", "B-X")
    with pytest.raises(InputError, match=r"train.txt:1: label 'B-X' is not one of --labels; .* --labels=O,B-X"):
        build(tmp_path, train="A B-X\n", labels=Labels(("O", "B-Y")), overwrite=True)


def test_build_refuses_or_drops_an_over_long_sentence(tmp_path):
    text = "EU B-ORG\n\n" + "word O\n" * 20_000 + "\nend O\n"
    with pytest.raises(InputError, match=r"train.txt:3: a sentence of 99,999 characters, more than .*=5000; split it"):
        build(tmp_path, train=text)
    built = build(tmp_path, train=text, long_sentences="drop")
    assert sentences(tmp_path / "records") == ["EU/B-ORG", "end/O"]
    assert built.dataset.split("train").dialect["too_long"] == 1
    report = describe(built, BuildOptions(sources={"train": ("x",)}, output_dir="y"), 1.0)
    assert "1 sentence of more than 5,000 characters dropped" in report


def test_build_shows_a_sentence_as_it_was_read(tmp_path):
    built = build(tmp_path, train="in O\nNew B-LOC\nYork I-LOC\n\n" + "word O\n" * 100)
    report = describe(built, BuildOptions(sources={"train": ("x",)}, output_dir="y"), 1.0)
    assert "  first      in New/B-LOC York/I-LOC\n" in report
    assert "  random     " in report


def test_build_refuses_a_split_without_sentences(tmp_path):
    with pytest.raises(InputError, match=r"train.txt: no sentences"):
        build(tmp_path, train="")
    with pytest.raises(InputError, match=r"validation.txt: no sentences"):
        build(tmp_path, validation="-DOCSTART- O\n\n# nothing else\n")
    with pytest.raises(
        InputError, match=r"test: all 2 sentences are longer than --max_characters=\d+ in .*test.txt; raise it"
    ):
        build(tmp_path, test="longer O\n\nlonger O\n", train="x B-X\n", max_characters=5, long_sentences="drop")


def test_build_refuses_a_training_split_without_entities_unless_labels_are_given(tmp_path):
    with pytest.raises(InputError, match=r"train: no entity in the 1 sentence of .*train.txt; name other files"):
        build(tmp_path, train="EU O\n")
    labels = Labels(("O", "B-X"))
    assert build(tmp_path, train="EU O\n", labels=labels).dataset.labels == labels


def test_build_knows_a_type_that_goes_on_in_another_split(tmp_path):
    built = build(tmp_path, train="A B-X\n", validation="b B-X\nc I-X\n")
    assert built.dataset.labels.names == ("O", "B-X", "I-X")


def test_build_cuts_long_sentences_where_asked(tmp_path):
    built = build(tmp_path, train="EU B-ORG\n" + "word O\n" * 5, max_characters=9, long_sentences="cut")
    assert sentences(tmp_path / "records") == ["EU/B-ORG word/O", "word/O word/O", "word/O word/O"]
    assert built.dataset.split("train").dialect["too_long"] == 1


def test_build_takes_names_with_commas_and_types_named_like_totals(tmp_path):
    types = ("micro", "macro", "missed", "spurious")
    (tmp_path / "a,b.txt").write_text("".join(f"w B-{name}\n" for name in types))
    (tmp_path / "c.txt").write_text("x B-micro\n")
    result = run(tmp_path, f"--train={tmp_path}/a,b.txt", f"--test={tmp_path}/c.txt,{tmp_path}/c.txt")
    assert result.returncode == 0, result.stderr
    assert "macro 1 micro 1 missed_ 1 spurious_ 1" in result.stdout


def test_build_labels_spaces_as_asked(tmp_path):
    for space_label, expected in (("inside", "I-LOC"), ("outside", "O")):
        folder = tmp_path / space_label
        found = build(tmp_path, space_label=space_label, output_dir=str(folder)).dataset
        records = [example.decode(r) for path in found.shard_paths(str(folder), "train") for r in read_records(path)]
        assert found.labels.names[records[1].label_ids[3]] == expected


def test_build_refuses_annotations_that_change_while_they_are_read(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("EU rejects")
    (tmp_path / "a.ann").write_text("T1\tORG 0 2\tEU\n")
    options = BuildOptions(sources={"train": (str(tmp_path),)}, output_dir=str(tmp_path / "records"), workers=1)

    def scan_and_correct(tasks):
        (tmp_path / "a.ann").write_text("T1\tPER 0 2\tEU\n")  # as long as before
        return scan.scan_group(tasks)

    monkeypatch.setattr(build_records_module, "scan_group", scan_and_correct)
    with pytest.raises(InputError, match=r"a\.ann: the file changed while it was read"):
        build_records_module.build_records(options)


def test_build_leaves_an_existing_output_alone_unless_asked(tmp_path):
    build(tmp_path)
    before = (tmp_path / "records" / "dataset.json").read_bytes()
    with pytest.raises(InputError, match=r"records: exists already; give --overwrite to replace it"):
        build(tmp_path, train="x B-X\n")
    assert (tmp_path / "records" / "dataset.json").read_bytes() == before
    build(tmp_path, train="x B-X\n", overwrite=True)
    assert sentences(tmp_path / "records") == ["x/B-X"]
    assert list(tmp_path.glob(".*")) == []


def test_build_refuses_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch):
    def scan_and_append(tasks):
        with Path(tasks[0].part.path).open("a") as file:
            file.write("\nmore O\n")
        return scan.scan_group(tasks)

    monkeypatch.setattr(build_records_module, "scan_group", scan_and_append)
    with pytest.raises(InputError, match=r"train.txt: the file changed while it was read; build again when it is"):
        build(tmp_path)


def test_build_writes_and_reads_where_tensorflow_does(tmp_path):
    build(tmp_path, validation="Berlin B-LOC\n")
    for name, pack in (("train.txt", bytes), ("validation.txt", gzip.compress)):
        files.make_folders("ram://corpus")
        files.write_atomically(f"ram://corpus/{name}", pack((tmp_path / name).read_bytes()))
    sources = {"train": ("ram://corpus/tr*.txt",), "validation": ("ram://corpus/validation.txt",)}
    built = build(tmp_path, sources=sources, output_dir="ram://built")
    assert built.dataset.fingerprint == dataset.load(str(tmp_path / "records")).fingerprint
    assert files.list_folder("ram://built") == sorted(path.name for path in (tmp_path / "records").iterdir())
    assert sentences("ram://built", "validation") == ["Berlin/B-LOC"]
    with pytest.raises(InputError, match=r"ram://corpus/train.txt:2: tag 'b-loc' is not O"):
        files.write_atomically("ram://corpus/train.txt", b"a O\nb b-loc\nc O\nd B-X\n")
        build(tmp_path, sources=sources, output_dir="ram://built", overwrite=True)
    assert not files.exists("ram://built")


def test_build_never_replaces_what_it_did_not_write(tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match=r"records: the folder is not empty and holds no dataset.json"):
        build(tmp_path, overwrite=True)
    with pytest.raises(InputError, match=r"train.txt: a file stands where the output folder should go"):
        build(tmp_path, output_dir=str(tmp_path / "train.txt"), overwrite=True)
    assert (tmp_path / "records" / "thesis.tex").read_text() == "years of work"


def test_build_keeps_the_old_records_when_the_new_ones_fail(tmp_path, monkeypatch):
    build(tmp_path)

    def fail(path: str, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", path)

    monkeypatch.setattr(build_records_module.files, "write_atomically", fail)
    with pytest.raises(OSError, match=r"No space left on device: .*dataset.json"):
        build(tmp_path, train="x B-X\n", overwrite=True)
    assert len(sentences(tmp_path / "records")) == 3
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("plain_text", True), ("space_tokens", True), ("drop_duplicates", True), ("overwrite", True)),
        *(("space_label", "outside"), ("max_characters", 99), ("long_sentences", "cut"), ("detokenize", 0.25)),
        *(("raw_tokens", 0.75), ("shards", 3), ("compression", "GZIP"), ("workers", 2), ("runner", "beam")),
    ],
)
def test_a_flag_is_the_option_of_its_name(name, value):
    plain = ["--plain_text"] if name == "space_tokens" else []
    [given], _ = parse_flags([Flags], ["--train=train.txt", "--output_dir=records", *plain, f"--{name}={value}"])
    assert getattr(options_from_flags(given, []), name) == value
