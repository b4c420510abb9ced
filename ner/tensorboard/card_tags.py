"""Tags of scalars in an order that puts the most important ones on TensorBoard's first screen.

TensorBoard sorts groups of cards by name, capitals first, and opens the first two. So the group `Overview` has the
loss, entity F1 and the F1 of each type. Scores of single labels of characters and words are left to the report and the
NER tab: they would be many dozen cards.
"""

import re
from collections.abc import Mapping

ENTITY_F1, LOSS, TYPE_F1 = "Overview/entity_f1", "Overview/loss", "Overview/per_type_f1/"  # in the order of cards
_REPEATED = {"entity/micro_f1": ENTITY_F1, "loss": LOSS}
_OF_LABELS = re.compile("(character|word)/(f1|precision|recall)/")


def shown(scalars: Mapping[str, float]) -> dict[str, float]:
    """Tag -> value of those that have a card: all but those of single labels.

    F1 of types, `entity/f1/TYPE`, stands in the overview alone; loss and entity F1 also under their own names.
    """
    cards = {}
    for tag, value in scalars.items():
        if tag in _REPEATED:
            cards[_REPEATED[tag]] = value
        if not _OF_LABELS.match(tag):
            cards[re.sub("^entity/f1/", TYPE_F1, tag)] = value
    return cards
