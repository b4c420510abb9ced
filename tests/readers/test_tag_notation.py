from collections import Counter

import pytest

from data_tools.readers.columns.tag_notation import TagNotation, find_keys, find_notation
from ner.text.labels import NOT_ANNOTATED


def found(*cells, layer=None, entity_type=None):
    return find_notation(Counter(cells), layer, entity_type)


@pytest.mark.parametrize(
    ("cells", "tags"),
    [
        (["B-PER", "I-PER", "O"], ["B-PER", "I-PER", "O"]),
        (["B-geographic location", "O"], ["B-geographic_location", "O"]),
        (["B_PER", "I_PER", "O"], ["B-PER", "I-PER", "O"]),
        (["b-per", "i-per", "s-org", "O"], ["B-per", "I-per", "S-org", "O"]),
        (["i-per", "o", "o"], ["I-per", "O", "O"]),
        (["b-per", "i-per", "b_org", "O"], ["B-per", "I-per", "b_org", "O"]),
        (["PER-B", "PER-I", "O"], ["B-PER", "I-PER", "O"]),
        (["PER_B", "ORG_B", "O"], ["B-PER", "B-ORG", "O"]),
        (["PERS", "PERS", "O", "O"], ["I-PERS", "I-PERS", "O", "O"]),
        (["PERS", "0", "0"], ["I-PERS", "O", "O"]),
        (["I-PER", "B-PER", "0", "0", "0"], ["I-PER", "B-PER", "O", "O", "O"]),
        (["PER-B", "0", "0"], ["B-PER", "O", "O"]),
        (["B-PER", "0", "0", "_"], ["B-PER", "O", "O", NOT_ANNOTATED]),
        (
            ["art-music", "media/newspaper", "food & drink", "O"],
            ["I-art-music", "I-media/newspaper", "I-food_&_drink", "O"],
        ),
        (["e-mail", "O"], ["I-e-mail", "O"]),
        (["i-beam", "girder", "plate", "O", "O"], ["I-i-beam", "I-girder", "I-plate", "O", "O"]),
        (
            [f"type{number}" for number in range(66)] + ["O"] * 30,
            [f"I-type{number}" for number in range(66)] + ["O"] * 30,
        ),
        (["(PERSON*", "*)", "*", "(ORG)"], ["B-PERSON", "I-PERSON", "O", "B-ORG"]),
        (["B-PER", "O", "_"], ["B-PER", "O", NOT_ANNOTATED]),
        (["PERS", "O", "-", "O"], ["I-PERS", "O", NOT_ANNOTATED, "O"]),
        (["B-PER", "_", "_"], ["B-PER", "O", "O"]),  # nothing is O otherwise
        (["O", "O"], ["O", "O"]),
    ],
)
def test_find_notation_reads_every_form_of_tags(cells, tags):
    notation = found(*cells)
    assert notation.tags(cells) == tags
    as_written = [NOT_ANNOTATED if cell == "_" and {"O", "0"} & {*cells} else cell.replace(" ", "_") for cell in cells]
    assert bool(notation.describe()) == (tags != as_written)


@pytest.mark.parametrize(
    "cells",
    [
        ["NNP", "VBZ", "IN"],
        ["_", "_"],
        ["-", "-"],
        ["0", "0"],
        ["0", "2", "1"],
        ["(TOP(S(NP*", "*))", "*)"],
        ["(V*)", "(ARG0*", "*)", "*"],
        ["a", "b", "c", "d", "O"],
    ],
)
def test_find_notation_takes_no_other_column_for_tags(cells):
    assert found(*cells) is None


def test_bare_prefixes_are_of_the_type_that_is_named():
    assert found("B", "I", "O", entity_type="GENE").tags(["B", "I", "O"]) == ["B-GENE", "I-GENE", "O"]
    assert found("B", "I", "0", entity_type="GENE").tags(["B", "I", "0"]) == ["B-GENE", "I-GENE", "O"]
    assert found("B", "I", "O").tags(["B"]) == ["B"]
    assert found("B", "I", "O", entity_type="GENE").tags(["BI"]) == ["BI"]  # not one of the prefixes


def test_a_layer_is_chosen_among_the_tags_of_a_cell():
    cells = ["B-ORG|B-LOC", "I-ORG|O", "O", "B-PER"]
    assert found(*cells, layer=0).tags(cells) == ["B-ORG", "I-ORG", "O", "B-PER"]
    assert found(*cells, layer=1).tags(cells) == ["B-LOC", "O", "O", "O"]  # the only tag is that of layer 0


def test_find_keys_finds_tags_in_misc():
    cells = ["NER=B-PER|SpaceAfter=No", "x=y|NER=O", "_", "SpaceAfter=No"]
    [notation] = find_keys(Counter(cells), None)
    assert notation.tags(cells) == ["B-PER", "O", "O", "O"]
    assert find_keys(Counter(["SpaceAfter=No", "x=y"]), None) == []


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        (["NER=B-PER|Event=O", "NER=O|Event=B-TALK"], ["NER", "Event"]),
        (["NER=B-PER|Event=O", "NER=O|Event=O"], ["NER"]),
        (["NER=O|Event=O"], ["NER", "Event"]),
        (["NER=B-PER|Gloss=I-GEN", "Gloss=see", "Gloss=hear"], ["NER"]),  # not a layer of tags
    ],
)
def test_find_keys_finds_every_key_of_which_most_values_are_tags(cells, keys):
    assert [notation.key for notation in find_keys(Counter(cells), None)] == keys


def test_a_cell_that_is_no_tag_stays_as_it_is():
    assert TagNotation().tags(["B_PER", "--", "x"]) == ["B_PER", "--", "x"]
    assert found("(PER*", "*)", "*").tags(["(PER*", "(ORG*", "*)", "*)"]) == ["B-PER", "(ORG*", "I-PER", "*)"]


def test_what_is_remembered_of_a_column_stays_small():
    notation = TagNotation()
    for number in range(40_000):
        notation.tags([f"x{number}"])
    assert len(notation._known) < 20_000
