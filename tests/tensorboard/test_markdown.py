import re

import markdown
import pytest

from ner.tensorboard.markdown import escaped


@pytest.mark.parametrize(
    "text", ["a|b", "*x* _y_ `z`", "<script>alert(1)</script>", "[a](javascript:b)", "&amp; # 1. -", "~~x~~", "a\\b"]
)
def test_escaped_text_is_shown_as_it_is(text):
    shown = markdown.markdown(f"| a | b |\n|---|---|\n| x | {escaped(text)} |", extensions=["tables"])
    cells = re.findall("<td>(.*?)</td>", shown)
    assert cells[0] == "x"
    assert len(cells) == 2
    assert "<" not in cells[1]
    plain = cells[1].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    assert plain == text


def test_marks_that_turn_text_around_or_end_lines_are_replaced():
    assert escaped("a\u202eb\nc\x00") == "a\ufffdb\ufffdc\ufffd"
