// Package exchange describes HTTP exchanges: the facts of a request and its response that prove
// where a page came from. The store keeps them with each version, packed.
package exchange

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Bounds of what is recorded. They were chosen by hand: real responses have 10 to 40 fields, and
// certificate chains of the web two or three certificates.
const (
	maxFields       = 100
	maxValueBytes   = 4 << 10
	maxHeaderBytes  = 24 << 10
	maxCertificates = 5
	maxNames        = 20
)

// redacted replaces the values of cookies, which identify the session of the crawl.
const redacted = "(redacted)"

// Exchange is a request with its response.
type Exchange struct {
	URL      string    `json:"url"`
	SentAt   time.Time `json:"sentAt"`   // when the request was written
	Received time.Time `json:"received"` // when the response was complete
	Method   string    `json:"method"`
	Status   int       `json:"status"`
	Protocol string    `json:"protocol"` // such as HTTP/1.1
	// RemoteAddress is the IP address and port to which the name of the host resolved. It is empty
	// if a proxy sent the request.
	RemoteAddress string `json:"remoteAddress,omitempty"`
	// ResolvedAddresses are all IP addresses of the answer of the name server. They are empty if
	// the request used a connection that was open.
	ResolvedAddresses []string `json:"resolvedAddresses,omitempty"`
	ViaProxy          bool     `json:"viaProxy,omitempty"`
	RequestHeaders    []Field  `json:"requestHeaders"`
	ResponseHeaders   []Field  `json:"responseHeaders"`
	TLS               *TLS     `json:"tls,omitempty"` // nil without TLS
}

// Field is one field of a header, by name.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TLS describes a TLS connection.
type TLS struct {
	Version     string `json:"version"` // such as TLS 1.3
	CipherSuite string `json:"cipherSuite"`
	ServerName  string `json:"serverName"`
	// Certificates are those that the server sent, its own first.
	Certificates []Certificate `json:"certificates"`
}

// Certificate describes an X.509 certificate.
type Certificate struct {
	SHA256    string    `json:"sha256"` // hexadecimal, of the DER encoding
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"` // hexadecimal
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	// Names are the DNS names of the server's own certificate, at most 20.
	Names []string `json:"names,omitempty"`
}

// Fields returns the fields of a header, ordered by name and bounded. It redacts the values of
// cookies.
func Fields(h http.Header) []Field {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	out, size := []Field{}, 0
	for _, name := range names {
		for _, value := range h[name] {
			value = shorten(redactCookies(name, value), maxValueBytes)
			size += len(name) + len(value)
			if len(out) == maxFields || size > maxHeaderBytes {
				return out
			}
			out = append(out, Field{name, value})
		}
	}
	return out
}

// redactCookies replaces the values of cookies in a Cookie or Set-Cookie field.
func redactCookies(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Cookie":
		pairs := strings.Split(value, ";")
		for i, p := range pairs {
			key, _, _ := strings.Cut(strings.TrimSpace(p), "=")
			pairs[i] = key + "=" + redacted
		}
		return strings.Join(pairs, "; ")
	case "Set-Cookie":
		pair, attributes, found := strings.Cut(value, ";")
		key, _, _ := strings.Cut(pair, "=")
		if out := key + "=" + redacted; !found {
			return out
		}
		return key + "=" + redacted + ";" + attributes
	}
	return value
}

// shorten cuts s after at most n bytes, and drops bytes that are not UTF-8.
func shorten(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}

// TLSOf describes the state of a TLS connection. It returns nil if there is none.
func TLSOf(s *tls.ConnectionState) *TLS {
	if s == nil {
		return nil
	}
	out := &TLS{Version: tls.VersionName(s.Version), CipherSuite: tls.CipherSuiteName(s.CipherSuite), ServerName: s.ServerName}
	for i, c := range s.PeerCertificates {
		if i == maxCertificates {
			break
		}
		out.Certificates = append(out.Certificates, certificateOf(c, i == 0))
	}
	return out
}

// certificateOf describes a certificate. own is set for the server's own one.
func certificateOf(c *x509.Certificate, own bool) Certificate {
	sum := sha256.Sum256(c.Raw)
	out := Certificate{
		SHA256: hex.EncodeToString(sum[:]), Subject: shorten(c.Subject.String(), maxValueBytes), Issuer: shorten(c.Issuer.String(), maxValueBytes),
		Serial: c.SerialNumber.Text(16), NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
	}
	if own {
		out.Names = slices.Clone(c.DNSNames[:min(len(c.DNSNames), maxNames)])
	}
	return out
}
