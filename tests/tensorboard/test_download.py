"""What the tab lists becomes files that `data_tools.build` reads: the same sentences, with their gold entities."""

import io
import json
import zipfile
from urllib.parse import unquote

import pytest

from ner.errors import InputError
from ner.tensorboard import plugin_data
from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.download import Download, download
from ner.tensorboard.plugin.example_index import ExampleIndex
from tests.predicted import evaluation_of, predictions_of
from tests.readers.written import read, shown

SENTENCES = [
    [("Ostrel", "B-ORG", "B-LOC", 0.91), ("beat", "O", "O", 0.9), ("Ova", "B-LOC", "B-LOC", 0.8), (".", "O", "O", 1)],
    [("Selk", "B-ORG", "O", 0.66), ("&", "I-ORG", "O", 0.64), ("Sons", "I-ORG", "B-ORG", 0.99)],
]
READ = ["Ostrel/B-ORG beat Ova/B-LOC .", "Selk/B-ORG &/I-ORG Sons/I-ORG"]


def listed_of(*sentences):
    """The sentences as the tab's server has them, in file order, and the header of their evaluation."""
    blobs = plugin_data.blobs_of(evaluation_of(predictions_of(sentences)))
    index = ExampleIndex(*(blobs[payload.PARTS.index(part)] for part in ("examples", "texts", "fields")))
    order = index.positions.argsort().tolist()
    return [index.sentence(number) for number in order], payload.read_header(blobs[:1])


@pytest.mark.parametrize("form", ["jsonl", "conll", "brat"])
def test_every_form_is_read_again_with_the_gold_entities(tmp_path, form):
    file = download(form, *listed_of(*SENTENCES))
    assert (file.sentences, download(form, *listed_of(*SENTENCES)).content) == (2, file.content)
    path = tmp_path / file.name
    if form == "brat":
        zipfile.ZipFile(io.BytesIO(file.content)).extractall(tmp_path)
        [path] = tmp_path.glob("*/*.txt")
    else:
        path.write_bytes(file.content)
    options = {"tag_column": 1} if form == "conll" else {}
    assert shown(read(path, {"conll": "columns"}.get(form, form), **options)[0]) == READ


def test_spaces_are_those_of_the_corpus(tmp_path):
    [first, *_], header = listed_of(*SENTENCES)
    file = download("jsonl", [{**first, "noSpaceAfter": [2]}], header)
    record = json.loads(file.content)
    assert (record["text"], record["spans"][1]) == ("Ostrel beat Ova.", {"start": 12, "end": 15, "label": "LOC"})


def test_words_that_nobody_annotated_stay_so_and_brat_is_refused(tmp_path):
    partial = [("Ostrel", "B-ORG", "B-LOC", 0.9), ("Bay", "-", "B-LOC", 0.8), ("won", "O", "O", 0.9)]
    listed, header = listed_of(partial)
    assert listed[0]["annotation"] == [3, -2, 0]
    file = download("conll", listed, header)
    assert [line.split("\t")[1] for line in file.content.decode().splitlines() if "\t" in line] == ["B-ORG", "-", "O"]
    assert json.loads(download("jsonl", listed, header).content)["ner_tags"] == ["B-ORG", "-", "O"]
    with pytest.raises(InputError, match=r"test.txt:1: brat cannot say which tokens are unannotated"):
        download("brat", listed, header)


@pytest.mark.parametrize(
    "long",
    [
        [("x" * 200, "B-ORG", "O", 0.9), ("won", "O", "O", 0.9)],
        [("so", "O", "O", 0.9)] * 250 + [("Ova", "B-LOC", "O", 0.9)],  # cut in front
        [("Ova", "B-LOC", "O", 0.9)] + [("so", "O", "O", 0.9)] * 250,
    ],
    ids=["shortened word", "cut in front", "cut at the end"],
)
def test_a_sentence_that_is_not_whole_is_left_out(long):
    listed, header = listed_of(SENTENCES[0], long)
    file = download("jsonl", listed, header)
    assert (file.sentences, file.left_out) == (1, 1)
    with pytest.raises(InputError, match="no sentence to download: all are too long, or have words that are"):
        download("jsonl", listed[1:], header)


def test_a_file_may_have_a_name_in_any_script():
    headers = dict(Download("корпус-sentences.conll", "text/plain", b"", 1, 0).headers())
    assert headers["Content-Disposition"].isascii()
    assert unquote(headers["Content-Disposition"]).endswith("''корпус-sentences.conll")
