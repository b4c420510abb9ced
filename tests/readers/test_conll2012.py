"""CoNLL-2012: documents in parts, brackets for entities, and rows as long as their sentence has predicates.

Source: https://conll.cemantix.org/2012/data.html
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import InputError
from ner.text.sentence import Sentence
from ner.text.spans import spans_of
from tests.readers.written import equal, read, sentences, shown

GOLD = """#begin document (bn/inv/01/inv_0101); part 000
bn/inv/01/inv_0101   0   0    Velmora  NNP   (TOP(S(NP(NP*      -    -   -   Host_1    (GPE)   (ARG0*   (3|(0
bn/inv/01/inv_0101   0   1         's  POS               *)     -    -   -   Host_1       *         *      3)
bn/inv/01/inv_0101   0   2       Bank   NN               *)     -    -   1   Host_1    (ORG*        *)      0)
bn/inv/01/inv_0101   0   3         of   IN          (PP*        -    -   -   Host_1       *         *       -
bn/inv/01/inv_0101   0   4       Tarn  NNP      (NP*))          -    -   -   Host_1       *)        *       -
bn/inv/01/inv_0101   0   5      opens  VBZ        (VP*)       open  01   1   Host_1       *       (V*)      -
bn/inv/01/inv_0101   0   6         /.    .            *))       -    -   -   Host_1       *         *       -

bn/inv/01/inv_0101   0   0        Yes   UH  (TOP(INTJ*))        -    -   -   Guest        *         -

#end document
#begin document (bn/inv/01/inv_0101); part 001
bn/inv/01/inv_0101   1   0        Ada  NNP  (TOP(NP*))          -    -   -   -      (PERSON)        -

#end document
"""
READ = ["Velmora/B-GPE 's Bank/B-ORG of/I-ORG Tarn/I-ORG opens /.", "Yes", "Ada/B-PERSON"]


@pytest.mark.parametrize("separator", [None, "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_as_published_is_read_by_itself(tmp_path, separator, line_end):
    lines = [
        line if line.startswith("#") or not separator else separator.join(line.split()) for line in GOLD.split("\n")
    ]
    path = tmp_path / "inv.v4_gold_conll"
    path.write_bytes(line_end.join(lines).encode())
    found, counts = read(path, "columns")
    assert shown(found) == READ
    assert (counts.documents, counts.comments) == ({"#begin document": 2}, 4)


def test_words_that_a_skeleton_hides_are_read_as_they_stand(tmp_path):
    path = tmp_path / "inv.v4_gold_skel"
    path.write_text(GOLD.replace("Velmora", "[WORD] "))
    assert shown(read(path, "columns")[0])[0].startswith("[WORD]/B-GPE 's")


@pytest.mark.parametrize(
    ("old", "new", "line", "bracket"),
    [
        ("(ORG*  ", "(ORG(GPE*", 4, r"\(ORG\(GPE\*"),  # nested
        ("(ORG*  ", "*      ", 6, r"\*\)"),  # closed, never opened
        ("    *)        *       -\n", "    *         *       -\n", 4, r"\(ORG\*"),  # never closed
        ("(PERSON)", "(PERSON*", 14, r"\(PERSON\*"),
        ("(PERSON)", "PERSON)", 14, r"PERSON\)"),
    ],
)
def test_brackets_that_do_not_match_are_named_with_their_line(tmp_path, old, new, line, bracket):
    path = tmp_path / "inv.txt"
    assert GOLD.count(old) == 1
    path.write_text(GOLD.replace(old, new))
    message = rf"inv\.txt:{line}: bracket '{bracket}' is without its other half, or within another one: .*correct it"
    with pytest.raises(InputError, match=message):
        read(path, "columns")


def test_a_sentence_with_other_predicates_than_nearly_all_others_is_read(tmp_path):
    path = tmp_path / "train.txt"
    row = "bc/inv  0  {index}  Ada  NNP  (TOP(NP*))  -  -  -  Ada  (PERSON)  {roles}-\n"
    alike = "".join(row.format(index=index, roles="") for index in range(30))
    path.write_text(f"{alike}\n{row.format(index=0, roles='(A0*)  ')}\n")
    assert [len(one.tokens) for one in read(path, "columns")[0]] == [30, 1]


def brackets(sentence: Sentence) -> list[str]:
    cells = ["*"] * len(sentence.tokens)
    for entity_type, start, end in spans_of(sentence.tags):
        cells[start] = f"({entity_type}{cells[start]}"
        cells[end - 1] += ")"
    return [cell.replace("*)", ")") if cell.startswith("(") and cell.endswith("*)") else cell for cell in cells]


@given(sentences(), st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(1, 3))
def test_written_sentences_are_read_back(tmp_path_factory, written, predicates, per_part):
    path = tmp_path_factory.getbasetemp() / "written.v4_gold_conll"
    lines = []
    for number, one in enumerate(written):
        part, first = divmod(number, per_part)
        if first == 0:
            lines.append(f"#begin document (bc/inv); part {part:03d}")
        for index, (token, cell) in enumerate(zip(one.tokens, brackets(one), strict=True)):
            parse = "(TOP(X*" if index == 0 else "*"
            fields = ["bc/inv", part, index, token, "NN", parse + "))" * (index == len(one.tokens) - 1)]
            lines.append("  ".join(map(str, [*fields, "-", "-", "-", "Ada", cell, *["*"] * predicates[number], "-"])))
        lines.append("")
        if first == per_part - 1 or number == len(written) - 1:
            lines.append("#end document")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found, counts = read(path, "columns")
    assert equal(found, written)
    assert counts.documents.total() == -(-len(written) // per_part)
