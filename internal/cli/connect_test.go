package cli

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestAProcessWithoutItsStoreIsAliveAndSaysWhyItIsNotReady(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts, and never responds
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for name, test := range map[string]struct{ uri, want string }{
		"refused":     {"mongodb://127.0.0.1:1/x", "connection refused; start MongoDB"},
		"no response": {"mongodb://" + l.Addr().String() + "/x", "no server responds; check the host"},
		"no such SRV": {"mongodb+srv://cluster.invalid/x", "the SRV lookup failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProgram(t, "standalone", "--store", test.uri, "--port", "0", "--log-format", "json")
			var port string
			p.waitUntil(t, "the port", func() bool {
				_, rest, found := strings.Cut(p.output(), `"listenAddress":"[::]:`)
				port, _, _ = strings.Cut(rest, `"`)
				return found
			})
			var body string
			p.waitUntil(t, "the reason in /readyz", func() bool {
				status, b := getReadyz(port)
				body = b
				return status == http.StatusServiceUnavailable && strings.Contains(b, test.want)
			})
			t.Log(body)
			res, err := http.Get("http://127.0.0.1:" + port + "/livez")
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("/livez: %v", err)
			}
			_ = res.Body.Close()
			p.terminate(t)
			if err := p.waitForExit(); err != nil {
				t.Error(err)
			}
			checkCauses(t, p.output(), test.want)
		})
	}
}

// checkCauses checks that the log names the cause when the connection fails, at level error, and
// when the signal ends the process, at level info.
func checkCauses(t *testing.T, log, want string) {
	t.Helper()
	got := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
		var entry struct{ Level, Message, Cause, Error string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("the line is not JSON: %s", line)
		}
		if strings.Contains(entry.Cause+entry.Error, want) {
			got[entry.Level+": "+entry.Message] = true
		}
	}
	if len(got) != 2 || !got["error: failed to connect to MongoDB"] || !got["info: stopped while connecting to MongoDB"] {
		t.Errorf("the causes in the log are %v:\n%s", got, log)
	}
}

func TestTheOperatorRequiresMongoDB(t *testing.T) {
	t.Parallel()
	code, _, errs := call(t, map[string]string{"CLAUSEA_DATA_DIR": t.TempDir()}, "operator")
	if code != exitUsage || !strings.Contains(errs, "the operator stores documents in MongoDB: set MONGO_URI") {
		t.Errorf("the operator exits with %d: %s", code, errs)
	}
}
