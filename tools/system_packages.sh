#!/bin/sh
# What the browser tests need from the system: chromium. Installed by apt where it is missing and we may.
set -eu
[ -x /usr/bin/chromium ] && exit 0
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The browser tests need chromium at /usr/bin/chromium; install it and run again." >&2
    exit 1
fi
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium >/dev/null
