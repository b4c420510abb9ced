import io

from ner.training.reporter import TrainingBar
from ner.training.train_metrics import TrainMetrics

METRICS = TrainMetrics(loss=50.0, characters=1_000, padded_characters=1_200, sentences=20, updates=10)
SCALARS = METRICS.scalars(seconds=2.0, waited_seconds=0.5) | {"learning_rate": 0.001}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_log_gets_one_line_a_report_and_no_bar():
    stream = io.StringIO()
    bar = TrainingBar(3, 150, 0, stream)
    for _ in range(30):
        bar.advance(2)
    bar.report(30, 1.2, SCALARS)
    bar.close()
    assert stream.getvalue() == (
        "step 30  epoch 1.20/3  loss 0.0500  learning rate 1.00e-03  10 sentences/s, 500 characters/s  0:09 left\n"
    )


def test_a_terminal_gets_a_bar_with_loss_speed_and_time_left():
    stream = Terminal()
    bar = TrainingBar(2, 100, 40, stream)
    bar.advance(5)
    bar.report(9, 0.9, SCALARS)
    bar.note("validation")
    bar.close()
    shown = stream.getvalue()
    assert "step 9:  45%" in shown
    assert "45.0/100" in shown
    assert "loss 0.0500, 500 characters/s" in shown
    assert "validation\n" in shown
    assert "learning rate" not in shown
