"""Benchmarks that no other test runs still work, each in its smallest form."""

import json

import pytest

from tests.forked import run_program


def run(name, *arguments):
    """What a benchmark prints."""
    done = run_program(f"tests.benchmarks.{name}", *arguments, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines_of(name, *arguments):
    """The JSON objects that a benchmark prints, one a line."""
    return [json.loads(line) for line in run(name, *arguments).splitlines()]


@pytest.fixture
def column_file(tmp_path):
    """Three sentences in two columns."""
    path = tmp_path / "corpus.txt"
    sentence = "Ada B-PER\nwent O\nto O\nUpper B-LOC\nTarn I-LOC\n. O\n\n"
    path.write_text(sentence + sentence.replace("Ada", "Bo") + sentence.replace("Ada", "Celestine"))
    return path


def test_lstm_layer_compares_with_its_products():
    sizes = ["--units=4", "--batch_size=2", "--length=3", "--repeats=1"]
    figures = {line["name"]: line for line in lines_of("lstm_layer", *sizes)}
    assert list(figures) == ["keras", "ours", "products_by_steps", "limit"]
    for one in figures.values():
        share = one["characters_per_second"] / figures["limit"]["characters_per_second"]
        assert one["share_of_limit"] == pytest.approx(share, rel=0.01)


def test_explanations_by_length(work):
    loaded, *explained = lines_of("explanations", f"--workdir={work.path}", "--repeats=1")
    assert loaded["step"] == 3
    assert [line["characters"] for line in explained] == sorted(line["characters"] for line in explained)
    assert all(line["missing"] < 0.1 for line in explained)


def test_raw_text_beside_tokens(work, records):
    printed = run("raw_text", work.path, records[0], "validation")
    assert "tokens given" in printed
    assert "paragraphs of 20 sentences" in printed


def test_label_noise_counts_what_it_swapped(work, column_file):
    printed = run("label_noise", f"--workdir={work.path}", f"--data={column_file}", "--share=1")
    found = json.loads(printed.splitlines()[-1])
    assert found["swapped"] == 6


def test_detokenizer_counts_places_between_tokens(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("Ada went to Upper Tarn.\n")
    assert run("detokenizer", text).startswith("5 places between tokens: 100.0% right (80.0% if all were spaces)")


@pytest.mark.parametrize("what", ["columns", "records"])
def test_fuzz_finds_nothing_within_a_second(what):
    assert run("fuzz", f"--what={what}", "--seconds=1")


def test_tab_loading_with_both_loaders():
    kept, *loaders = lines_of("tab_loading", "--evaluations=2", "--sentences=20")
    assert kept["kept"] == 20
    assert [line["load_fast"] for line in loaders] == ["true", "false"]
    assert all(line["matching"] == 20 for line in loaders)


def test_input_pipeline_compares_every_variant(records):
    figures = lines_of("input_pipeline", f"--records={records[0]}", "--sentences=60", "--batch_size=8", "--repeats=1")
    ways = ["generator", "documented", "bucket", "ours", "ours_characters", "limit"]
    assert [line["name"] for line in figures] == [*ways, "skip"]


def test_lazy_tables_are_compared_with_dense_ones(records):
    sizes = ["--encoder=hierarchical", "--lstm_units=4", "--word_units=4", "--ngram_size=4"]
    lines = lines_of("lazy_tables", f"--records={records[0]}", *sizes, "--rows=64", "--updates=1", "--repeats=1")
    dense, lazy = lines
    assert [dense["name"], lazy["name"]] == ["dense_64", "lazy_64"]
    assert lazy["times_dense"] == pytest.approx(lazy["ms"] / dense["ms"], rel=0.01)
