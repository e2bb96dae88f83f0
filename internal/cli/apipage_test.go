package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// codeBlock is a code block of a page.
type codeBlock struct{ language, text string }

// codeBlocks returns the code blocks of a page in the folder docs, in their order.
func codeBlocks(t *testing.T, page string) []codeBlock {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var out []codeBlock
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllSubmatch(b, -1) {
		out = append(out, codeBlock{string(m[1]), string(m[2])})
	}
	return out
}

// shellOfPage writes the commands that a page uses into a folder: clausea is the program, and curl
// reports the status of each response in the file statuses.
func shellOfPage(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal("the commands of the page need curl")
	}
	if _, err := exec.LookPath("jq"); err != nil {
		t.Fatal("the commands of the page need jq")
	}
	for name, script := range map[string]string{
		"clausea": fmt.Sprintf("#!/bin/bash\nargs=$(printf '%%s\\n' \"$@\")\n%s=\"$args\" exec %q\n", argsEnv, os.Args[0]),
		"curl": fmt.Sprintf("#!/bin/bash\nexec 3>>%q\nexec %q --max-time 60 -w '%%{stderr}%%{http_code}\\n' \"$@\" 2>&3\n",
			filepath.Join(folder, "statuses"), curl),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// expectedStatuses returns the status after # of each curl command, or "" for one of success.
func expectedStatuses(script string) (out []string) {
	script = strings.ReplaceAll(script, "\\\n", " ")
	for line := range strings.Lines(script) {
		if !strings.Contains(line, "curl ") {
			continue
		}
		want := ""
		if m := regexp.MustCompile(`# (\d{3})\n?$`).FindStringSubmatch(line); m != nil {
			want = m[1]
		}
		out = append(out, want)
	}
	return out
}

func TestTheCommandsOfTheAPIPageWork(t *testing.T) {
	t.Parallel()
	demoProcess := startProgram(t, "standalone", "--demo", "--port", "0", "--log-level", "warn")
	demoProcess.waitUntil(t, "the end of the demo", func() bool { return strings.Contains(demoProcess.output(), demoComplete) })
	printed := regexp.MustCompile(`get documents --store (\S+)(?s:.*)Authorization: Bearer (\S+)' (http://\S+)/v1/companies`).FindStringSubmatch(demoProcess.output())
	if printed == nil {
		t.Fatalf("the demo prints neither its store nor a key:\n%s", demoProcess.output())
	}
	settings := fmt.Sprintf("export CLAUSEA=%s KEY=%s CLAUSEA_DATA_DIR=%s\n", printed[3], printed[2], printed[1])
	shell := shellOfPage(t)
	script, blocks := "set -euo pipefail\ncd "+t.TempDir()+"\n", 0
	var want []string
	for _, b := range codeBlocks(t, "api.md") {
		switch {
		case b.language == "json" && strings.Contains(b.text, "mcpServers"):
			checkMCPConfiguration(t, shell, b.text, printed[3], printed[2])
		case b.language != "sh":
		case b.text == "bin/clausea standalone --demo\n": // runs already
		default:
			block := regexp.MustCompile(`(?m)^export CLAUSEA=.*\n`).ReplaceAllString(b.text, settings)
			want = append(want, expectedStatuses(block)...)
			script += block
			blocks++
		}
	}
	if blocks < 10 {
		t.Fatalf("the page has only %d blocks of commands", blocks)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Env = append(os.Environ(), "PATH="+shell+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the commands of the page failed: %v\n%s", err, out)
	}
	for _, part := range []string{`"harbour"`, `"estimate"`, "--- ", `"match":true`, "event: end", "<feed", "hashes match", `"list_companies"`, "pending crawls"} {
		if !strings.Contains(string(out), part) {
			t.Errorf("the output of the commands does not contain %s", part)
		}
	}
	b, err := os.ReadFile(filepath.Join(shell, "statuses"))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(string(b))
	for i, status := range got {
		if i < len(want) && (status == want[i] || want[i] == "" && strings.HasPrefix(status, "2")) {
			continue
		}
		t.Errorf("request %d of the page has status %s, want %q\n%s", i+1, status, want[min(i, len(want)-1)], out)
	}
	if len(got) != len(want) {
		t.Errorf("%d responses to %d requests", len(got), len(want))
	}
}

// checkMCPConfiguration starts the server of a configuration of an MCP client, and initializes it.
func checkMCPConfiguration(t *testing.T, shell, text, url, key string) {
	t.Helper()
	var c struct {
		MCPServers map[string]struct {
			Command string            `json:"command"`
			Args    []string          `json:"args"`
			Env     map[string]string `json:"env"`
		} `json:"mcpServers"`
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("the configuration of the MCP client: %v", err)
	}
	for name, s := range c.MCPServers {
		at := slices.Index(s.Args, "--api-url")
		if s.Command != "clausea" || at < 0 || s.Env["API_KEY"] == "" {
			t.Fatalf("the configuration of %s is %+v", name, s)
		}
		s.Args[at+1] = url
		initializeMCP(t, exec.CommandContext(t.Context(), filepath.Join(shell, s.Command), s.Args...), key)
	}
}

// initializeMCP starts an MCP server, and checks that it answers the first request of a client.
func initializeMCP(t *testing.T, cmd *exec.Cmd, key string) {
	t.Helper()
	cmd.Env = append(os.Environ(), "API_KEY="+key)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(in, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`+"\n")
	line, errRead := bufio.NewReader(out).ReadString('\n')
	_ = in.Close() // ends the server
	if errWait := cmd.Wait(); err != nil || errRead != nil || errWait != nil || !strings.Contains(line, `"serverInfo"`) {
		t.Errorf("the MCP server answers %q: %v, %v, %v\n%s", line, err, errRead, errWait, errs.Bytes())
	}
}
