package site

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"
)

// Domain is the domain in a Server's certificate, in addition to 127.0.0.1. It does not
// resolve, so clients must be configured to connect to the Server.
const Domain = "harbour.example"

// Server serves a handler over TLS on loopback.
type Server struct {
	URL  string // https://127.0.0.1:port
	Addr string // 127.0.0.1:port
	CA   string // a PEM file with the certificate authority to trust

	srv *httptest.Server
}

// Serve starts a Server and writes its certificate authority to dir.
func Serve(h http.Handler, dir string) (*Server, error) {
	cert, err := certificate()
	if err != nil {
		return nil, fmt.Errorf("serve a site: %w", err)
	}
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
	srv.Config.IdleTimeout = time.Minute
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that disconnect are expected
	srv.StartTLS()
	s := &Server{URL: srv.URL, Addr: srv.Listener.Addr().String(), CA: filepath.Join(dir, "ca.pem"), srv: srv}
	if err := os.WriteFile(s.CA, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600); err != nil {
		s.Close()
		return nil, fmt.Errorf("serve a site: %w", err)
	}
	return s, nil
}

// Close stops the server and closes its connections.
func (s *Server) Close() {
	s.srv.CloseClientConnections()
	s.srv.Close()
}

// certificate creates a self-signed certificate authority that is also the server's certificate.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a key: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{Domain, "*." + Domain}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
