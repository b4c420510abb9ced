"""The way from plain text to a tagger that reads word vectors, by the programs' command lines."""

import json

import pytest

from data_tools.readers import word_vector_files
from ner.data import word_vectors
from tests.forked import run_program

TEXT = "Ada met Bo in Ostrel Bay. They left at noon!\n\nMara Velm wrote to Tolk of Ostrel Bay.\n" * 30
COLUMNS = "Ada B-PER\nmet O\nBo B-PER\nin O\nOstrel B-LOC\nBay I-LOC\n. O\n\nTolk B-PER\nleft O\n. O\n\n" * 6
SMALL = [
    *("--encoder=hierarchical", "--head=crf", "--embedding_size=4", "--lstm_units=4", "--lstm_layers=1"),
    *("--word_units=4", "--ngram_size=4", "--ngram_rows=256", "--epochs=1", "--batch_size=8"),
]


def run(*command, **options):
    done = run_program(*command, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(*command):
    done = run_program(*command, text=True)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Records, a text and its vectors, and a work folder of a tagger that reads these."""
    made = tmp_path_factory.mktemp("vectors")
    (made / "text.txt").write_text(TEXT)
    (made / "columns.txt").write_text(COLUMNS)
    run(
        "data_tools.build",
        *(f"--{split}={made}/columns.txt" for split in ("train", "validation", "test")),
        f"--output_dir={made}/records",
    )
    told = run("data_tools.word_vectors", f"--text={made}/text.txt", f"--output={made}/some.vec", "--size=6")
    assert "630 words of text; 18 different ones occur 3 times or more" in told
    assert f"{made}/some.vec: 18 words x 6 dimensions" in told
    told = run("ner.train", *SMALL, *train_flags(made, "work"))
    assert "word vectors 18 x 6; crf head" in told
    assert "vectors     of 100% of the words in the first training sentences\n" in told
    assert "warning: most words have no vector" not in told
    return made


def train_flags(made, work):
    return [f"--records={made}/records", f"--workdir={made}/{work}", f"--word_vectors={made}/some.vec"]


def test_the_vectors_are_of_the_words_of_the_text(folder):
    found = word_vector_files.read(f"{folder}/some.vec", 100)
    assert set(found.words) == set(TEXT.replace(".", " .").replace("!", " !").split())
    assert found.words[:3] == ("Ostrel", "Bay", ".")
    kept = word_vectors.load(f"{folder}/work")
    assert (kept.words, kept.fingerprint) == (found.words, found.fingerprint)


def test_a_run_is_resumed_with_the_vectors_that_it_began_with(folder):
    flags = ["ner.train", *SMALL, "--schedule=constant", *train_flags(folder, "resumed")]
    run(*flags)
    assert "resuming at step 2" in run(*flags, "--epochs=2")
    content = (folder / "some.vec").read_text()
    try:
        (folder / "some.vec").unlink()
        assert "resuming at step 4" in run(*flags, "--epochs=3")
        found = refusal("ner.train", *SMALL, *train_flags(folder, "new"))
        assert "some.vec: no such file; check the name" in found
        (folder / "some.vec").write_text(content.replace("Ostrel", "ostrel"))
        assert "some.vec has changed since" in refusal(*flags, "--epochs=4")
        (folder / "some.vec").write_text(content.replace("\nBay ", "\nBay x"))
        assert "some.vec, line 3: expected a word and 6 numbers" in refusal(*flags, "--epochs=3")
    finally:
        (folder / "some.vec").write_text(content)
    assert "max_word_vectors 200000 there, 3 now" in refusal(*flags, "--epochs=3", "--max_word_vectors=3")
    told = run(*flags[:-2], f"--workdir={folder}/few", flags[-1], "--max_word_vectors=3")
    assert "word vectors 3 x 6" in told
    assert "warning: most words have no vector: are --word_vectors of another language" in told


def test_another_run_begins_with_its_weights(folder):
    told = run("ner.train", *SMALL, f"--init_from={folder}/work", *train_flags(folder, "second"))
    assert "initial weights from" in told
    assert "not taken" not in told


def test_exports_answer_as_the_tagger_does(folder):
    line = "ADA left Ostrel Bay, Nobody wrote."
    wanted = run("ner.tag", f"--workdir={folder}/work", "--output=columns", input=line.encode())
    told = run("ner.evaluate", f"--workdir={folder}/work", f"--records={folder}/records", "--split=test")
    assert "Entity" in told
    for kind in ("saved_model", "onnx"):
        export = f"{folder}/{kind}"
        run("ner.export", f"--workdir={folder}/work", f"--output_dir={export}", f"--format={kind}")
        assert run("ner.tag", f"--workdir={export}", "--output=columns", input=line.encode()) == wanted
        card = (folder / kind / "README.md").read_text()
        assert "\nIt reads vectors of words, learnt from other text: `some.vec`.\n" in card
    explained = json.loads(run("ner.tag", f"--workdir={folder}/work", "--output=json", "--explain", input=b"Ada left"))
    assert explained["text"] == "Ada left"


def test_text_of_another_encoding_and_a_new_folder(folder):
    (folder / "latin.txt").write_text("caf\u00e9 na\u00efve\n" * 3, encoding="latin-1")
    output = folder / "new" / "latin.vec"
    run("data_tools.word_vectors", f"--text={folder}/latin.txt", f"--output={output}", "--size=1", "--encoding=latin-1")
    assert word_vector_files.read(str(output), 9).words == ("caf\u00e9", "na\u00efve")


def test_text_is_cut_at_the_marks_that_are_asked_for(folder):
    (folder / "hyphens.txt").write_text("so-called\n" * 3)
    output = folder / "hyphens.vec"
    run("data_tools.word_vectors", f"--text={folder}/hyphens.txt", f"--output={output}", "--size=1", "--lone_marks=-")
    assert set(word_vector_files.read(str(output), 9).words) == {"so", "-", "called"}


def test_what_the_tool_cannot_do_is_said(folder):
    text, output = f"--text={folder}/text.txt", f"--output={folder}/other.vec"
    assert "--text is missing: name files of plain text" in refusal("data_tools.word_vectors", output)
    assert "--output is missing: name a file" in refusal("data_tools.word_vectors", text)
    found = refusal("data_tools.word_vectors", text, f"--output={folder}/some.vec")
    assert "some.vec is there already; add --overwrite to replace it, or name another file" in found
    for name in (f"{folder}/records", f"{folder}/new_one/"):
        found = refusal("data_tools.word_vectors", text, f"--output={name}", "--overwrite", "--size=6")
        assert f"--output={name}: a folder; name a file, such as {name.rstrip('/')}/vectors.vec" in found
    found = refusal("data_tools.word_vectors", text, output)
    assert "18 different words occur 3 times or more, too few for vectors of 192 dimensions: name more --text" in found
    found = refusal("data_tools.word_vectors", f"--text={folder}/columns.txt", output)
    assert "columns.txt: columns, not plain text; name files of plain text" in found
    assert "--encoding=utf-99: no such encoding" in refusal(
        "data_tools.word_vectors", text, output, "--encoding=utf-99"
    )
    assert not (folder / "other.vec").exists()
