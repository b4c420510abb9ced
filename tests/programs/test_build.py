"""Column files become a folder of records, the same for any number of workers, complete or not at all."""

import errno
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_tools.building import records as build_records_module
from data_tools.building import scan
from data_tools.building.options import BuildOptions
from data_tools.building.records import Built, build_records
from data_tools.building.report import describe
from data_tools.inspection.verify import inspect_records
from data_tools.readers.read_options import ReadOptions
from ner import files
from ner.data import dataset, example
from ner.data.tfrecord import read_records
from ner.errors import InputError
from ner.text.labels import Labels

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
TRAIN = "EU B-ORG\nrejects O\nGerman B-MISC\ncall O\n\nNew B-LOC\nYork I-LOC\n\nPeter B-PER\nBlackburn I-PER\n"


def build(folder: Path, *, train: str = TRAIN, **options) -> Built:
    """Builds from literal texts: `train`, `validation` and `test` are contents, anything else is an option."""
    contents = {"train": train} | {split: options.pop(split) for split in ("validation", "test") if split in options}
    sources = {}
    for split, text in contents.items():
        path = folder / f"{split}.txt"
        path.write_bytes(text.encode())
        sources[split] = (str(path),)
    defaults = {"sources": sources, "output_dir": str(folder / "records"), "workers": 1}
    return build_records(BuildOptions(**(defaults | options)))


def sentences(folder: Path, split: str = "train") -> list[str]:
    """`"New/B-LOC York/I-LOC"` for each sentence of a split, as the shards hold it."""
    found = dataset.load(str(folder))
    read = [
        example.decode(record).sentence(found.labels)
        for path in found.shard_paths(str(folder), split)
        for record in read_records(path, found.compression)
    ]
    return [
        " ".join(f"{token}/{tag}" for token, tag in zip(sentence.tokens, sentence.tags, strict=True))
        for sentence in read
    ]


def command(folder: Path, *flags: str) -> list[str]:
    return [sys.executable, "-m", "data_tools.build", f"--output_dir={folder / 'records'}", *flags]


def run(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder, *flags), capture_output=True, text=True, timeout=60, check=False)


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
    with pytest.raises(InputError, match=r"test: all 2 sentences are too long in .*test.txt; name other files"):
        build(tmp_path, test="longer O\n\nlonger O\n", train="x B-X\n", max_characters=5, long_sentences="drop")


def test_build_refuses_a_training_split_without_entities_unless_labels_are_given(tmp_path):
    with pytest.raises(InputError, match=r"train: no entity in the 1 sentence of .*train.txt; name another column"):
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


def test_build_asks_about_a_sentence_of_very_many_tokens(tmp_path):
    built = build(tmp_path, train="EU B-ORG\n\n" + "w O\n" * 301)
    report = describe(built, BuildOptions(sources={"train": ("x",)}, output_dir="y"), 1.0)
    assert (
        f"1 sentence of more than 300 tokens, the first at {tmp_path}/train.txt:3: is a blank line missing?" in report
    )


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
    def scan_and_append(task):
        with Path(task.part.path).open("a") as file:
            file.write("\nmore O\n")
        return scan.scan_range(task)

    monkeypatch.setattr(build_records_module, "scan_range", scan_and_append)
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


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_build_stopped_half_way_leaves_nothing_that_looks_finished(tmp_path, number, status):
    train = tmp_path / "train.txt"
    train.write_text("some O\nwords B-X\n\n" * 60_000)
    process = subprocess.Popen(command(tmp_path, f"--train={train}", "--workers=2"), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".records.building-*/*.tfrecord")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(timeout=30) == status
    assert not (tmp_path / "records").exists()
    assert len(list(tmp_path.glob(".records.*"))) == (number == signal.SIGKILL)
    build(tmp_path)
    assert len(sentences(tmp_path / "records")) == 3
    assert list(tmp_path.glob(".*")) == []


def test_build_program_prints_a_report_and_the_next_command(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    (tmp_path / "test.txt").write_text("Zürich B-LOC\n")
    result = run(tmp_path, f"--train={tmp_path}/train.txt", f"--test={tmp_path}/test.txt", "--shards=5")
    assert result.returncode == 0, result.stderr
    assert "IOB2 (4 entities)" in result.stdout
    assert "3 instead of 5: one for each sentence" in result.stdout
    assert "4 characters (66.667%), 4 different ones, do not occur in train" in result.stdout
    assert f"next: python -m ner.train --records={tmp_path}/records" in result.stdout
    flags = json.loads((tmp_path / "records" / "dataset.json").read_text())["flags"]
    assert flags["shards"] == 5
    assert not {"workers", "output_dir", "overwrite"} & set(flags)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "no training files: name annotated files or globs with --train=FILE"),
        (["--train=nowhere.txt"], "nowhere.txt: no such file"),
        (["--train=."], ".: a folder where a file was meant"),
        (["--train=x", "--shards=0"], "--shards"),
        (["--train=x", "--labels=B-PER"], "the first label must be 'O'"),
        (["--train=x", "--trian=y"], "unknown flag --trian; the nearest are --train"),
    ],
)
def test_build_program_answers_a_mistake_with_a_line(tmp_path, flags, message):
    result = run(tmp_path, *flags)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_build_program_prints_utf8_whatever_the_locale_and_expands_paths(tmp_path):
    (tmp_path / "train.txt").write_text("Zürich B-LOC\n")
    result = subprocess.run(
        [sys.executable, "-m", "data_tools.build", "--train=~/train.txt", "--output_dir=$WHERE/records"],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "HOME": str(tmp_path), "WHERE": str(tmp_path)},
    )
    assert result.returncode == 0, result.stderr
    assert "Zürich/B-LOC" in result.stdout.decode()
    assert sentences(tmp_path / "records") == ["Zürich/B-LOC"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_build_program_names_a_folder_without_write_permission(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    (tmp_path / "closed").mkdir(mode=0o500)
    result = run(tmp_path / "closed", f"--train={tmp_path}/train.txt")
    assert (result.returncode, "closed" in result.stderr, "Permission denied" in result.stderr) == (1, True, True)


@pytest.mark.parametrize(
    ("limit_bytes", "named"), [(4_096, "scratch/train-00000-00000"), (60_000, "train-00000-of-00001.tfrecord")]
)
def test_build_program_answers_a_full_disk_with_a_line(tmp_path, limit_bytes, named):
    (tmp_path / "train.txt").write_text("some O\nwords B-X\n\n" * 1_000)
    limited = f"import resource, signal, runpy, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); \
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes})); \
runpy.run_module('data_tools.build', run_name='__main__')"
    flags = [f"--train={tmp_path}/train.txt", f"--output_dir={tmp_path}/records", "--shards=1"]
    result = subprocess.run(
        [sys.executable, "-c", limited, *flags], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"{named}: File too large" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["train.txt"]


@pytest.mark.skipif(not CORPORA.exists(), reason=f"no corpora in {CORPORA}")
@pytest.mark.parametrize(
    ("name", "scheme", "counts"),
    [
        ("wikigold", "IOB1", None),
        ("wnut17", "IOB2", (3_394, 1_009, 1_287)),
        ("wikineural-en", "IOB2", (10_091, 1_499, 11_597)),
    ],
)
def test_build_reads_real_corpora(tmp_path, name, scheme, counts):
    sources = {split: tuple(map(str, (CORPORA / name).glob(f"{split}.*"))) for split in ("train", "validation", "test")}
    built = build_records(BuildOptions(sources=sources, output_dir=str(tmp_path / "records")))
    splits = built.dataset.splits
    assert splits["train"].dialect["scheme"] == scheme
    if counts:
        assert tuple(split.sentences for split in splits.values()) == counts
    assert not inspect_records(str(tmp_path / "records")).damage
