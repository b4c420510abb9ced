from data_tools.building.running_text import in_running_text
from data_tools.readers.base import SourceSentence
from ner.text.sentence import Sentence


def source(tokens, space_after=None):
    sentence = Sentence.from_tokens(tokens, ["O"] * len(tokens))
    if space_after is not None:
        sentence = Sentence(sentence.tokens, sentence.tags, space_after)
    return SourceSentence(0, 0, 0, range(len(tokens)), sentence)


def test_a_share_of_the_sentences_gets_the_spaces_of_running_text():
    sources = [source([f"Ada{number}", ",", "Bo", "."]) for number in range(400)]
    for share, expected in ((0.0, 0), (0.25, 100), (1.0, 400)):
        texts = [in_running_text(one, share).sentence.text for one in sources]
        changed = sum(text == f"Ada{number}, Bo." for number, text in enumerate(texts))
        assert abs(changed - expected) <= (30 if 0 < share < 1 else 0)
        assert sum(text == f"Ada{number} , Bo ." for number, text in enumerate(texts)) == 400 - changed


def test_the_spaces_of_the_corpus_stay():
    given = source(["Ada", ",", "Bo", "."], (True, False, True, False))
    assert in_running_text(given, 1.0) is given
