"""Heads: features to label scores and a loss. A new one is a file here and a line below."""

from ner.model.heads.base import Head
from ner.model.heads.crf import CRFHead
from ner.model.heads.softmax import SoftmaxHead

HEADS: dict[str, type[Head]] = {
    "softmax": SoftmaxHead,
    "crf": CRFHead,
}
