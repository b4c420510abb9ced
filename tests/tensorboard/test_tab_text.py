"""How sentences and long names stand in the NER tab: their direction, and that nothing of them is out of sight."""

# Left edges of some words of a sentence, which is drawn in a place of `width` pixels; how far it sticks out.
DRAWN = """import("/data/plugin/ner/static/sentence.js").then(({ sentenceView }) => {
    const place = document.createElement("div");
    place.style.width = "%(width)dpx";
    document.body.append(place);
    const known = { noSpaceAfter: [], unannotated: [], characters: [], before: 0, after: 3, first: 0 };
    const sentence = { ...known, ...%(sentence)s };
    place.append(sentenceView(sentence, { labels: %(labels)s, types: %(types)s }, null));
    const edges = [...place.querySelectorAll("bdi, .cut")].filter(({ textContent }) => %(shown)s.includes(textContent))
        .map(one => one.getBoundingClientRect().left);
    const found = [edges, place.scrollWidth - %(width)d];
    place.remove();
    return found;
})"""  # fmt: skip


def drawn(tab, tokens, gold, predicted, types=("LOC",), width=600, shown=()):
    labels = ["O", *(f"{prefix}-{name}" for name in types for prefix in "BI")]
    sentence = {"tokens": tokens, "gold": gold, "predicted": predicted, "confidences": [90] * len(tokens)}
    return tab.run(
        DRAWN % {"width": width, "sentence": sentence, "labels": labels, "types": [*types], "shown": [*shown]}
    )


def test_a_sentence_begins_at_the_side_where_its_script_does(tab):
    """Every word is isolated, so the browser cannot tell the direction of the whole by itself."""
    (first, last), _ = drawn(tab, ["Ostrel", "and", "Ova"], [1, 0, 1], [1, 0, 0], shown=("Ostrel", "Ova"))
    assert first < last
    hebrew = ["1.", "\u05d0\u05d5\u05e1\u05d8\u05e8", "\u05d5", "\u05d0\u05d5\u05d1\u05d4"]
    shown = (hebrew[1], hebrew[3], "\u2026 3 words more")
    (first, last, cut), _ = drawn(tab, hebrew, [0, 1, 0, 1], [0, 1, 0, 0], shown=shown)
    assert first > last > cut
    (gold, predicted), _ = drawn(tab, hebrew, [0, 1, 0, 0], [0, 0, 0, 0], shown=("LOC", "missed"))
    assert gold < predicted, "the arrow between types points to the right"


def test_types_of_an_error_with_long_names_stay_within_their_place(tab):
    types = ("organization-government/agency", "organization-showorganization")
    _, outside = drawn(tab, ["The", "Ostrel", "Selk", "won"], [1, 2, 1, 0], [0, 3, 4, 4], types=types, width=300)
    assert outside == 0
