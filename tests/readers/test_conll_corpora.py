from pathlib import Path

import pytest

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"{CORPORA} is not there")
@pytest.mark.parametrize(
    ("file", "sentences", "tokens", "docstarts", "evidence"),
    [
        ("wikigold/validation.txt", 246, 5_510, 15, "IOB1 (575 entities: 575 open with I-, 0 with B-)"),
        ("wnut17/train.conll", 3_394, 62_730, 0, "IOB2 (1,975 entities)"),
        ("wnut17/validation.conll", 1_009, 15_733, 0, "IOB2 (836 entities)"),
        ("wikineural-en/validation.conllu", 1_499, 34_704, 0, "IOB2 (2,519 entities; 58 I- tags open an entity"),
    ],
)
def test_read_sentences_reads_real_corpora_whole(file, sentences, tokens, docstarts, evidence):
    path, counts = str(CORPORA / file), ReadCounts()
    found = list(read_sentences(path, find_dialect(path), counts=counts))
    assert (len(found), sum(len(s.sentence.tokens) for s in found)) == (sentences, tokens)
    assert (counts.docstarts, counts.comments) == (docstarts, 0)
    assert counts.evidence.describe().startswith(evidence)
