#!/bin/sh
# What the tests need from the system: chromium and PostgreSQL. Installed by apt where they are missing and we may.
set -eu
missing=
[ -x /usr/bin/chromium ] || missing=chromium
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    missing="$missing postgresql"
fi
[ -n "$missing" ] || exit 0
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need chromium at /usr/bin/chromium and PostgreSQL's initdb; install them and run again." >&2
    exit 1
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086  # one word a package
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing >/dev/null
