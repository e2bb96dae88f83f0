package fetch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/exchange"
)

func TestAnExchangeHasBothHeadersTheAddressAndTheCertificateOfTheServer(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(rw, r, "/terms", http.StatusFound)
			return
		}
		rw.Header().Set("Set-Cookie", "session=secret; Path=/")
		rw.Header().Set("Server", "nginx")
		rw.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(rw, "no terms")
	}))
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	f := crawltest.Fetcher(t, fetch.Config{Guard: netguard.New([]netip.Prefix{crawltest.Allowed}), CAFile: ca})
	res, err := f.Do(t.Context(), fetch.Request{URL: s.URL + "/old", AcceptLanguage: "de"})
	if err != nil {
		t.Fatal(err)
	}
	x := res.Exchange()
	if x.URL != s.URL+"/terms" || x.Method != "GET" || x.Status != 404 || x.Protocol != "HTTP/1.1" || x.SentAt.IsZero() || x.Received.Before(x.SentAt) {
		t.Errorf("the exchange is %+v", x)
	}
	if want := strings.TrimPrefix(s.URL, "https://"); x.RemoteAddress != want || x.ViaProxy {
		t.Errorf("the remote address is %q, want %q", x.RemoteAddress, want)
	}
	for _, want := range []exchange.Field{{Name: "Accept-Language", Value: "de"}, {Name: "Accept-Encoding", Value: "gzip, br, zstd"}} {
		if !slices.ContainsFunc(x.RequestHeaders, func(f exchange.Field) bool { return f.Name == want.Name }) {
			t.Errorf("%s is missing in the request headers %v", want.Name, x.RequestHeaders)
		}
	}
	for _, want := range []exchange.Field{{Name: "Server", Value: "nginx"}, {Name: "Set-Cookie", Value: "session=(redacted); Path=/"}} {
		if !slices.Contains(x.ResponseHeaders, want) {
			t.Errorf("%v is missing in the response headers %v", want, x.ResponseHeaders)
		}
	}
	sum := sha256.Sum256(s.Certificate().Raw)
	if x.TLS == nil || x.TLS.Version != "TLS 1.3" || len(x.TLS.Certificates) != 1 || x.TLS.Certificates[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("TLS is %+v", x.TLS)
	}
}

func TestAnExchangeThroughAProxyHasNoAddressOfTheServer(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "hi") }))
	t.Cleanup(proxy.Close)
	f := crawltest.Fetcher(t, fetch.Config{Guard: netguard.New([]netip.Prefix{crawltest.Allowed}), Proxy: proxy.URL})
	res, err := f.Do(t.Context(), fetch.Request{URL: "http://" + crawltest.Allowed.Addr().String() + "/"})
	if err != nil {
		t.Fatal(err)
	}
	if x := res.Exchange(); !x.ViaProxy || x.RemoteAddress != "" || x.TLS != nil {
		t.Errorf("the exchange is %+v", x)
	}
}
