#!/bin/sh
# Installs from apt what building (build), testing (test) or measuring (bench) needs; says nothing when all is there.
# Promise: one line on stderr for what cannot be had, status 1 only where the build itself cannot go on without it.
# Refuses: to touch apt when every package is installed, and to guess packages on systems without dpkg.
set -u
what=${1:-build}
root=$(cd "$(dirname "$0")/.." && pwd)
build="build-essential meson ninja-build pkg-config libzydis-dev libdw-dev libelf-dev libjansson-dev libcmocka-dev
       python3 python3-dev python3-venv scdoc"
test="binutils python3-multidict python3-msgpack python3-ujson python3-bitarray python3-numpy python3-dbg musl-tools libc6-dev-i386 lib32gcc-12-dev
      clang-19 llvm-19-dev libxxhash-dev"
bench="valgrind python3-multidict python3-msgpack"

say() { echo "refsan: $*" >&2; }

case $what in
build) wanted=$build optional= ;;
test) wanted=$build optional=$test ;;
bench) wanted=$build optional=$bench ;;
*) say "unknown set of packages '$what'; expected build, test or bench"; exit 2 ;;
esac

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

missing() { for p in "$@"; do installed "$p" || printf '%s ' "$p"; done; }

# The packages in one call of apt; $log keeps what it says.
apt() {
    as=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "E: neither root nor sudo" >"$log"; return 1; }
        as="sudo -n"
    fi
    $as env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >"$log" 2>&1 && return
    $as apt-get -qq update >"$log" 2>&1
    $as env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >"$log" 2>&1
}

reason() { grep -m1 '^E:' "$log" || tail -n 1 "$log"; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is no Debian-like system: install by hand: $(echo $wanted $optional)"
    exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
need=$(missing $wanted)
[ -z "$need" ] || apt $need || { say "cannot install ${need% }: $(reason)"; exit 1; }
need=$(missing $optional)
[ -z "$need" ] || apt $need || for p in $need; do
    apt "$p" || say "cannot install $p: $(reason); what needs it is skipped"
done
[ "$what" = test ] || exit 0

# Cython and pybind11 come from PyPI, at fixed versions, into a virtual environment of the build folder.
venv=$root/build/venv
if ! cmp -s "$root/tests/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >"$log" 2>&1 &&
        "$venv/bin/pip" install -q --disable-pip-version-check -r "$root/tests/requirements.txt" >"$log" 2>&1 &&
        cp "$root/tests/requirements.txt" "$venv/requirements.txt" ||
        say "cannot install Cython and pybind11 from PyPI: $(tail -n 1 "$log"); what needs them is skipped"
fi
exit 0
