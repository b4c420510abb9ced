import io

from ner.training.progress import Progress
from ner.training.step import Totals

TOTALS = Totals(loss=50.0, characters=1_000, places=1_200, sentences=20, updates=10)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_log_gets_one_line_a_report_and_no_bar():
    stream = io.StringIO()
    progress = Progress(3, 150, 0, stream)
    for _ in range(30):
        progress.advance(2)
    progress.report(30, 1.2, TOTALS, 2.0, 0.001)
    progress.close()
    assert stream.getvalue() == (
        "step 30  epoch 1.20/3  loss 0.0500  learning rate 1.00e-03  10 sentences/s, 500 characters/s  0:09 left\n"
    )


def test_a_terminal_gets_a_bar_with_loss_speed_and_time_left():
    stream = Terminal()
    progress = Progress(2, 100, 40, stream)
    progress.advance(5)
    progress.report(9, 0.9, TOTALS, 2.0, 0.001)
    progress.note("validation")
    progress.close()
    shown = stream.getvalue()
    assert "step 9:  45%" in shown
    assert "45.0/100" in shown
    assert "loss 0.0500, 500 characters/s" in shown
    assert "validation\n" in shown
    assert "learning rate" not in shown
