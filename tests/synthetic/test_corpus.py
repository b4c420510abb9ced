"""The grammar's notation, the names and the spelling that an invented corpus is made of."""

import re
from itertools import pairwise

import pytest

from data_tools.synthetic import corpus, style
from data_tools.synthetic.grammar import REFERENCE, Writer, parse, tagged
from data_tools.synthetic.names import SPLITS, Cast, Inventory
from data_tools.synthetic.portable_random import PortableRandom
from ner.text.sentence import Sentence


def write(pattern: str, slots: dict[str, str] | None = None, **rules: str) -> Sentence:
    fill = {name: (lambda value=value: value) for name, value in (slots or {}).items()}
    return Writer(parse({"start": pattern, **rules}), fill, PortableRandom(0)).write("start")


def test_dice_give_the_same_numbers_on_every_python_version():
    rng = PortableRandom(7)
    assert [rng.number(1, 100) for _ in range(6)] == [33, 16, 66, 8, 54, 37]
    assert "".join(rng.pick("abcdef") for _ in range(8)) == "adacaace"


def test_dice_reach_both_ends():
    rng = PortableRandom(1)
    assert {rng.number(2, 4) for _ in range(100)} == {2, 3, 4}


def test_writer_tags_what_stands_in_brackets():
    sentence = write("flew to [LOC <town> Island] with <who> .", {"town": "Tarvel"}, who="[PER J. Morrin]")
    assert sentence.text == "flew to Tarvel Island with J. Morrin ."
    assert sentence.tags == ("O", "O", "B-LOC", "I-LOC", "O", "B-PER", "I-PER", "O")


def test_writer_opens_a_new_entity_beside_another_one():
    assert write("[LOC Tarvel] [LOC Ostrel]").tags == ("B-LOC", "B-LOC")


def test_writer_fills_a_slot_with_several_words_and_within_a_word():
    sentence = write("[PER <name>] , [MISC <adjective>-born]", {"name": "Mira Tarvel", "adjective": "Norvian"})
    assert sentence.tokens == ("Mira", "Tarvel", ",", "Norvian-born")
    assert sentence.tags == ("B-PER", "I-PER", "O", "B-MISC")


def test_writer_chooses_one_of_the_words_or_none():
    writer = Writer(parse({"start": "very| good|bad"}), {}, PortableRandom(0))
    assert {writer.write("start").text for _ in range(60)} == {"very good", "very bad", "good", "bad"}


def test_writer_prefers_a_pattern_not_yet_used():
    def repeats(num_patterns: int) -> int:
        text = "\n".join(f"p{i}" for i in range(num_patterns))
        pairs = [Writer(parse({"start": text}), {}, PortableRandom(seed)) for seed in range(400)]
        return sum(writer.write("start") == writer.write("start") for writer in pairs)

    assert repeats(2) == pytest.approx(100, abs=40)  # 1/4 of 400; without the second draw 1/2
    assert repeats(1) == 400


def test_parse_repeats_a_weighted_pattern():
    assert parse({"rule": "3 * a <b>\n    c"}) == {"rule": [["a", "<b>"]] * 3 + [["c"]]}


def test_tagged_refuses_an_entity_within_an_entity():
    with pytest.raises(ValueError, match="entity LOC within ORG: University of"):
        tagged(["[ORG", "University", "of", "[LOC", "Tarvel", "]", "]"])


def test_writer_names_a_reference_that_is_neither_rule_nor_slot():
    with pytest.raises(KeyError, match="twon"):
        write("in <twon>", {"town": "Tarvel"})


def test_rules_are_all_defined_and_all_used():
    rng = PortableRandom(0)
    slots = {**Cast(Inventory(rng), "train", rng).slots, **corpus.number_slots(rng)}
    pieces = [piece for patterns in corpus.RULES.values() for pattern in patterns for piece in pattern]
    referred = {name for piece in pieces for name in REFERENCE.findall(piece)}
    started = {"dateline", *(rule for kind in corpus.KINDS for rule in (*kind.sentences, kind.headline))} - {""}
    assert referred - set(corpus.RULES) <= set(slots)
    assert (set(corpus.RULES) | set(slots)) == referred | started
    # A rule is only expanded where it stands alone; within a word or beside `|` there may be slots only.
    assert not {name for piece in pieces if not REFERENCE.fullmatch(piece) for name in REFERENCE.findall(piece)} - set(
        slots
    )


def test_rules_have_enough_sentence_patterns():
    started = {rule for kind in corpus.KINDS for rule in kind.sentences}
    assert sum(len({tuple(pattern) for pattern in corpus.RULES[rule]}) for rule in started) >= 100


def test_inventory_keeps_names_of_validation_and_test_out_of_train():
    rng = PortableRandom(3)
    inventory = Inventory(rng)
    drawn = {
        split: {inventory.draw(k, split, rng) for k in ("town", "surname") for _ in range(2000)} for split in SPLITS
    }
    assert drawn["validation"] - drawn["train"]
    assert drawn["test"] - drawn["train"]
    assert drawn["validation"] & drawn["test"] <= drawn["train"]


def test_cast_does_not_repeat_a_name_at_once():
    rng = PortableRandom(0)
    town = Cast(Inventory(rng), "train", rng).slots["town"]
    towns = [town() for _ in range(500)]
    assert all(first != second for first, second in pairwise(towns))
    assert len(set(towns)) < 300  # but it comes back


def test_tidy_drops_a_comma_before_other_punctuation_and_writes_an():
    sentence = write("a old mayor , of Tarvel , . a university a")
    assert style.tidy(sentence).text == "an old mayor , of Tarvel . a university a"


def test_tidy_keeps_what_belongs_to_an_entity():
    assert style.tidy(write("[MISC a idea ,] !")).text == "a idea , !"


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (style.sentence_case, '" What Élan ? "'),
        (style.capitals, '" WHAT ÉLAN ? "'),
        (style.lower_case, '" what élan ? "'),
    ],
)
def test_spelling_changes_letters_only(spelling, text):
    sentence = Sentence.from_tokens(('"', "what", "Élan", "?", '"'), ("O", "O", "B-ORG", "O", "O"))
    assert spelling(sentence) == Sentence.from_tokens(text.split(), sentence.tags)


def test_sentence_case_of_punctuation_alone_is_itself():
    assert style.sentence_case(Sentence.from_tokens([":)"], ["O"])).text == ":)"


def test_names_are_single_words():
    rng = PortableRandom(0)
    inventory = Inventory(rng)
    for kind in ("surname", "town", "given", "brand", "country"):
        assert re.fullmatch(r"[A-Z][a-zéö]+", inventory.draw(kind, "test", rng))
