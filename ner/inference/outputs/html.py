"""A page of HTML with entities in colour, which needs no other file."""

from collections.abc import Sequence
from html import escape

from ner.inference.doc import Doc

_HEAD = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Named entities</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.9 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }}
p {{ margin: 0 0 .6rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
mark {{ padding: .15em .35em; border-radius: .3em; color: #111; }}
mark > span {{ margin-left: .5em; font-size: .7em; font-weight: 700; }}
{colours}
</style>
</head>
<body>
"""
_HUE_STEP = 137.5  # degrees: the golden angle, so that neighbouring types differ whatever their number


class HtmlPage:
    """The parts of a page: `head`, a paragraph for each text, `tail`. `confidence`: whether confidences are shown.

    Types are classes by number, `t0`, `t1`, ..., because a name may hold what no CSS class may.
    """

    tail = "</body>\n</html>\n"

    def __init__(self, types: Sequence[str], confidence: bool) -> None:
        self._classes = {name: f"t{index}" for index, name in enumerate(types)}
        self._confidence = confidence
        rules = (
            f".t{index} {{ background: hsl({index * _HUE_STEP % 360:.0f} 75% 78%); }}" for index in range(len(types))
        )
        self.head = _HEAD.format(colours="\n".join(rules))

    def text(self, doc: Doc) -> str:
        """The text as a paragraph with its entities marked."""
        pieces, position = [], 0
        for entity in doc.ents:
            label = f"{entity.label} {entity.confidence:.2f}" if self._confidence else entity.label
            pieces += [
                escape(doc.text[position : entity.start]),
                f'<mark class="{self._classes[entity.label]}">{escape(entity.text)}<span>{escape(label)}</span></mark>',
            ]
            position = entity.end
        return f"<p>{''.join(pieces)}{escape(doc.text[position:])}</p>\n"
