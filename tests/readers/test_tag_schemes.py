import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.readers.tag_schemes import SchemeEvidence, check_tag, to_iob2, type_name
from ner.text.spans import spans_of
from tests.iob2 import tags_of

# Prefixes of the first, inner and last word of an entity, and of an entity of one word.
SCHEMES = {"IOB2": "BIIB", "BIOES": "BIES", "BILOU": "BILU", "BMES": "BMES"}


@st.composite
def entity_lists(draw):
    """`(type or "", length)` of neighbouring stretches of a sentence; a type of "" is outside of any entity."""
    return draw(st.lists(st.tuples(st.sampled_from(["", "PER", "creative-work"]), st.integers(1, 4)), min_size=1))


def write(stretches, prefixes):
    first, inner, last, single = prefixes
    tags = []
    for entity_type, length in stretches:
        if not entity_type:
            tags += ["O"] * length
        elif length == 1:
            tags.append(f"{single}-{entity_type}")
        else:
            tags += [f"{first}-{entity_type}", *[f"{inner}-{entity_type}"] * (length - 2), f"{last}-{entity_type}"]
    return tags


def write_iob1(stretches):
    tags, before = [], ""
    for entity_type, length in stretches:
        opening = "B" if entity_type == before else "I"
        tags += [f"{opening}-{entity_type}", *[f"I-{entity_type}"] * (length - 1)] if entity_type else ["O"] * length
        before = entity_type
    return tags


def evidence_of(*sentences):
    evidence = SchemeEvidence()
    for tags in sentences:
        evidence.add_sentence(tags.split())
    return evidence


@given(entity_lists())
def test_to_iob2_reads_the_same_entities_from_every_scheme(stretches):
    expected = tuple(write(stretches, SCHEMES["IOB2"]))
    for prefixes in SCHEMES.values():
        assert to_iob2(write(stretches, prefixes)) == expected
    assert to_iob2(write_iob1(stretches)) == expected


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "I-B", "E-A", "E-B", "S-A", "L-B", "U-B", "M-A"])))
def test_to_iob2_gives_valid_iob2_from_any_tags(tags):
    found = list(to_iob2(tags))
    assert tags_of(spans_of(found), len(found)) == found
    assert [tag == "O" for tag in found] == [tag == "O" for tag in tags]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("I-LOC I-LOC B-LOC O I-LOC", "B-LOC I-LOC B-LOC O B-LOC"),
        ("I-LOC I-PER", "B-LOC B-PER"),
        ("B-LOC E-PER", "B-LOC B-PER"),
        ("S-PER I-PER", "B-PER B-PER"),
        ("B-PER E-PER I-PER", "B-PER I-PER B-PER"),
        ("E-PER L-PER", "B-PER B-PER"),
        ("O O", "O O"),
    ],
)
def test_to_iob2_repairs_what_has_no_opening(tags, expected):
    assert to_iob2(tags.split()) == tuple(expected.split())


@pytest.mark.parametrize(
    "tag", ["O", "B-PER", "I-creative-work", "S-GPE.1", "M-时间", "B--", "U-_", "B-E-mail", "B-I-95"]
)
def test_check_tag_accepts_every_scheme(tag):
    assert check_tag(tag) is None


@pytest.mark.parametrize(
    "tag", ["B_PER", "I-", "b-per", "-", "X-PER", "", "o", "0", "B", "B- PER", "B-a\u00a0b", "-PER"]
)
def test_check_tag_names_a_wrong_tag_and_the_right_forms(tag):
    assert (
        check_tag(tag) == f"tag {tag!r} is not O, B-TYPE or I-TYPE (of other schemes also E-, S-, L-, U-, M-, W-TYPE)"
    )


@pytest.mark.parametrize(
    ("tag", "name"), [("B-B-PER", "B_PER"), ("I-I-PER", "I_PER"), ("B-I-geo-loc", "I_geo-loc"), ("I-B-cell", "B_cell")]
)
def test_check_tag_refuses_a_type_that_is_a_tag(tag, name):
    assert check_tag(tag) == (
        f"entity type {tag[2:]!r} is a tag of tokens; expected {tag[4:]!r}, once for the whole entity "
        f"(if that is its name, write {name!r})"
    )
    assert check_tag(f"B-{name}") is None


@pytest.mark.parametrize(
    ("tag", "between"),
    [("B-loc,B-group", ","), ("B-loc#B-org", "#"), ("I-A;I-B;I-C", ";"), ("O/B-B", "/"), ("S-A+I-B", "+")],
)
def test_check_tag_refuses_several_tags_in_one(tag, between):
    remedy = f"keep one, or write '|' for '{between}' between them and choose one with --layer=0, --layer=1, ..."
    assert check_tag(tag) == f"tag '{tag}' holds several tags; {remedy}"
    assert check_tag(tag, layers=True) is None


@pytest.mark.parametrize("tag", ["B-person-artist/author", "B-phone/E-mail", "B-location,group", "B-A/B-2"])
def test_check_tag_accepts_types_with_signs_in_them(tag):
    assert check_tag(tag) is None


@pytest.mark.parametrize("name", SCHEMES)
def test_evidence_names_a_scheme(name):
    evidence = evidence_of(" ".join(write([("PER", 3), ("", 1), ("PER", 1)], SCHEMES[name])))
    assert evidence.name == name
    assert evidence.describe() == f"{name} (2 entities)"


def test_evidence_names_iob1_and_counts_both_openings():
    evidence = evidence_of("I-PER I-PER B-PER O I-LOC", "I-LOC O")
    assert evidence.describe() == "IOB1 (4 entities: 3 open with I-, 1 with B-)"


def test_evidence_tells_iob2_with_slips_from_iob1():
    evidence = evidence_of("B-PER I-PER O B-LOC", "O I-LOC O B-LOC")
    assert evidence.describe() == "IOB2 (4 entities; 1 I- tag opens an entity and was read as B-)"


def test_evidence_counts_slips_of_other_schemes():
    evidence = evidence_of("S-PER O I-PER E-PER", "E-LOC", "E-LOC")
    assert evidence.describe() == "BIOES (4 entities; 2 E- and 1 I- tags open an entity and were read as B-)"


@pytest.mark.parametrize("tags", ["S-PER U-PER", "B-PER E-PER B-PER L-PER", "B-A M-A L-A", "B-A I-A E-A M-A E-A"])
def test_evidence_calls_prefixes_of_two_schemes_mixed(tags):
    assert evidence_of(tags).name == "mixed"


def test_evidence_of_a_mixture_counts_its_prefixes():
    assert evidence_of("S-PER U-PER O U-PER").describe() == "mixed (3 entities: 1 S-, 2 U-)"


@pytest.mark.parametrize("evidence", [SchemeEvidence(), evidence_of("O O O")])
def test_evidence_without_entities_is_iob2(evidence):
    assert evidence.describe() == "IOB2 (no entities)"


def test_evidence_of_one_entity_says_so():
    assert evidence_of("O B-PER").describe() == "IOB2 (1 entity)"


def test_evidence_writes_large_counts_with_separators():
    evidence = SchemeEvidence()
    for _ in range(1234):
        evidence.add_sentence(["B-PER"])
    assert evidence.describe() == "IOB2 (1,234 entities)"


@given(st.lists(st.lists(st.sampled_from(["O", "B-A", "I-A", "I-B"]))), st.integers(0, 5))
def test_evidence_of_parts_adds_up_to_that_of_the_whole(sentences, cut):
    whole, left, right = SchemeEvidence(), SchemeEvidence(), SchemeEvidence()
    for number, tags in enumerate(sentences):
        whole.add_sentence(tags)
        (left if number < cut else right).add_sentence(tags)
    left.add(pickle.loads(pickle.dumps(right)))
    assert left == whole


@pytest.mark.parametrize(
    ("tags", "name", "iob2"),
    [
        (["I-X", "E-X", "O", "E-X"], "IOE2", ["B-X", "I-X", "O", "B-X"]),
        (["I-X", "I-X", "O", "I-X", "E-X", "I-X", "O"], "IOE1", ["B-X", "I-X", "O", "B-X", "I-X", "B-X", "O"]),
        (["B-X", "M-X", "E-X", "W-X"], "BMEWO", ["B-X", "I-X", "I-X", "B-X"]),
        (["W-X", "U-X"], "mixed", ["B-X", "B-X"]),
    ],
)
def test_schemes_that_mark_ends_are_named_and_read(tags, name, iob2):
    evidence = SchemeEvidence()
    evidence.add_sentence(tags)
    assert (evidence.name, list(to_iob2(tags))) == (name, iob2)


def test_type_names_have_no_spaces_and_are_no_words_of_reports():
    assert [type_name(text) for text in ("PER", "geographic  place", "missed", "spurious", "micro")] == [
        *("PER", "geographic_place", "missed_", "spurious_", "micro")
    ]
