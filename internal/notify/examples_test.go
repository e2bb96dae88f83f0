package notify_test

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/store"
)

// TestTheExamplesVerifyADelivery runs the receivers of examples/webhooks, which use libraries of
// other authors.
func TestTheExamplesVerifyADelivery(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs Node.js and Python")
	}
	out, err := exec.CommandContext(t.Context(), "../../hack/webhooks/get.sh").Output()
	if err != nil {
		t.Fatalf("the libraries are not available: %v: %s", err, stderrOf(err))
	}
	libraries := strings.TrimSpace(string(out))
	folder, binary := t.TempDir(), filepath.Join(t.TempDir(), "receiver")
	// Node.js looks for packages next to the file.
	copyFile(t, "../../examples/webhooks/verify.mjs", filepath.Join(folder, "verify.mjs"))
	if err := os.Symlink(filepath.Join(libraries, "node_modules"), filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../examples/webhooks").CombinedOutput(); err != nil {
		t.Fatalf("build the example: %v: %s", err, out)
	}
	for name, command := range map[string]*exec.Cmd{
		"Node.js": exec.CommandContext(t.Context(), "node", filepath.Join(folder, "verify.mjs")),
		"Python":  exec.CommandContext(t.Context(), "python3", "../../examples/webhooks/verify.py"),
		"Go":      exec.CommandContext(t.Context(), binary),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command.Env = append(os.Environ(), "PORT=0", "WEBHOOK_SECRET="+secret.Reveal(), "PYTHONPATH="+filepath.Join(libraries, "python"))
			checkExample(t, command)
		})
	}
}

// checkExample starts a receiver, delivers a change to it during a rotation of secrets, and sends
// it a forged message.
func checkExample(t *testing.T, command *exec.Cmd) {
	t.Helper()
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewScanner(stdout)
	next := func() string { // an exit of the process ends the output
		if !lines.Scan() {
			t.Fatalf("the receiver ended: %v", lines.Err())
		}
		return lines.Text()
	}
	url := "http://127.0.0.1:" + strings.TrimPrefix(next(), "listening on ") + "/"
	f := newFixture(t, nil)
	f.webhook("w", url, func(w *store.Webhook) {
		w.Secrets, w.PreviousSecretUntil = []store.Secret{notify.NewSecret(), secret}, f.clock.Now().Add(time.Hour)
	})
	f.start(f.options("a"))
	f.awaitState("w", f.change("acme", "d", store.ChangeCreated), store.DeliveryDelivered)
	if got := next(); got != "Created d company:acme,document:d" {
		t.Errorf("the receiver printed %q", got)
	}
	if a := f.client.Ping(t.Context(), store.Webhook{ID: "w", URL: url, Secrets: []store.Secret{secret}}); !a.Delivered {
		t.Errorf("a ping gives %+v", a)
	}
	a := f.client.Ping(t.Context(), store.Webhook{ID: "w", URL: url, Secrets: []store.Secret{notify.NewSecret()}})
	if a.Delivered || a.Status != http.StatusBadRequest {
		t.Errorf("a message with a wrong signature gives %+v", a)
	}
}

// copyFile copies a file.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// stderrOf returns what a command that failed wrote to its standard error.
func stderrOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return ""
}
