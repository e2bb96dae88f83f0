package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	sitePages     = 20 // per company, including the home page
	siteDocuments = 6  // legal documents among them
)

// testSites serves the sites of several companies on one server and counts the requests.
type testSites struct {
	mu        sync.Mutex
	requested map[string]int
	names     []string
	addr      string
	caFile    string
	// beforeResponse, if set, is called for each request for a page before the response.
	beforeResponse func(*http.Request)
}

func newTestSites(t *testing.T, companies int) *testSites {
	t.Helper()
	w := &testSites{requested: map[string]int{}}
	for i := range companies {
		w.names = append(w.names, fmt.Sprintf("c%03d-test.example", i))
	}
	w.addr, w.caFile = serveTLS(t, w.names, http.HandlerFunc(w.serve))
	return w
}

// serveTLS serves hosts on loopback. It returns host:port and the file of the certificate
// authority.
func serveTLS(t *testing.T, names []string, h http.Handler) (addr, caFile string) {
	t.Helper()
	cert, caPEM := certificateFor(t, names)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, caPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.Listener.Addr().String(), caFile
}

func certificateFor(t *testing.T, names []string) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test sites"}, DNSNames: names, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// documentTexts are the sentences of the documents, in the order of documentTitles.
var documentTexts = [siteDocuments][]string{
	{"We collect your name, e-mail address and telephone number when you open an account.", "Personal data are processed with your consent or to perform a contract with you.", "We keep them for three years and share them with hosting providers only.", "You may ask for access, rectification, erasure and portability at any time.", "The supervisory authority of your country hears complaints about us."},
	{"These terms are an agreement between you and the company about the use of the service.", "You must be eighteen years old to register and keep your password secret.", "Our liability is limited to the fees that you paid in the last twelve months.", "Either party may terminate the contract with thirty days of notice.", "Disputes are governed by the law of Portugal and heard by its courts."},
	{"Cookies are small files that a browser stores on behalf of a website.", "Strictly necessary cookies keep the basket and the session alive.", "Analytics cookies measure visits and expire after thirteen months.", "Marketing trackers are set only after you have agreed in the banner.", "Delete cookies in the settings of Firefox, Safari, Edge or Chrome."},
	{"You may not send spam, malware or phishing through our systems.", "Gambling, weapons and stolen goods are prohibited content on this platform.", "Attempts to probe, scan or overload the network violate this policy.", "We suspend accounts that break the rules and report crimes to the police.", "Report abuse to the trust team with the headers of the message."},
	{"The processor acts on documented instructions of the controller alone.", "Annex two lists the technical and organisational measures under Article 32.", "Sub-processors are announced a month ahead so that the controller may object.", "The processor notifies a personal data breach without undue delay.", "Standard contractual clauses apply to transfers to third countries."},
	{"Send notices of infringement under the DMCA to our designated agent.", "A notice identifies the copyrighted work and where the material is found.", "A counter-notification states under penalty of perjury that it was a mistake.", "Repeat infringers lose their accounts in appropriate circumstances.", "Trademark owners use the form for marks instead of this procedure."},
}

var documentTitles = []string{"Privacy Policy", "Terms of Service", "Cookie Policy", "Acceptable Use Policy", "Data Processing Agreement", "Copyright Policy"}

func (w *testSites) serve(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/robots.txt" || strings.HasPrefix(r.URL.Path, "/sitemap") {
		http.NotFound(rw, r)
		return
	}
	w.mu.Lock()
	w.requested[r.Host+r.URL.Path]++
	w.mu.Unlock()
	if w.beforeResponse != nil {
		w.beforeResponse(r)
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/legal/policy-"))
	switch {
	case r.URL.Path == "/":
		fmt.Fprintf(rw, "<title>%s</title><h1>%s</h1>", r.Host, r.Host)
		for i := range sitePages - 1 {
			if i < siteDocuments {
				fmt.Fprintf(rw, `<p><a href="/legal/policy-%d">%s</a></p>`, i, documentTitles[i])
			} else {
				fmt.Fprintf(rw, `<p><a href="/boats/%d">Legal notice %d</a></p>`, i, i)
			}
		}
	case strings.HasPrefix(r.URL.Path, "/boats/"):
		// The link text suggests a legal document, but the page has none. The pages differ,
		// because similar empty pages would make the crawler treat the folder as a trap.
		fmt.Fprintf(rw, "<title>Boats</title><h1>A wooden boat</h1><p>It was built by hand and sails well in wind. Its planks are")
		for i := range 40 {
			fmt.Fprintf(rw, " plank%x", sha256.Sum256([]byte(r.URL.Path+strconv.Itoa(i))))
		}
	case err != nil || n < 0 || n >= siteDocuments:
		http.NotFound(rw, r)
	default:
		fmt.Fprintf(rw, "<title>%s</title><main><h1>%s</h1>", documentTitles[n], documentTitles[n])
		for i, text := range documentTexts[n] {
			fmt.Fprintf(rw, "<h2>%d. %s</h2><p>%s This part of the %s of %s applies pursuant to the law.</p>", i+1, strings.Join(strings.Fields(text)[:4], " "), text, documentTitles[n], r.Host)
		}
		fmt.Fprint(rw, "</main>")
	}
}

// refetched returns the number of repeated page requests and the number of pages.
func (w *testSites) refetched() (again, pages int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.requested {
		again += n - 1
		pages++
	}
	return again, pages
}

// pageRequests returns the number of requests for pages.
func (w *testSites) pageRequests() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.requested {
		n += a
	}
	return n
}
