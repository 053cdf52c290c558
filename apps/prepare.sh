# shellcheck shell=bash disable=SC2034
# What comes before a program can run: the Debian packages and the build folders.  Sourced by
# apps/quickstart, tests/run and bench/run.  This is the only list of packages in the tree; the
# names are the ones that Debian 12 and 13 share.

# What building and running needs.
PACKAGES_BUILD=(
    meson ninja-build pkg-config     # the build
    clang llvm libc6-dev             # the product's compiler and its archiver
    libdpdk-dev                      # packets, lcores, huge pages
    libcyaml-dev libyaml-dev         # the configuration file
    libjansson-dev                   # --json
    libmbedtls-dev                   # SHA-256 of the journal
    libev-dev                        # the control plane's loop
    libhiredis-dev redis-server      # programs outside, by Redis; the quick start's server
    python3                          # nic-config/pollux-host
)

# What the tests need beside that.
PACKAGES_TESTS=(
    gcc libc6-dbg                    # the second compiler; what valgrind reads of the C library
    libclang-rt-dev                  # address, undefined and thread sanitizers, libFuzzer
    clang-format clang-tidy          # the format and the linter
    libcunit1-dev                    # specs
    libpcap-dev                      # a second reader of captures
    valgrind strace                  # counted instructions, counted system calls
    tshark iproute2 ethtool          # an independent dissector, network namespaces
    shellcheck                       # the scripts
)

packages_missing() { # NAME...: prints those that are not installed
    local name status
    for name in "$@"; do
        status=$(dpkg-query --show --showformat '${db:Status-Status}' "$name" 2>/dev/null)
        [ "$status" = installed ] || printf '%s\n' "$name"
    done
}

# Installs what is missing of NAME..., as root or through sudo; output goes to the file $1.  Fails
# with a sentence that says what to do.
packages_install() { # LOG NAME...
    local log=$1 line
    shift
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "This is not Debian, so nothing can be installed for you." >&2
        echo "  Install what these Debian packages hold, then run again with --no-install:" >&2
        echo "  $*" >&2
        return 1
    fi
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -gt 0 ] || return 0

    line="apt-get install --no-install-recommends ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            packages_sentence "you are not root and there is no sudo" "$line"
            return 1
        elif [ -t 0 ]; then
            sudo -v || { packages_sentence "sudo refused" "$line"; return 1; }
        elif ! sudo -n true 2>/dev/null; then
            packages_sentence "sudo asks for a password and there is no terminal" "$line"
            return 1
        fi
        as_root=(sudo)
    fi
    echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    local options=(-y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
    if ! "${as_root[@]}" apt-get update >"$log" 2>&1 </dev/null ||
        ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install "${options[@]}" "${missing[@]}" >>"$log" 2>&1 </dev/null; then
        grep -E '^(E|Err|W):' "$log" | tail -n 5 >&2
        echo "apt-get did not install them; all it said is in $log" >&2
        echo "  Fix: see that this machine reaches a Debian mirror, then run again; or run:" >&2
        echo "  sudo $line" >&2
        return 1
    fi
}

packages_sentence() { # CAUSE LINE
    echo "Packages are missing and cannot be installed: $1." >&2
    echo "  Fix: run this as root, then start again:" >&2
    echo "  $2" >&2
}

# Makes the build folder DIR ready with COMPILER and meson's OPTION...; keeps what it holds if it
# can, and starts afresh where an older configuration no longer fits.
build_configure() { # LOG DIR COMPILER OPTION...
    local log=$1 dir=$2 compiler=$3
    shift 3
    if [ -f "$dir/build.ninja" ]; then
        CC=$compiler meson setup --reconfigure "$@" "$dir" >"$log" 2>&1 </dev/null && return 0
    fi
    rm -rf "$dir"
    CC=$compiler meson setup "$@" "$dir" >"$log" 2>&1 </dev/null
}
