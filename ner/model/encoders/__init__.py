"""Encoders: characters to features. A new one is a file here and a line below."""

from ner.model.encoders.base import Encoder
from ner.model.encoders.gru import GRUEncoder
from ner.model.encoders.hierarchical import HierarchicalEncoder
from ner.model.encoders.lstm import LSTMEncoder

ENCODERS: dict[str, type[Encoder]] = {
    "lstm": LSTMEncoder,
    "gru": GRUEncoder,
    "hierarchical": HierarchicalEncoder,
}
