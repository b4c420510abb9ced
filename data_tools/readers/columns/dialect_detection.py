"""Finds the dialect of a column file by looking at its first rows."""

import re
from collections.abc import Iterable
from dataclasses import replace

from data_tools.readers import tag_schemes
from data_tools.readers.columns.column_sample import ColumnSample, are_conll2012, named_token, types_beside
from data_tools.readers.columns.dialect import TAB, Dialect
from data_tools.readers.columns.tag_notation import BRACKETS, FORMS, TYPE, TagNotation, find_keys
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.tag_schemes import check_tag
from ner.console import counted
from ner.errors import InputError
from ner.text.labels import OUTSIDE

_CONLLU_MISC = 9
_LANGUAGE = re.compile(r"[a-z]{2,}(?:-[a-z]+)*:")  # before each token of WikiAnn: Pan et al. 2017, P17-1178
_PLACED = re.compile(r".[0-9]+")  # a character with its place in a word, as in Weibo: Peng and Dredze 2015, D15-1064
# https://conll.cemantix.org/2012/data.html
CONLL2012_TOKEN, _CONLL2012_TAG = 3, 10


def find_dialect(path: str, options: ReadOptions | None = None) -> Dialect:
    """The dialect of a file, from its first rows; columns that are given are taken as they are.

    The tag column is the one that holds tags of entities; where several do, nothing in the file says which is meant,
    and one must be given. The token column is the one that a header names, else the first that holds no numbers,
    ranges, identifiers or tags, unless another one has over twice as many different values. Raises `InputError` on a
    file without rows, with one column, without tags, with several tag columns, with rows of different length, without a
    column that is given, with a language before each token (`en:London`), or with a number after each (`王0`).
    """
    options = options or ReadOptions()
    sample = ColumnSample.of(path, options)
    is_conll2012 = are_conll2012(sample.rows) and options.token_column is None and options.tag_column is None
    if is_conll2012:
        options = replace(options, token_column=CONLL2012_TOKEN, tag_column=_CONLL2012_TAG)
    if options.token_column is None and options.tag_column is None:
        sample.check_even()
    token = sample.position("--token_column", options.token_column)
    tag = sample.position("--tag_column", options.tag_column)
    index = 0 if 0 not in (token, tag) and sample.counts_up() else None
    if is_conll2012 and tag is not None:
        notation = TagNotation(form=BRACKETS)  # even where the first rows have no entity
    elif tag is None:
        tag, notation = _find_tags(sample, besides=(index, token))
    else:
        notation = sample.notation(tag) or _find_key(sample, tag) or TagNotation()
    _check_notation(sample, tag, notation, is_named=options.tag_column is not None)
    if token is None:
        token = _find_token(sample, besides=(index, tag))
    if token == tag:
        remedy = "correct --token_column or --tag_column"
        raise InputError(f"{sample.where}: column {tag} cannot be both token and tag; {remedy}")
    _check_tokens(sample, token)
    return Dialect(
        separator=sample.separator,
        columns=None if is_conll2012 else sample.columns,  # as many after the tags as a sentence has predicates
        token_column=token,
        tag_column=tag,
        index_column=index,
        misc_column=_find_misc(sample, (index, token), tag, notation),
        notation=notation,
        header=sample.header,
        encoding=options.encoding,
        empty_token=options.empty_token,
    )


def _find_tags(sample: ColumnSample, besides: Iterable[int | None]) -> tuple[int, TagNotation]:
    """The only column with tags of entities. Raises `InputError` where there is none, or several."""
    columns = [column for column in sample.candidates if column not in besides]
    written = {column: notation for column in columns if (notation := sample.notation(column)) is not None}
    if not written:
        keyed = {column: key for column in columns if (key := _find_key(sample, column))}
        if not keyed:
            last = columns[0] if columns else sample.candidates[0]
            missing = f"no column holds tags ({tag_schemes.ACCEPTED}); the last one holds {sample.shown(last)}"
            remedy = "name it with --tag_column, from 0, or from -1 at the end"
            raise InputError(f"{sample.where}: {missing}; {remedy}{sample.kind}")
        return next(iter(keyed.items()))
    besides_chunks = [column for column in written if not sample.holds_chunks(column, written[column])] or list(written)
    entities = {column: _entities(sample, column, written) for column in besides_chunks}
    tagged = [column for column in besides_chunks if entities[column]] or besides_chunks
    best = min(FORMS.index(written[column].form) for column in tagged)  # the usual form before all others
    found = [column for column in tagged if FORMS.index(written[column].form) == best]
    named = sorted(column for column in found if entities[column])
    if len(named) == 1:  # a column of O before it may be the gold tags of sentences without an entity
        outside = (column for column in entities if column < named[0] and sample.cells(column).keys() == {OUTSIDE})
        named = [*sorted(outside), *named]
    if len(named) > 1:
        counts = ", ".join(f"{column} ({counted(entities[column], 'entity', 'entities')})" for column in named)
        remedy = f"choose one with --tag_column, e.g. --tag_column={named[0]}"
        raise InputError(f"{sample.where}: columns {counts} hold tags in the first rows; {remedy}{sample.kind}")
    column = named[0] if named else found[0]
    return column, written[column]


def _find_key(sample: ColumnSample, column: int) -> TagNotation | None:
    """How tags are written in MISC, if they are. Raises `InputError` on several keys that hold tags of entities."""
    found = find_keys(sample.cells(column), sample.options.layer)
    if len(found) > 1:
        keys = [str(notation.key) for notation in found]
        remedy = f"leave one, as in sed -E 's/\\b{keys[1]}=[^|]*/_/'"
        raise InputError(f"{sample.where}: column {column} holds tags in {'=... and '.join(keys)}=...; {remedy}")
    return found[0] if found else None


def _entities(sample: ColumnSample, column: int, written: dict[int, TagNotation]) -> int:
    tags = sample.tags(column, written[column])
    return sum(tag.startswith("B-") for tag in tag_schemes.to_iob2(tags))


def _check_notation(sample: ColumnSample, column: int, notation: TagNotation, is_named: bool) -> None:
    """Raises `InputError` on tags that mean nothing without a flag: of several layers, or without a type.

    And, unless the column `is_named` by the user, on types whose prefixes stand in another one.
    """
    if notation.lacks_type or (notation.form == TYPE and not is_named):
        for prefixes in [column] if notation.lacks_type else range(sample.columns or 0):
            _check_prefixes(sample, prefixes, column)
    if notation.lacks_type:
        raise InputError(f"{sample.where}: tags {sample.shown(column)} name no entity type; name it with --type=TYPE")
    for cell in sample.cells(column):
        fault = check_tag(notation.tags([cell])[0])
        if fault is not None and "--layer" in fault:
            raise InputError(f"{sample.where}: column {column}: {fault}")


def _check_prefixes(sample: ColumnSample, column: int, tag: int) -> None:
    """Raises `InputError` where a column is one of bare prefixes, and another one, or `tag`, names their types."""
    notation = sample.notation(column)
    types = types_beside(sample.rows, column) if notation and notation.lacks_type else None
    if types is None or tag not in (column, types):
        return
    place, tabs = column % sample.width + 1, r"-F'\t' -v OFS='\t' " if sample.separator == TAB else ""
    join = f"awk {tabs}'${place} ~ /^[BIELSUMW]$/ {{${place} = ${place} \"-\" ${types + 1}}} 1'"
    shown = f"tags {sample.shown(column)} name no entity type, which column {types} does"
    raise InputError(f"{sample.where}: {shown}; join them, as in {join}")


def _find_token(sample: ColumnSample, besides: Iterable[int | None]) -> int:
    """The column of the tokens: the one that a header names, if it may hold them, else by its content."""
    columns = [column for column in range(sample.width) if column not in besides]
    candidates = [column for column in columns if not sample.holds_tags(column) and not sample.identifies(column)]
    if not candidates:
        return columns[0]
    if (named := named_token(sample.header, sample.separator, sample.columns)) in candidates:
        return named
    values = {column: len(sample.cells(column)) for column in candidates}
    return next(column for column in candidates if 2 * values[column] >= max(values.values()))


def _check_tokens(sample: ColumnSample, column: int) -> None:
    """Raises `InputError` where each token begins with the same language, or is a character with its place in a word.

    No word of a raw text is written so.
    """
    tokens = list(sample.cells(column))
    language = _LANGUAGE.match(tokens[0])
    if language is not None and len(tokens) > 1 and all(token.startswith(language[0]) for token in tokens):
        remedy = f"remove that from each line, as in sed 's/{language[0]}//'"
        raise InputError(f"{sample.where}: every token begins with {language[0]!r}; {remedy}")
    placed = [token for token in tokens if _PLACED.fullmatch(token)]
    if len(placed) > 0.9 * len(tokens) and not all(map(str.isascii, placed)):
        remedy = r"remove the numbers, as in sed -E 's/^(.)[0-9]+/\1/' (with UTF-8 as locale)"
        raise InputError(f"{sample.where}: the tokens are characters with numbers; {remedy}")


def _find_misc(sample: ColumnSample, besides: tuple[int | None, int], tag: int, notation: TagNotation) -> int | None:
    """The column in which `SpaceAfter=No` or the like may stand: where it was seen, or where CoNLL-U has it.

    That may be the tag column where tags stand in MISC. `besides` are the columns of the index, if there is one, and of
    the tokens.
    """
    taken = besides if notation.key is not None else (*besides, tag)
    others = [column for column in range(sample.columns or 0) if column not in taken]
    seen = sample.seen_misc(others)
    is_conllu = besides[0] is not None and _CONLLU_MISC in others
    return seen if seen is not None else (_CONLLU_MISC if is_conllu else None)
