#!/usr/bin/env bash
# From a fresh clone to a report: environment, corpus, records, training, evaluation. See --help.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

usage() {
  cat <<'END'
bash launch/quickstart.sh [--output_dir=DIR]
    Generates a small invented corpus, builds records, trains a small tagger for about a minute, prints its report.
bash launch/quickstart.sh --train=FILE [--validation=FILE] [--test=FILE] [--output_dir=DIR]
    The same on your corpus, in any format that data_tools.build reads: columns, JSON, CSV, a folder of brat, ...
    A tenth of --train becomes the validation split, or the test split, where you name no file for it.

DIR holds all results. Default: quickstart/ in the clone; for your corpus, a folder in it named after the content of
these files. Finished steps are not repeated. PYTHON=... selects a Python 3.10 to 3.13.
END
}

# $1 as an absolute path.
absolute() {
  case "$1" in
    /*) echo "$1" ;;
    *) echo "$PWD/$1" ;;
  esac
}

# Runs a program from inside the clone, so that no other `ner` folder is imported.
run_program() {
  local status=0
  (cd "$CLONE" && "$VENV/bin/python" -m "$@") || status=$?
  if [ "$status" -ne 0 ]; then
    echo "${0##*/}: stopped; the same command goes on from this step, another --output_dir starts over" >&2
    exit "$status"
  fi
}

train="" validation="" test="" folder=""
for option in "$@"; do
  value="${option#*=}"
  case "$option" in
    --train=?*) train="$(absolute "$value")" ;;
    --validation=?*) validation="$(absolute "$value")" ;;
    --test=?*) test="$(absolute "$value")" ;;
    --output_dir=?*) folder="$(absolute "$value")" ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail "unknown option '$option'; known are --train= --validation= --test= --output_dir= and --help" 2 ;;
  esac
done

if [ -z "$train$validation$test" ]; then
  invented="yes" source="the invented corpus"
elif [ -z "$train" ]; then
  fail "your own corpus needs at least --train=FILE" 2
else
  files=()
  for file in "$train" "$validation" "$test"; do
    if [ -z "$file" ]; then
      continue
    elif [ ! -r "$file" ]; then
      fail "$file: no such file, or not readable; name a file of tokens and tags" 2
    fi
    paths="$(find -L "$file" -type f | sort)"
    if [ -z "$paths" ]; then
      fail "$file: holds no files; name a file of tokens and tags, or a folder of brat" 2
    fi
    while IFS= read -r path; do files+=("$path"); done <<<"$paths"
  done
  # Checksum, size and name of each file: changed content means another run, in another folder.
  invented="" source="$(cksum "${files[@]}")"
  folder="${folder:-$CLONE/quickstart/own-$(echo "$source" | cksum | cut -d ' ' -f 1)}"
fi
folder="${folder:-$CLONE/quickstart}"
records="$folder/records" work="$folder/work" preset="$CLONE/launch/flags/small.flags"
if [ -e "$records" ] && [ "$(cat "$folder/source" 2>/dev/null)" != "$source" ]; then
  fail "$folder holds results of another corpus, or of this one before it changed; choose another --output_dir"
fi

prepare_environment .
mkdir -p "$folder"
echo "$source" >"$folder/source"

if [ -n "$invented" ]; then
  train="$folder/corpus/train.txt" validation="$folder/corpus/validation.txt" test="$folder/corpus/test.txt"
  if [ -e "$train" ] && [ -e "$validation" ] && [ -e "$test" ]; then
    headline "Corpus: already generated, in $folder/corpus"
  else
    headline "Corpus: generating an invented one in $folder/corpus"
    run_program data_tools.sample --output_dir="$folder/corpus"
  fi
fi

if [ -e "$records/dataset.json" ]; then
  headline "Records: already built, in $records"
else
  headline "Records: building in $records"
  splits=(--train="$train")
  if [ -n "$validation" ]; then splits+=(--validation="$validation"); else splits+=(--validation_share=0.1); fi
  if [ -n "$test" ]; then splits+=(--test="$test"); else splits+=(--test_share=0.1); fi
  run_program data_tools.build "${splits[@]}" --output_dir="$records"
fi

# ner.train finds out by itself whether a run is finished; it is skipped only if nothing changed.
if [ "$work/result.json" -nt "$records/dataset.json" ] && [ "$work/result.json" -nt "$preset" ]; then
  headline "Training: already finished, in $work"
else
  headline "Training: the preset small.flags${invented:+, about a minute on two cores}"
  run_program ner.train --flagfile="$preset" --records="$records" --workdir="$work"
fi

headline "Report on the test split${invented:+ of the INVENTED corpus}"
if [ "$work/reports/test.json" -nt "$work/result.json" ]; then
  cat "$work/reports/test.txt"
else
  run_program ner.evaluate --workdir="$work" --records="$records" --split=test
fi
if [ -n "$invented" ]; then
  echo "The corpus is invented: these scores show that the programs work, not how well they tag real text."
fi

headline "What next"
printf 'All errors:      open %q in a browser\n' "$work/reports/test.html"
printf 'TensorBoard:     %q --logdir %q   and open the printed address\n' "$VENV/bin/ner-board" "$work"
if [ -n "$invented" ]; then
  echo "                 Tab NER: click the cell in row ORG and column PER to see which ORG were predicted as PER;"
  echo "                 the line under each sentence shows the predictions of earlier steps."
else
  echo "                 Tab NER: click a cell of the confusion matrix to list its sentences."
fi
printf 'Tag text:        %q --workdir %q FILE\n' "$VENV/bin/ner-tag" "$work"
if [ -n "$invented" ]; then
  printf 'Your own corpus: bash %q --train=FILE\n' "$CLONE/launch/quickstart.sh"
fi
