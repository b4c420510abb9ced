"""The way from plain text to a tagger that begins with what was learnt of it, by the programs' command lines."""

from tests.forked import run_program

TEXT = "Ada met Bo in Ostrel Bay. They left at noon!\n\nMara Velm wrote to Tolk of Ostrel Bay.\n" * 30
COLUMNS = "Ada B-PER\nmet O\nBo B-PER\nin O\nOstrel B-LOC\nBay I-LOC\n. O\n\nTolk B-PER\nleft O\n. O\n\n" * 6
SIZES = ("--encoder=hierarchical", "--embedding_size=4", "--lstm_units=4", "--lstm_layers=1", "--word_units=4")
SMALL = (*SIZES, "--ngram_size=4", "--ngram_rows=256", "--epochs=1", "--batch_size=8")


def run(*command):
    done = run_program(*command, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_text_then_annotated_columns_make_a_tagger(tmp_path):
    text, columns = tmp_path / "text.txt", tmp_path / "columns.txt"
    text.write_text(TEXT)
    columns.write_text(COLUMNS)
    for kind, flags in (("text", ["--plain_text", "--space_tokens"]), ("columns", [f"--validation={columns}"])):
        run("data_tools.build", f"--train={tmp_path / kind}.txt", f"--output_dir={tmp_path}/{kind}-records", *flags)
    pretrained = tmp_path / "pretrained"
    places = [f"--records={tmp_path}/text-records", f"--workdir={pretrained}"]
    told = run("ner.train", *SMALL, "--head=masked_words", *places)
    assert f"next: python -m ner.train --flagfile=launch/flags/fast.flags --init_from={pretrained}" in told
    places = [f"--records={tmp_path}/columns-records", f"--workdir={tmp_path}/work"]
    told = run("ner.train", *SMALL, "--head=crf", f"--init_from={pretrained}", *places)
    assert f"initial weights from {pretrained}" in told
    assert "validation at step" in told
    for program, *flags in (
        ("ner.tag", f"--workdir={pretrained}"),
        ("ner.evaluate", f"--workdir={pretrained}", f"--data={columns}"),
        ("ner.train", *places[:1], f"--workdir={tmp_path}/taught", f"--teacher={pretrained}"),
    ):
        refused = run_program(program, *flags, input=b"Ada\n")
        assert refused.returncode == 1
        assert b"pretrained without labels (--head=masked_words); train a tagger that starts from it" in refused.stderr
