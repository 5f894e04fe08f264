#!/bin/sh
# Drives real editors with the folders of editors/ against a built server.
#
#   sh tests/editors/run.sh [neovim] [emacs] [helix] [vsix] [vscode]      (without a name: neovim)
#
# vsix packs the VS Code extension and starts nothing.
#
# MX2LM_SERVER   the server (default: target/debug/mx2lm-lsp)
# MX2LM_LINT     the linter (default: target/debug/mx2lm-lint), asked whether an editor shows the same scores
# MX2LM_EDITORS  where install.sh put the editors (default: target/editors)
#
# Exit: 0 all held, 1 something did not, 77 nothing failed and an editor or the server is not there.
set -u

tests=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$tests/../.." && pwd)
editors=${MX2LM_EDITORS:-$repository/target/editors}
server=${MX2LM_SERVER:-$repository/target/debug/mx2lm-lsp}
lint=${MX2LM_LINT:-$repository/target/debug/mx2lm-lint}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mx2lm-editors.XXXXXX")
scratch=$(CDPATH='' cd -- "$scratch" && pwd -P)
trap 'rm -rf "$scratch"' EXIT INT TERM

[ -x "$server" ] || { echo "SKIPPED: no server at $server (cargo build -p mx2lm-lsp)"; exit 77; }
[ -x "$lint" ] || { echo "SKIPPED: no linter at $lint (cargo build -p mx2lm-lint)"; exit 77; }

# installed FILE NAME: is the editor there? If not, says how to get it.
installed() {
    [ -e "$1" ] || { echo "SKIPPED: no $1 (sh tests/editors/install.sh $2)"; return 77; }
}

# workspaces NAME: fresh copies for one editor, below the folder $files, and a third that only the linter sees.
workspaces() {
    files=$scratch/$1/files
    mkdir -p "$files"
    cp -R "$repository/tests/workspaces/editor" "$files/workspace"
    cp -R "$repository/tests/workspaces/demo" "$files/demo"
    cp -R "$repository/tests/workspaces/demo" "$scratch/$1/saved"
    MX2LM_WORKSPACE=$files/workspace
    MX2LM_DEMO=$files/demo
    MX2LM_SAVED=$scratch/$1/saved
    MX2LM_SERVER=$server
    MX2LM_LINT=$lint
    export MX2LM_WORKSPACE MX2LM_DEMO MX2LM_SAVED MX2LM_SERVER MX2LM_LINT
}

drive_neovim() {
    nvim=$editors/neovim-0.11.4/bin/nvim
    installed "$nvim" neovim || return
    workspaces neovim
    home=$scratch/neovim
    XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state XDG_CACHE_HOME=$home/cache \
        timeout 60 "$nvim" --headless --clean \
        --cmd "set runtimepath^=$repository/editors/neovim" \
        --cmd 'let g:mx2lm = #{ path: $MX2LM_SERVER }' \
        -c "luafile $tests/neovim/e2e.lua" < /dev/null
}

drive_emacs() {
    command -v emacs > /dev/null || { echo 'SKIPPED: no Emacs (sh tests/editors/install.sh emacs)'; return 77; }
    workspaces emacs
    HOME=$scratch/emacs timeout 60 emacs -q --batch -L "$repository/editors/emacs" -l "$tests/emacs/e2e.el" < /dev/null 2> "$scratch/emacs/messages" \
        || { sed 's/^/      /' "$scratch/emacs/messages"; return 1; }
}

drive_helix() { # slow
    installed "$editors/helix-25.01.1/usr/lib/hx/hx" helix || return
    installed "$editors/pyte-0.8.2/pyte/__init__.py" pyte || return
    workspaces helix
    PYTHONPATH=$editors/pyte-0.8.2 timeout 60 python3 "$tests/helix/e2e.py" "$editors/helix-25.01.1" "$repository/editors/helix/languages.toml" "$scratch/helix"
}

# package FOLDER: the extension, type-checked and packed, as FOLDER/mx2lm.vsix.
package() {
    command -v npm > /dev/null || { echo 'SKIPPED: no npm'; return 77; }
    mkdir -p "$1"
    (
        cd "$repository/editors/vscode" || exit 1
        if grep -q '"resolved"' package-lock.json; then
            echo 'FAIL  package-lock.json says where packages came from; .npmrc keeps that out'
            exit 1
        fi
        npm ci --ignore-scripts --no-audit --no-fund --silent && npx vsce package --out "$1/mx2lm.vsix" < /dev/null
    ) > "$1/package.log" 2>&1 || { cat "$1/package.log"; return 1; }
    python3 -m zipfile --list "$1/mx2lm.vsix" | grep -q 'extension/dist/extension.js' || { echo 'FAIL  the package holds no program'; return 1; }
    echo 'ok    the extension is type-checked and packed'
}

drive_vsix() {
    package "$scratch/vsix"
}

drive_vscode() { # slow: packs the extension, starts an editor and a browser
    installed "$editors/vscode-1.100.3/out/server-main.js" vscode || return
    command -v "${CHROMIUM:-chromium-headless-shell}" > /dev/null \
        || { echo 'SKIPPED: no Chromium (sh tests/editors/install.sh chromium)'; return 77; }
    workspaces vscode
    package "$scratch/vscode" || return
    # the flag is for Node.js 20 and 21
    timeout 200 node --experimental-websocket "$tests/vscode/run.mjs" "$scratch/vscode/mx2lm.vsix" "$files" "$server" "$editors" "$scratch/vscode/run"
}

[ $# -gt 0 ] || set -- neovim
worst=0
for editor; do
    case $editor in
        neovim | emacs | helix | vsix | vscode) ;;
        *) echo "unknown editor $editor" >&2; exit 2 ;;
    esac
    echo "== $editor"
    "drive_$editor"
    case $? in
        0) echo "== $editor: all held" ;;
        77) [ $worst -eq 0 ] && worst=77 ;;
        *) echo "== $editor: FAILED"; worst=1 ;;
    esac
done
exit $worst
