"""Stage 9: a model trained on the GPU tags on the CPU, and the other way round, with the same answers."""

import json
import shutil
from pathlib import Path

from ner.settings import values_of
from tests.benchmarks.gpu.context import Context, flags_of
from tests.benchmarks.gpu.presets import load_preset, recommended, shrunk, with_training
from tests.benchmarks.gpu.quality import quality_folder
from tests.benchmarks.gpu.sample_records import small_records

SENTENCES = 200
DIFFERENT_BOUND = 0.01  # largest share of sentences that rounding may tag otherwise


def run(context: Context) -> None:
    """Tags the same text on both devices with a model of each, and with the exported one on the CPU."""
    text = context.scratch / "text.txt"
    text.write_text("".join(_sentences(context.scratch / "sample" / "test.txt", context)), encoding="utf-8")
    there = quality_folder(context)
    if not (there / "checkpoints" / "best.npz").exists():
        there = _train(context, "trained-there", cpu_only=False)
    works = {"trained on the GPU" if context.gpus else "trained": there}
    if context.gpus:
        works["trained on the CPU"] = _train(context, "trained-on-cpu", cpu_only=True)
    for name, work in works.items():
        here = _tag(context, work, text, cpu_only=True)
        answers = _tag(context, work, text, cpu_only=False) if context.gpus else here
        different = sum(one != other for one, other in zip(answers, here, strict=True))
        equal_enough = len(here) > 0 and different <= DIFFERENT_BOUND * len(here)
        context.results.check(name, equal_enough, sentences=len(here), different=different)
    folder = context.scratch / "exported"
    shutil.rmtree(folder, ignore_errors=True)
    context.run_program("ner.export", f"--workdir={there}", f"--output_dir={folder}")
    shown = context.run_program("tests.benchmarks.gpu.exported", str(folder), str(text), cpu_only=True)
    tagged = json.loads(shown.splitlines()[-1])["sentences"]
    context.results.check("SavedModel on the CPU", tagged == len(here), sentences=tagged)


def _train(context: Context, name: str, cpu_only: bool) -> Path:
    work = context.scratch / name
    config = with_training(shrunk(load_preset(recommended())), epochs=1, batch_size=64, max_batch_characters=0)
    arguments = [*flags_of(values_of(config)), f"--records={small_records(context)}", f"--workdir={work}"]
    context.run_program("ner.train", *arguments, cpu_only=cpu_only)
    return work


def _tag(context: Context, work: Path, text: Path, cpu_only: bool) -> list[str]:
    """A line of JSON for each sentence."""
    return context.run_program(
        "ner.tag", f"--workdir={work}", "--output=json", str(text), cpu_only=cpu_only
    ).splitlines()


def _sentences(path: Path, context: Context) -> list[str]:
    """Lines of text from a column file of the invented corpus."""
    small_records(context)
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    rows = [
        [line.split(" ")[0] for line in block.splitlines() if not line.startswith("-DOCSTART-")] for block in blocks
    ]
    return [" ".join(row) + "\n" for row in rows if row][:SENTENCES]
