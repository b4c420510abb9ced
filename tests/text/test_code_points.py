from ner.text.code_points import code_points_of


def test_every_string_has_code_points():
    assert code_points_of("a\u6771\U0001f600\ud800").tolist() == [0x61, 0x6771, 0x1F600, 0xD800]
    assert code_points_of("").tolist() == []
