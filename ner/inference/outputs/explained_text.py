"""An explanation as a line of text, for a terminal."""

from typing import TYPE_CHECKING

from ner.inference.outputs.printable import printable

if TYPE_CHECKING:
    from ner.evaluation.explainer import Explanation

_FOR, _AGAINST = 44, 41  # backgrounds of ECMA-48: blue, red
_STRONG = 0.25  # of the largest share: letters of less are not coloured
_AROUND = 20  # letters on each side of an entity that are shown with it


def as_explained(text: str, explanation: "Explanation", colours: bool) -> str:
    """What speaks for an entity's label and against it, in one line: `Ada: PER rather than O +2.10; for it "Ad" +1.90`.

    Where the letters do not add up, `; unattributed: +0.31 of +2.40`: the gap, and the difference to the score
    where nothing is read. With `colours` blue stands behind letters that say much for the label, red behind those that
    say much against it.
    """
    entity = _lettered(text, explanation) if colours else printable(text[explanation.start : explanation.end])
    labels = f"{explanation.label} rather than {explanation.against} {explanation.score:+.2f}"
    sides = f"for it {_parts(text, explanation, 1)}; against it {_parts(text, explanation, -1)}"
    difference = explanation.score - explanation.baseline
    missing = f"; unattributed: {explanation.gap:+.2f} of {difference:+.2f}"
    return f"  {entity}: {labels}; {sides}{'' if explanation.is_complete else missing}"


def _parts(text: str, explanation: "Explanation", sign: int) -> str:
    found = [(start, end, share) for start, end, share in explanation.fragments() if share * sign > 0]
    return ", ".join(f'"{printable(text[start:end])}" {share:+.2f}' for start, end, share in found) or "nothing"


def _lettered(text: str, explanation: "Explanation") -> str:
    shares = dict(enumerate(explanation.shares, explanation.first))
    least = _STRONG * max(map(abs, explanation.shares), default=0.0)
    first = max(explanation.start - _AROUND, explanation.first)
    end = min(explanation.end + _AROUND, explanation.first + len(shares))
    pieces, before = [], ""
    for place in range(first, end):
        background = 49 if abs(shares[place]) < least else _FOR if shares[place] > 0 else _AGAINST
        underline = 4 if explanation.start <= place < explanation.end else 24
        code = f"\x1b[{background};{underline}m"
        pieces.append((code if code != before else "") + printable(text[place]))
        before = code
    return "".join([*pieces, "\x1b[0m"])
