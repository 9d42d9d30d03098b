#!/bin/sh
# Make .venv and install one set of what uv.lock says: demo (what runs), test, lint or docs.
# Without uv, pip does it from requirements/<set>.txt, exported from the lock with hashes.
set -eu
set_name=$1
readers="--no-deps --require-hashes -r requirements/readers.txt"
python=${PYTHON:-python3}

stop() {
    echo "$1" >&2
    exit 1
}

debian_or_mac() {
    if [ "$(uname -s)" = Darwin ]; then echo "brew install python@3.13"; else echo "apt-get install $1"; fi
}

command -v "$python" >/dev/null 2>&1 \
    || stop "$python is not on this machine; install it with: $(debian_or_mac "python3 python3-venv")   (or set PYTHON=)"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || stop "$python is $("$python" -V 2>&1); Vedette needs Python 3.11 or newer: set PYTHON=python3.12, say"

if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    case $set_name in demo) group="" ;; *) group="--group $set_name" ;; esac
    # shellcheck disable=SC2086
    if uv sync --frozen --inexact --no-default-groups --quiet --python "$python" $group; then
        [ "$set_name" != test ] || uv pip install --quiet --python .venv/bin/python $readers
        exit 0
    fi
    echo "uv could not install; going on with pip" >&2
fi

if [ ! -x .venv/bin/pip ]; then
    "$python" -c 'import ensurepip' 2>/dev/null \
        || stop "$python has no venv module; install it with: $(debian_or_mac python3-venv)"
    "$python" -m venv --clear .venv
fi
echo "Installing into .venv (once; about a minute) ..."
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$set_name.txt"
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps -e .
# shellcheck disable=SC2086
[ "$set_name" != test ] || .venv/bin/pip install --quiet --disable-pip-version-check $readers
