import pytest

from ner.errors import InputError
from ner.text.labels import Labels


def test_labels_order_is_outside_then_types_in_alphabetical_order():
    labels = Labels.from_tags(["I-PER", "O", "B-LOC", "B-PER", "B-LOC"])
    assert labels.names == ("O", "B-LOC", "B-PER", "I-PER")
    assert labels.ids == {"O": 0, "B-LOC": 1, "B-PER": 2, "I-PER": 3}
    assert labels.types == ("LOC", "PER")


def test_labels_allow_inside_only_after_the_same_type():
    labels = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
    assert labels.start_mask.tolist() == [True, True, False, True, False]
    allowed = {
        (a, b) for i, a in enumerate(labels.names) for j, b in enumerate(labels.names) if labels.transition_mask[i, j]
    }
    assert ("B-LOC", "I-LOC") in allowed
    assert ("I-LOC", "I-LOC") in allowed
    assert ("O", "I-LOC") not in allowed
    assert ("B-PER", "I-LOC") not in allowed
    assert ("I-PER", "I-LOC") not in allowed
    assert all((before, after) in allowed for before in labels.names for after in ("O", "B-LOC", "B-PER"))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("B-LOC",), "first label must be 'O'"),
        (("O", "B-LOC", "B-LOC"), r"\['B-LOC'\] are given more than once"),
        (("O", "B_LOC"), "'B_LOC' is not O, B-TYPE or I-TYPE"),
        (("O", "B-"), "'B-' is not"),
        (("O", *(f"B-{i}" for i in range(255))), "at most 255"),
        (("O", *(f"B-{i}" for i in range(128))), "128 entity types, but there can be at most 127"),
    ],
)
def test_labels_refuse_what_is_no_label_set(names, message):
    with pytest.raises(InputError, match=message):
        Labels(names)
