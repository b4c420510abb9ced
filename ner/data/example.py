"""What a record holds: one sentence as a `tf.train.Example`, read back without TensorFlow (`encoding` writes it).

| feature | kind | content |
|---|---|---|
| `chars` | bytes, 1 | character ids, uint16 little endian, [T] |
| `labels` | bytes, 1 | character label ids, uint8, [T]; 255 where the token is unannotated |
| `text` | bytes, 1 | the sentence, UTF-8, T characters |
| `words` | bytes, 1 | where its tokens stand (`ner.text.word_marks`), uint8, [T] |
| `document` | int64, 1 | number of its document in the split, from 0 |
| `source` | int64, 1 | index of its file in the split's `sources` in `dataset.json` |
| `line` | int64, 1 | its first line in that file, from 1; 0 where it came from no file |

Training reads `chars`, `labels` and `words`. Any reader of `tf.train.Example` can read the shards; `tf.io.decode_raw`
turns the byte features into numbers. Source of the message: `tensorflow/core/example/{example,feature}.proto`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from ner.text.labels import Labels
from ner.text.sentence import Sentence, collect
from ner.text.word_marks import words_of


def _message_class() -> type[message.Message]:
    """`tf.train.Example` from a descriptor of our own, in a pool of its own so that it lives beside TensorFlow's."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tensorflow", syntax="proto3")

    def add(parent: Any, name: str, *fields: tuple[str, int, int, int, str]) -> Any:
        kind = parent.add(name=name)
        for field_name, number, label, field_type, type_name in fields:
            kind.field.add(name=field_name, number=number, label=label, type=field_type, type_name=type_name or None)
        return kind

    one, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    add(file.message_type, "BytesList", ("value", 1, many, field.TYPE_BYTES, ""))
    add(file.message_type, "FloatList", ("value", 1, many, field.TYPE_FLOAT, ""))
    add(file.message_type, "Int64List", ("value", 1, many, field.TYPE_INT64, ""))
    kinds = ("bytes_list", "BytesList"), ("float_list", "FloatList"), ("int64_list", "Int64List")
    feature = add(
        file.message_type,
        "Feature",
        *((name, i + 1, one, field.TYPE_MESSAGE, f".tensorflow.{type_}") for i, (name, type_) in enumerate(kinds)),
    )
    feature.oneof_decl.add(name="kind")
    for kind in feature.field:
        kind.oneof_index = 0
    entry = ".tensorflow.Features.FeatureEntry"
    features = add(file.message_type, "Features", ("feature", 1, many, field.TYPE_MESSAGE, entry))
    map_entry = add(
        features.nested_type,
        "FeatureEntry",
        ("key", 1, one, field.TYPE_STRING, ""),
        ("value", 2, one, field.TYPE_MESSAGE, ".tensorflow.Feature"),
    )
    map_entry.options.map_entry = True
    add(file.message_type, "Example", ("features", 1, one, field.TYPE_MESSAGE, ".tensorflow.Features"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.Example"))


_Example: Any = _message_class()


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One sentence of a shard: `char_ids` uint16 [T], `label_ids` uint8 [T], `starts` and `ends` int64 [W].

    `document`, `source` and `line` say where it came from, as the table above tells.
    """

    char_ids: np.ndarray
    label_ids: np.ndarray
    text: str
    starts: np.ndarray
    ends: np.ndarray
    document: int
    source: int
    line: int

    def sentence(self, labels: Labels) -> Sentence:
        """The sentence that was written: tokens, IOB2 tags and spaces."""
        tokens = tuple(self.text[start:end] for start, end in zip(self.starts, self.ends, strict=True))
        tags = labels.tags(collect(self.label_ids, self.starts).tolist())
        spaces = tuple(bool(gap) for gap in self.starts[1:] > self.ends[:-1])
        return Sentence(tokens, tags, (*spaces, True))


def decode(serialized: bytes) -> Record:
    """The record in a serialized `tf.train.Example`.

    Raises ValueError where the bytes are no such message or its features do not fit together.
    """
    example = _Example()
    try:
        example.ParseFromString(serialized)
    except message.DecodeError as error:
        raise ValueError(f"not a tf.train.Example: {error}") from error
    feature = example.features.feature
    single = {name: _only(name, feature[name].bytes_list) for name in ("chars", "labels", "text", "words")}
    numbers = {name: _only(name, feature[name].int64_list) for name in ("document", "source", "line")}
    starts, ends = words_of(np.frombuffer(single["words"], np.uint8))
    record = Record(
        char_ids=np.frombuffer(single["chars"], "<u2"),
        label_ids=np.frombuffer(single["labels"], np.uint8),
        text=single["text"].decode(),
        starts=starts,
        ends=ends,
        **numbers,
    )
    lengths = len(record.char_ids), len(record.label_ids), len(record.text), len(single["words"])
    if len(set(lengths)) > 1:
        sizes = "{} ids, {} labels, {} characters, {} marks of words".format(*lengths)
        raise ValueError(f"features disagree on the length: {sizes}")
    if not _cover(record.starts, record.ends, len(record.text)):
        raise ValueError("token starts and ends do not cover the text in order")
    return record


def _only(name: str, values: Any) -> Any:
    """The one value of a feature."""
    if len(values.value) != 1:
        raise ValueError(f"feature {name!r} holds {len(values.value)} values instead of 1")
    return values.value[0]


def _cover(starts: np.ndarray, ends: np.ndarray, length: int) -> bool:
    """Whether the tokens are in order, at most one space apart, and reach from the first character to the last."""
    if len(starts) == 0 or len(starts) != len(ends) or starts[0] != 0 or ends[-1] != length:
        return False
    gaps = starts[1:] - ends[:-1]
    return bool((ends > starts).all() and (gaps >= 0).all() and (gaps <= 1).all())
