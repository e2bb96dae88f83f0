package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthSucceedsOnlyIfTheProbeDoes(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/readyz":
			_, _ = w.Write([]byte("ok\n"))
		case "/unready":
			http.Error(w, "store: no connection", http.StatusServiceUnavailable)
		case "/moved":
			http.Redirect(w, r, "/readyz", http.StatusFound)
		case "/hangs":
			<-release
		}
	}))
	defer server.Close()
	defer close(release)
	port := server.URL[strings.LastIndex(server.URL, ":")+1:]
	for what, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"the port of the settings":  {[]string{"--port", port}, exitDone, "ok"},
		"a URL":                     {[]string{server.URL + "/readyz"}, exitDone, "ok"},
		"not ready":                 {[]string{server.URL + "/unready"}, exitFailed, "status 503: store: no connection"},
		"a redirection":             {[]string{server.URL + "/moved"}, exitFailed, "status 302"},
		"no response":               {[]string{server.URL + "/hangs", "--timeout", "50ms"}, exitFailed, "no response within 50ms"},
		"a URL that is not of HTTP": {[]string{"localhost:8080"}, exitUsage, "not the URL of a probe"},
		"two URLs":                  {[]string{"http://a", "http://b"}, exitUsage, "at most 1"},
	} {
		code, stdout, stderr := call(t, nil, append([]string{"health"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: exit code %d, printed %q; want %d and %q", what, code, stdout+stderr, c.code, c.want)
		}
	}
}

func TestHealthFailsIfNoProcessListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	gone := server.URL
	server.Close()
	if code, _, stderr := call(t, nil, "health", gone+"/readyz"); code != exitFailed || !strings.Contains(stderr, "check "+gone+"/readyz") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
