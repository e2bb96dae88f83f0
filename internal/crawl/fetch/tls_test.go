package fetch_test

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

func TestServersWithOldTLSAreFetchedOrReportedAsTLS(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config *tls.Config
		want   fetch.Reason // empty if the page is fetched
	}{
		"without forward secrecy": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}, ""},          //nolint:gosec // the test imitates an old server
		"CBC with SHA-256":        {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256}}, ""}, //nolint:gosec // the test imitates an old server
		"RC4 alone":               {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}}, fetch.TLS},       //nolint:gosec // the test imitates an old server
		"TLS 1.1 alone":           {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, fetch.TLS},                               //nolint:gosec // the test imitates an old server
	} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "hi") }))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = c.config
		s.StartTLS()
		t.Cleanup(s.Close)
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		f := crawltest.Fetcher(t, fetch.Config{Guard: netguard.New([]netip.Prefix{crawltest.Allowed}), CAFile: ca})
		_, err := f.Do(t.Context(), fetch.Request{URL: s.URL})
		var fe *fetch.Error
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &fe) || fe.Reason != c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
