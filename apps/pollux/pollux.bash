# shellcheck shell=bash
# Completion of pollux: what may come next is said by the program's own table of commands.
_pollux() {
    local words=() word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in -*) ;; *) words+=("$word") ;; esac
    done
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null)" \
        -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -F _pollux pollux
