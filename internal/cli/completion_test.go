package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completeInBash completes the last of words in bash with the script of clausea completion bash. The
// function _init_completion stands for the one of the package bash-completion.
const completeInBash = `
clausea() { local IFS=$'\n'; env "$ARGS_NAME=$*" "$PROGRAM"; }
_init_completion() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
source "$1" && shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_TYPE=9
COMP_POINT=${#COMP_LINE}
__start_clausea
printf '%s\n' "${COMPREPLY[@]}"
`

func TestBashCompletesCommandsArgumentsAndValues(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	code, script, stderr := call(t, nil, "completion", "bash")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	file := filepath.Join(t.TempDir(), "clausea.bash")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string][]string{
		"clausea ver":               {"verify", "version"},
		"clausea keys ":             {"create", "list", "revoke", "rotate"},
		"clausea get com":           {"companies", "company"},
		"clausea crawl --render A":  {"Always", "Auto"},
		"clausea crawl x --max-pag": {"--max-pages"},
	} {
		cmd := exec.CommandContext(t.Context(), bash, append([]string{"--norc", "-c", completeInBash, "bash", file}, strings.Split(line, " ")...)...)
		cmd.Env = append(os.Environ(), "ARGS_NAME="+argsEnv, "PROGRAM="+os.Args[0])
		out, err := cmd.Output()
		var got []string
		for word := range strings.Lines(string(out)) {
			name, _, _ := strings.Cut(strings.TrimSpace(word), " ") // a description may follow
			got = append(got, strings.TrimSuffix(name, "="))
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: completed %q, want %q (%v)", line, got, want, err)
		}
	}
}

func TestEachShellHasACompletionScript(t *testing.T) {
	t.Parallel()
	for shell, start := range map[string]string{
		"bash": "# bash completion", "zsh": "#compdef clausea", "fish": "# fish completion", "powershell": "# powershell completion",
	} {
		if code, script, stderr := call(t, nil, "completion", shell); code != exitDone || !strings.HasPrefix(script, start) {
			t.Errorf("%s: exit code %d, script %.40q, %s", shell, code, script, stderr)
		}
	}
}
