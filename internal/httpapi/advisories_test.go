package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/ipaddress"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/store"
)

// The tests of this file are named for faults that other services of this kind had.

func TestMissingCSRFProtectionAPageOfAnotherOriginCannotChangeAnything(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.CORSOrigins = []string{"https://app.example"} })
	body := `{"name":"x","scopes":["admin"]}`
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} { // what a form can send
		if r := a.call("POST", "/v1/keys", body, "Content-Type", contentType, "Origin", "https://evil.example"); r.StatusCode != 415 {
			t.Errorf("a form of type %s has status %d", contentType, r.StatusCode)
		}
	}
	if r := a.call("POST", "/v1/keys", body, "Authorization", "", "Cookie", "key="+adminKey, "Origin", "https://evil.example"); r.StatusCode != 401 {
		t.Errorf("a cookie authenticates: status %d", r.StatusCode)
	}
	for _, origin := range []string{"https://evil.example", "https://app.example.evil.example", "https://evilapp.example", "http://app.example", "https://APP.example", "null", "https://app.example:444"} {
		r := a.call("OPTIONS", "/v1/keys", "", "Origin", origin, "Access-Control-Request-Method", "POST")
		if h := r.Header; h.Get("Access-Control-Allow-Origin") != "" || h.Get("Access-Control-Allow-Methods") != "" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("a page of %s may call the API: %v", origin, h)
		}
	}
	r := a.call("OPTIONS", "/v1/keys", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if h := r.Header; r.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != "https://app.example" || h.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(h.Get("Vary"), "Origin") {
		t.Errorf("a page of the allowed origin has %d %v", r.StatusCode, h)
	}
}

func TestReflectedScriptsAnErrorIsNeverAPage(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for _, path := range []string{"/v1/%3Cscript%3Ealert(1)%3C/script%3E", "/v1/keys?%3Cscript%3E=1", "/v1/keys?limit=%3Cimg+onerror%3D1%3E", "/%3Csvg%20onload=x%3E"} {
		r := a.call("GET", path, "", "Accept", "text/html")
		h := r.Header
		if r.StatusCode < 400 || h.Get("Content-Type") != problemType || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: status %d with %v", path, r.StatusCode, h)
		}
		if strings.ContainsAny(string(r.body), "<>") {
			t.Errorf("%s: the body has markup: %s", path, r.body)
		}
	}
}

func TestVersionShownToAnonymousUsers(t *testing.T) {
	t.Parallel()
	const version = "v9.8.7-canary"
	a := newTestAPI(t, func(o *Options) { o.Version = version })
	for _, op := range a.server.Operations() {
		if op.Scope == public && op.Method == http.MethodGet {
			r, err := a.send("GET", pathOf(op), "", http.Header{})
			if err != nil || strings.Contains(string(r.body), version) {
				t.Errorf("%s shows the version, %v", op.Path, err)
			}
		}
	}
	r := a.call("GET", "/openapi.json", "", "Authorization", "")
	if strings.Contains(string(r.body), version) || r.Header.Get("Server") != "" || r.Header.Get("X-Powered-By") != "" {
		t.Error("the description or a header shows the version")
	}
}

func TestSubstringMatchInAccessAPartOfAKeyIsNotAKey(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Limits.FailedKey = ratelimit.Quota{} })
	key := strings.TrimPrefix(a.newKey(store.ScopeRead), "Bearer ")
	for _, part := range []string{key[:len(key)-1], key[1:], key[:16], key + "x", key + " ", strings.ToUpper(key), key + "," + key, adminKey[:8], adminKey + "x"} {
		if r := a.call("GET", "/v1/keys", "", "Authorization", "", "X-API-Key", part); r.StatusCode != 401 && part != key+" " {
			t.Errorf("%q of the key gives status %d", part, r.StatusCode)
		}
	}
}

func TestXMLExternalEntitiesXMLIsNotRead(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, unlimited)
	body := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`
	for _, op := range a.targets() {
		if !op.takesBody {
			continue
		}
		r, err := a.send(op.Method, pathOf(op.Operation), body, http.Header{"Authorization": {"Bearer " + adminKey}, "Content-Type": {"application/xml"}})
		if err != nil || r.StatusCode < 400 || r.StatusCode >= 500 || strings.Contains(string(r.body), "root:") {
			t.Errorf("%s %s: status %d, %v: %.200s", op.Method, op.Path, r.StatusCode, err, r.body)
		}
	}
}

func TestForgedProxyHeadersOnlyATrustedProxyNamesTheClient(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:1", "1.2.3.4", "203.0.113.9"},
		{"10.0.0.1:1", "1.2.3.4", "1.2.3.4"},
		{"10.0.0.1:1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"},
		{"10.0.0.1:1", "1.2.3.4, unknown", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1", "::ffff:1.2.3.4", "1.2.3.4"},
		{"[fd00::1]:1", "2001:db8::5%eth0", "2001:db8::5"},
		{"@", "1.2.3.4", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := ipaddress.OfClient(r, trusted); got != c.want {
			t.Errorf("%s for %q: %q, want %q", c.peer, c.forwarded, got, c.want)
		}
	}
}
