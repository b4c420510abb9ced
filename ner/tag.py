"""Finds entities in text: `python -m ner.tag --workdir=DIR [FILE ...]`.

Reads the files, or standard input where none is named (or `-`); GZIP, BZIP2, XZ and UTF-16 are recognized. Writes JSON
lines, columns `token<TAB>tag`, text or an HTML page with the entities coloured, or a folder of brat, in UTF-8.
`data_tools.build` reads JSON lines, columns and brat again, once they are corrected. Answers come as the input does: on
a terminal, line by line. Column files keep their comments, document lines, blank lines and columns; the predicted tag
becomes the last column. Their layout is that of the training data, or found by looking at the first sentence.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from data_tools.readers.columns.untagged import UntaggedReader
from ner.cli import load_tensorflow, run_program
from ner.errors import InputError
from ner.file_names import stem
from ner.inference.ensemble_options import EnsembleOptions
from ner.inference.inputs import input_errors, input_text
from ner.inference.inputs.byte_stream import STANDARD_INPUT
from ner.inference.inputs.input_json import read_json
from ner.inference.inputs.input_lines import check_files
from ner.inference.models.export_description import ONNX, Description, is_export
from ner.inference.models.thresholds import check_decoding
from ner.inference.outputs import rendering
from ner.inference.outputs.brat_folder import BratFolder
from ner.inference.outputs.rendering import Renderer, RenderOptions, renderer
from ner.inference.pipeline import Tagger
from ner.inference.tagging import write_tagged
from ner.inference.threshold_options import ThresholdOptions
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, expand_path, setting
from ner.text.decoding import METHODS
from ner.text.offsets import UNITS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is read and written."""

    workdir: str = setting(
        "",
        "Folder that ner.train or ner.export wrote.",
        missing="name the folder that ner.train wrote, or an export",
        group="model",
        path=True,
    )
    decoding: str = setting(
        METHODS[0],
        "How words get labels: by the best sequence, or each by a vote of its characters, which ignores tuned biases.",
        choices=METHODS,
        group="model",
    )
    batch_size: int | None = setting(None, "Texts per batch. Default: as many as suit the model.", low=1, group="model")

    input: str = setting(
        "text",
        "text: see --documents; columns: a token on each line, as in CoNLL and CoNLL-U files; json: an object with a "
        "text on each line, whose other fields are written again with --output=json.",
        choices=("text", "columns", "json"),
        group="input",
    )
    documents: str = setting(
        input_text.LINE,
        "Whether each line of text is one to be tagged, or each file. Long ones are read in windows.",
        choices=input_text.DOCUMENTS,
        group="input",
    )
    split_sentences: bool = setting(
        False,
        "Find the sentences of each text and tag them one by one; columns have a blank line after each. Better where "
        "texts hold several and the model was trained on single ones.",
        group="input",
    )
    on_error: str = setting(
        input_errors.FAIL,
        "What becomes of text that cannot be read: end there, skip it, or replace what is wrong in it. Texts before it "
        "are written; those skipped or replaced are counted and named.",
        choices=input_errors.POLICIES,
        group="input",
    )

    output: str | None = setting(
        None, "Output format. Default: colour on a terminal, json elsewhere.", choices=rendering.OUTPUTS, group="output"
    )
    output_dir: str = setting(
        "",
        "Folder for --output=brat: NAME.txt and NAME.ann for each input file, with a number where two have one name.",
        group="output",
        path=True,
    )
    offsets: str = setting(
        UNITS[0],
        "What start and end, and first of an explanation, count in JSON: code points as in Python, UTF-16 code units "
        "as in JavaScript and Java, or bytes of UTF-8.",
        choices=UNITS,
        group="output",
    )
    show_confidence: bool = setting(
        False, "Show confidences in colour, columns and html; json always has them.", group="output"
    )
    explain: bool = setting(
        False,
        "Show which characters speak for the label of each entity and which against it (integrated gradients, against "
        "the likeliest other label), and the unattributed rest where the characters do not add up to within 2% of the "
        "difference. For json and colour; takes some tenths of a second per entity. Entities of more than 1,000 "
        "characters have none (null in JSON).",
        group="output",
    )
    ensemble: EnsembleOptions = field(default_factory=EnsembleOptions)
    thresholds: ThresholdOptions = field(default_factory=ThresholdOptions)

    def __post_init__(self) -> None:
        check_settings(self)
        check_decoding(self.decoding, self.thresholds.min_precision)
        if (self.output == rendering.BRAT) != bool(self.output_dir):
            raise InputError("--output=brat and --output_dir belong together: give both, or neither")
        if self.input != "text" and self.documents == input_text.FILE:
            raise InputError(f"--documents=file is for text: --input={self.input} has its documents; leave one out")
        if self.input == "columns" and self.split_sentences:
            raise InputError("--split_sentences is for text: --input=columns has its sentences; leave one out")
        if self.offsets != UNITS[0] and self.output not in (None, rendering.JSON):
            raise InputError(f"--offsets={self.offsets} with --output={self.output}: only --output=json has offsets")
        if self.explain and self.output in (rendering.COLUMNS, rendering.HTML, rendering.BRAT):
            raise InputError(f"--explain with --output={self.output}: expected --output=json or colour")


def main(options: Options, arguments: list[str]) -> None:
    """Checks flags, files and work folder before TensorFlow is imported, then tags."""
    paths = list(map(expand_path, arguments)) or [STANDARD_INPUT]
    export = Description.read(options.workdir) if is_export(options.workdir) else None
    if export and options.explain:
        raise InputError("--explain needs the work folder of a training, and --workdir names an export")
    ensemble = options.ensemble.folders
    for path in (*([] if export else [options.workdir]), *ensemble):
        WorkDir(path).check_trained()
    check_files(paths)
    brat = BratFolder(options.output_dir, paths) if options.output == rendering.BRAT else None
    for path, name in brat.names.items() if brat else ():
        if path != STANDARD_INPUT and name != stem(path):
            _print_note(f"{path}: written as {name}, because a file before it has the same name")
    terminal = sys.stdout.isatty()
    render = RenderOptions(
        output=options.output or (rendering.COLOUR if terminal else rendering.JSON),
        colours=terminal and not os.environ.get("NO_COLOR"),
        offsets=options.offsets,
        confidence=options.show_confidence,
    )
    nlp = _load_tagger(options, ensemble, uses_tensorflow=not export or export.format != ONNX)
    if STANDARD_INPUT in paths and sys.stdin.isatty():
        print("ner.tag: write a sentence and press Enter; Ctrl-D ends", file=sys.stderr)
    errors = input_errors.InputErrors(options.on_error, _print_note)
    with contextlib.ExitStack() as opened:
        write = Renderer(opened.enter_context(brat).add) if brat else renderer(nlp.labels, render)
        if options.explain:
            from ner.inference.explaining import DocExplainer

            write = DocExplainer.load(options.workdir, *ensemble, split_sentences=options.split_sentences).before(write)
        write_tagged(
            nlp,
            _windows(options, paths, nlp, errors),
            write,
            sys.stdout,
            batch_size=options.batch_size,
        )
    errors.summarize()


def _load_tagger(options: Options, ensemble: Sequence[str], *, uses_tensorflow: bool) -> Tagger:
    """The tagger that `options` describe, after notes on unused GPUs and on types of which it writes none."""
    if uses_tensorflow:
        load_tensorflow()
        from ner.devices import unused_gpu_warnings

        for warning in unused_gpu_warnings(os.environ, name_libraries=False):
            _print_note(warning)
    nlp = Tagger.load(
        options.workdir,
        *ensemble,
        decoding=options.decoding,
        split_sentences=options.split_sentences,
        min_precision=options.thresholds.min_precision,
        min_confidence=options.thresholds.min_confidence,
    )
    for name, threshold in (nlp.thresholds or {}).items():
        if threshold > 1:
            _print_note(f"no confidence reached the target precision for {name}: none is written")
    return nlp


def _windows(
    options: Options, paths: list[str], nlp: Tagger, errors: input_errors.InputErrors
) -> Iterator[input_text.Window]:
    if options.input == "text":
        return input_text.read_text(paths, errors, options.documents, nlp.tokenize)
    if options.input == "json":
        return read_json(paths, errors, nlp.tokenize)
    if is_export(options.workdir):
        trained = Description.read(options.workdir).dialect
    else:
        trained = WorkDir(options.workdir).dataset().split("train").dialect
    return input_text.read_columns(paths, lambda name: UntaggedReader(name, trained, _print_note, nlp.spacing), errors)


def _print_note(note: str) -> None:
    print(f"ner.tag: {note}", file=sys.stderr, flush=True)


def cli() -> None:
    """Entry point of the console script `ner-tag`."""
    run_program(main, Options, arguments="FILE ...")


if __name__ == "__main__":
    cli()
