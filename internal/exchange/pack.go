package exchange

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Packed is an Exchange as compressed JSON. Empty means that it is not known.
type Packed []byte

// dictionary has what most exchanges have in common. It must never change: stored exchanges
// cannot be read without it. A better one needs a dictionaryID of its own.
const dictionary = `"viaProxy":true,"resolvedAddresses":["192.0.2.1","2001:db8::1"],"names":["example.com","www.example.com"]` +
	`{"name":"X-Cache","value":"HIT"},{"name":"X-Xss-Protection","value":"1; mode=block"},{"name":"X-Powered-By","value":"Next.js"},{"name":"Via","value":"1.1 varnish"},` +
	`{"name":"Link","value":"\u003chttps://example.com/\u003e; rel=preload; as=style"},{"name":"Pragma","value":"no-cache"},{"name":"Expires","value":"Thu, 01 Jan 1970 00:00:00 GMT"},` +
	`{"name":"Permissions-Policy","value":"camera=(), microphone=(), geolocation=()"},{"name":"Content-Security-Policy","value":"default-src 'self' https: data: 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'self'; upgrade-insecure-requests"},` +
	`{"name":"Cf-Cache-Status","value":"DYNAMIC"},{"name":"Cf-Ray","value":"0-FRA"},{"name":"Alt-Svc","value":"h3=\":443\"; ma=86400"},{"name":"Connection","value":"keep-alive"},{"name":"Age","value":"0"},{"name":"Accept-Ranges","value":"bytes"},` +
	`"url":"https://www.","sentAt":"2026-11-29T10:00:00.000000000Z","received":"2026-11-29T10:00:00.000000000Z","method":"GET","status":200,"protocol":"HTTP/1.1","remoteAddress":"192.0.2.1:443",` +
	`"requestHeaders":[{"name":"Accept","value":"text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,application/pdf;q=0.7,*/*;q=0.5"},{"name":"Accept-Encoding","value":"gzip, br, zstd"},{"name":"Accept-Language","value":"en"},{"name":"User-Agent","value":"ClauseaCrawler/ (+https://"}],` +
	`"responseHeaders":[{"name":"Cache-Control","value":"public, max-age=0, must-revalidate"},{"name":"Content-Encoding","value":"gzip"},{"name":"Content-Length","value":""},{"name":"Content-Type","value":"text/html; charset=utf-8"},{"name":"Date","value":"Sun, 29 Nov 2026 10:00:00 GMT"},{"name":"Etag","value":"W/\""},{"name":"Last-Modified","value":"Sun, 29 Nov 2026 10:00:00 GMT"},` +
	`{"name":"Referrer-Policy","value":"strict-origin-when-cross-origin"},{"name":"Server","value":"cloudflare"},{"name":"Server","value":"nginx"},{"name":"Set-Cookie","value":"=(redacted); Path=/; HttpOnly; Secure; SameSite=Lax"},{"name":"Strict-Transport-Security","value":"max-age=31536000; includeSubDomains; preload"},{"name":"Vary","value":"Accept-Encoding"},{"name":"X-Content-Type-Options","value":"nosniff"},{"name":"X-Frame-Options","value":"SAMEORIGIN"}],` +
	`"tls":{"version":"TLS 1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","serverName":"www.","certificates":[{"sha256":"","subject":"CN=","issuer":"CN=R11,O=Let's Encrypt,C=US","serial":"","notBefore":"2026-11-01T00:00:00Z","notAfter":"2027-01-30T23:59:59Z"},{"issuer":"CN=ISRG Root X1,O=Internet Security Research Group,C=US","subject":"CN=WE1,O=Google Trust Services,C=US","issuer":"CN=GTS Root R4,O=Google Trust Services LLC,C=US"}]}`

// dictionaryID identifies the dictionary in a packed exchange.
const dictionaryID = 1

// maxUnpacked bounds the size of an unpacked exchange, in bytes. The bounds of Fields and TLSOf
// give at most about 100 KiB of JSON.
const maxUnpacked = 1 << 20

var (
	// encoder uses the fastest level. The tables of the next one have 1.2 MiB, and the encoder copies
	// them for each exchange; that takes longer than the compression and saves only 2 bytes of 217.
	encoder = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(64<<10), zstd.WithEncoderDictRaw(dictionaryID, []byte(dictionary)))
	})
	decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderDictRaw(dictionaryID, []byte(dictionary)))
	})
)

// Pack compresses an exchange.
func (e Exchange) Pack() (Packed, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode the exchange of %s: %w", e.URL, err)
	}
	z, err := encoder()
	if err != nil {
		return nil, fmt.Errorf("compress the exchange of %s: %w", e.URL, err)
	}
	return z.EncodeAll(b, nil), nil
}

// Unpack is the inverse of Pack. It returns nil if p is empty, and an error if p is damaged.
func (p Packed) Unpack() (*Exchange, error) {
	if len(p) == 0 {
		return nil, nil
	}
	z, err := decoder()
	if err != nil {
		return nil, fmt.Errorf("decompress an exchange: %w", err)
	}
	b, err := z.DecodeAll(p, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress an exchange of %d bytes: %w", len(p), err)
	}
	var e Exchange
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("decode an exchange: %w", err)
	}
	return &e, nil
}
