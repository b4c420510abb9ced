import io

from ner.training.labelled import Labelled


def test_every_line_has_one_label_however_it_came():
    stream = io.StringIO()
    labelled = Labelled(stream, "worker 1: ")
    print("one", "two", file=labelled)
    labelled.write("three\nfour")
    labelled.write(" and five\n\n")
    labelled.writelines(["six\n", "seven"])
    shown = "worker 1: one two\nworker 1: three\nworker 1: four and five\nworker 1: \nworker 1: six\nworker 1: seven"
    assert stream.getvalue() == shown


def test_the_rest_is_the_streams_own():
    stream = io.StringIO()
    labelled = Labelled(stream, "")
    assert not labelled.isatty()
    labelled.flush()
    assert labelled.getvalue() == ""
