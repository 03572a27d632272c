# Says of each notebook file named what nbformat finds wrong with it, mends in it, or would write in another way; nothing if there is nothing.
import json
import pathlib
import sys
import warnings

import nbformat
from nbformat import validator

warnings.simplefilter("ignore")  # Of a missing id, for example: it is mended, and mending counts.


def fault(text):
    try:
        mended = [part for part in validator.normalize(json.loads(text)) if isinstance(part, int)]
        if mended != [0]:
            return f"{mended} places were mended"
        nbformat.validate(json.loads(text))
        upgraded = nbformat.v4.upgrade(nbformat.reads(text, as_version=4))
        nbformat.validate(upgraded)
        written = nbformat.writes(upgraded) + "\n"
        for ours, theirs in zip(text.splitlines(), written.splitlines()):
            if ours != theirs:
                return f"{ours!r} would be written as {theirs!r}"
        return None if written == text else "it would be written longer or shorter"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for file in sys.argv[1:]:
    found = fault(pathlib.Path(file).read_text(encoding="utf-8"))
    if found:
        print(f"{pathlib.Path(file).name}: {found}")
