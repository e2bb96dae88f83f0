package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl/netguard"
)

func TestTheCauseOfAFailedRequestIsAPhrase(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	local := Config{Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")})}
	for name, c := range map[string]struct {
		cfg       Config
		url, want string
	}{
		"certificate": {local, untrusted.URL, "TLS certificate not trusted: certificate signed by unknown authority"},
		"plain HTTP":  {local, strings.Replace(untrusted.URL, "https", "http", 1), ""},
		"refused":     {local, gone.URL, "connection refused"},
		"no TLS":      {local, strings.Replace(gone.URL, "http", "https", 1), "connection refused"},
		"internal":    {Config{}, "http://10.0.0.1/", "the crawler requests no internal IP address (10.0.0.1:80)"},
		"port":        {Config{}, "http://192.0.2.1:8080/", "the crawler requests only the ports 80 and 443, not 192.0.2.1:8080"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := New(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			_, err = f.Do(t.Context(), Request{URL: c.url})
			if got := Cause(err); got != c.want {
				t.Errorf("the cause of %v is %q, want %q", err, got, c.want)
			}
		})
	}
}

func TestTheCauseOfAnErrorOfALibraryOmitsItsWrappers(t *testing.T) {
	t.Parallel()
	wrap := func(reason Reason, err error) error {
		return fmt.Errorf("crawl: %w", &Error{Reason: reason, URL: "https://example.com/", Err: fmt.Errorf("Get \"https://example.com/\": %w", err)})
	}
	for want, err := range map[string]error{
		"the host name example.com does not exist (DNS)":                                                 wrap(DNS, &net.DNSError{Name: "example.com", IsNotFound: true, Err: "no such host"}),
		"DNS lookup of example.com failed: server misbehaving":                                           wrap(DNS, &net.DNSError{Name: "example.com", Err: "server misbehaving"}),
		"TLS certificate expired or not yet valid: certificate has expired or is not yet valid: at noon": wrap(TLS, x509.CertificateInvalidError{Reason: x509.Expired, Detail: "at noon"}),
		"the request timed out":                                  wrap(Timeout, errors.New("deadline")),
		"the server sent no valid HTTP response: unexpected EOF": wrap(BadResponse, errors.New("unexpected EOF\nat line 3")),
		"": errors.New("another error"),
	} {
		if got := Cause(err); got != want {
			t.Errorf("the cause is %q, want %q", got, want)
		}
	}
}
