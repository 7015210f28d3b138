#!/bin/sh
# install.sh VENV LOCK: a virtual environment with exactly the locked packages and this checkout, with uv or without it.
set -eu
venv=$1 lock=$2
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Meeting Coach needs Python 3.11 or newer; '$PYTHON' is not. Try: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
}
if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$PYTHON" "$venv"
    VIRTUAL_ENV=$venv uv pip install --quiet --require-hashes -r "$lock"
    VIRTUAL_ENV=$venv uv pip install --quiet --no-deps -e .
else
    [ -x "$venv/bin/pip" ] || "$PYTHON" -m venv --clear "$venv" || {
        echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -e .
fi
