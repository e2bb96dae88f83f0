package exchange

import (
	"encoding/hex"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAPackedExchangeIsReadBack(t *testing.T) {
	t.Parallel()
	e := typical()
	p, err := e.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if len(p) > 600 {
		t.Errorf("a typical exchange takes %d bytes", len(p))
	}
	got, err := p.Unpack()
	if err != nil || !reflect.DeepEqual(*got, e) {
		t.Errorf("%+v, %v", got, err)
	}
	for i := range p { // a damaged exchange is an error or another exchange, never a panic
		damaged := append(Packed{}, p...)
		damaged[i] ^= 0x55
		_, _ = damaged.Unpack()
	}
	if got, err := Packed(nil).Unpack(); got != nil || err != nil {
		t.Errorf("an unknown exchange is %+v, %v", got, err)
	}
}

// TestExchangesOfTheFirstFormatAreReadable fails if the dictionary changes.
func TestExchangesOfTheFirstFormatAreReadable(t *testing.T) {
	t.Parallel()
	const stored = "28b52ffd65015a0345060064047b61636d652f6c6567616c2f7465726d7330352d30345430333a30323a3031353237312e304d6f6e2c203034204d61795c223566336330663461316231362d30385d7d5d7d7d2b00277300d0b000eb0548eb6419007797c511c6c934fd2693205f38e043070664042c27e124f90e8d828339244fb04ee2504a39c041f9045b65122098e58206d88b00303808cc27248b08c7850606811328c81ae89af99c73661236cd16000c3a0502eb040700d21dbe190dc05d5347e89be9055cc56f9ee947f02572937c0541658c89"
	b, err := hex.DecodeString(stored)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Packed(b).Unpack()
	if err != nil || !reflect.DeepEqual(*got, typical()) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFieldsAreOrderedBoundedAndHaveNoValuesOfCookies(t *testing.T) {
	t.Parallel()
	h := http.Header{"Set-Cookie": {"a=1; Path=/", "b=2"}, "Cookie": {"c=3; d=4"}, "X-Long": {strings.Repeat("é", maxValueBytes)}, "Server": {"nginx\xff"}}
	got := Fields(h)
	want := []Field{
		{"Cookie", "c=(redacted); d=(redacted)"}, {"Server", "nginx"}, {"Set-Cookie", "a=(redacted); Path=/"}, {"Set-Cookie", "b=(redacted)"},
		{"X-Long", strings.Repeat("é", maxValueBytes/2)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the fields are %.300v", got)
	}
	many := http.Header{}
	for i := range 3 * maxFields {
		many.Add("X-Many", strings.Repeat("x", 10+i%2))
	}
	if n := len(Fields(many)); n != maxFields {
		t.Errorf("%d fields, want %d", n, maxFields)
	}
	large := http.Header{}
	for range 20 {
		large.Add("X-Large", strings.Repeat("x", maxValueBytes))
	}
	if n := len(Fields(large)); n != maxHeaderBytes/maxValueBytes-1 {
		t.Errorf("%d large fields", n)
	}
}

// typical returns an exchange as most sites give it.
func typical() Exchange {
	at := time.Date(2026, 5, 4, 3, 2, 1, 500, time.UTC)
	return Exchange{
		URL: "https://www.acme.example/legal/terms", SentAt: at, Received: at.Add(time.Second), Method: "GET", Status: 200, Protocol: "HTTP/1.1", RemoteAddress: "192.0.2.7:443",
		RequestHeaders: Fields(http.Header{"Accept": {"text/html"}, "Accept-Encoding": {"gzip, br, zstd"}, "User-Agent": {"ClauseaCrawler/1.0"}}),
		ResponseHeaders: Fields(http.Header{
			"Cache-Control": {"max-age=300"}, "Content-Type": {"text/html; charset=utf-8"}, "Date": {"Mon, 04 May 2026 03:02:01 GMT"}, "Etag": {`"5f3c"`},
			"Server": {"nginx"}, "Vary": {"Accept-Encoding"}, "Strict-Transport-Security": {"max-age=31536000"},
		}),
		TLS: &TLS{Version: "TLS 1.3", CipherSuite: "TLS_AES_128_GCM_SHA256", ServerName: "www.acme.example", Certificates: []Certificate{{
			SHA256: strings.Repeat("0f", 32), Subject: "CN=acme.example", Issuer: "CN=R11,O=Let's Encrypt,C=US", Serial: "4a1b", NotBefore: at, NotAfter: at.AddDate(0, 3, 0), Names: []string{"acme.example"},
		}}},
	}
}
