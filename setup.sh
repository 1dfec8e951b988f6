#!/bin/sh
# Makes .venv from the pinned requirements, then shows or proves the product:
#   sh setup.sh demo [DIR]     a sample workspace with its months billed
#   sh setup.sh test           lint, types, imports and every test of the default run
# Needs Python 3.11 to 3.13. On Debian and Ubuntu, missing system libraries are installed without a question.
# A second run finds everything in place and uses no network.
set -eu
cd "$(dirname "$0")"

libraries="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig"
log=$(mktemp)

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

quietly() { # run a command with its words in the log; on failure show the end of it without addresses
    "$@" >>"$log" 2>&1 && return 0
    sed -e 's#[a-z][a-z+]*://[^ ]*#(address)#g' "$log" | tail -n 15 >&2
    return 1
}

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else fail "not root and no sudo; have an administrator install: $missing"
    fi
}

want() { # install Debian packages that are missing
    missing=""
    for package in "$@"; do is_installed "$package" || missing="$missing $package"; done
    [ -n "$missing" ] || return 0
    say "installing$missing"
    # a fresh container has no package lists yet, and old lists name files that are gone
    # shellcheck disable=SC2086  # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >>"$log" 2>&1 || {
        quietly as_root apt-get update -qq || fail "the package lists cannot be fetched; see $log"
        # shellcheck disable=SC2086
        quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing ||
            fail "cannot install$missing; see $log"
    }
}

is_fit() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }

pick_python() {
    for python in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if is_fit "$python"; then return 0; fi
    done
    fail "no Python 3.11 to 3.13 found; install one, or name it: PYTHON=/path/to/python3.11 sh setup.sh ..."
}

prepare() { # $1: run or test, the name of the lock file
    if command -v dpkg-query >/dev/null 2>&1; then
        # shellcheck disable=SC2086
        want $libraries
        want openssh-client # approvals are signed with ssh-keygen
    elif [ "$(uname)" = Linux ]; then
        say "not Debian: PDF needs Pango, HarfBuzz (with its subset library) and fontconfig; install them if rendering fails"
    fi
    # what .venv was made of; the packages of test.lock include those of run.lock
    stamp="$(cat requirements/run.lock requirements/test.lock pyproject.toml | cksum) $PWD"
    if [ -x .venv/bin/cotbill ] && .venv/bin/python -c '' 2>/dev/null; then
        case "$(cat .venv/cotbill-stamp 2>/dev/null)" in "$stamp $1" | "$stamp test") return 0 ;; esac
    fi
    pick_python
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || ! is_fit .venv/bin/python; then
        if ! "$python" -c 'import ensurepip' 2>/dev/null && command -v dpkg-query >/dev/null 2>&1; then want python3-venv; fi
        "$python" -c 'import ensurepip' 2>/dev/null || fail "$python has no venv module; install it"
        say "making .venv with $("$python" --version)"
        rm -rf .venv
        quietly "$python" -m venv .venv || fail "cannot make .venv; see $log"
    fi
    rm -f .venv/cotbill-stamp
    say "installing the packages pinned in requirements/$1.lock (once)"
    pip="env PYTHONWARNINGS=ignore .venv/bin/python -m pip install --disable-pip-version-check --no-input --quiet"
    # shellcheck disable=SC2086
    quietly $pip --require-hashes --only-binary :all: -r "requirements/$1.lock" || fail "the packages cannot be installed; see $log"
    # shellcheck disable=SC2086
    quietly $pip --no-deps --no-index --no-build-isolation --editable . || fail "cotbill itself cannot be installed; see $log"
    printf '%s\n' "$stamp $1" >.venv/cotbill-stamp
}

task="${1:-}"
[ $# -eq 0 ] || shift
case "$task" in
    demo)
        prepare run
        rm -f "$log"
        exec .venv/bin/cotbill demo "$@"
        ;;
    test)
        prepare test
        rm -f "$log"
        exec .venv/bin/just check
        ;;
    *)
        rm -f "$log"
        printf 'usage: sh setup.sh demo [DIR] | sh setup.sh test\n' >&2
        exit 2
        ;;
esac
