package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

// The storm: processes that are killed, companies that are crawled meanwhile. By hand
// CLAUSEA_TEST_STORM=60 makes it as large as the project's pass line asks.
const (
	stormProcesses = 3
	stormPages     = 20 // of a company, the home page included
	stormDocuments = 6  // of those, legal ones
	killEvery      = 2 * time.Second
)

// town is the sites of many companies on one server, which counts what is asked.
type town struct {
	mu      sync.Mutex
	asked   map[string]int
	names   []string
	address string
	caFile  string
}

func newTown(t *testing.T, companies int) *town {
	t.Helper()
	w := &town{asked: map[string]int{}}
	for i := range companies {
		w.names = append(w.names, fmt.Sprintf("c%03d-storm.example", i))
	}
	cert, caPEM := certificateFor(t, w.names)
	w.caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(w.caFile, caPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(w.serve))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	w.address = srv.Listener.Addr().String()
	return w
}

func certificateFor(t *testing.T, names []string) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "storm"}, DNSNames: names, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

var stormNames = []string{"Privacy Policy", "Terms of Service", "Cookie Policy", "Acceptable Use Policy", "Data Processing Agreement", "Copyright Policy"}

func (w *town) serve(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/robots.txt" || strings.HasPrefix(r.URL.Path, "/sitemap") {
		http.NotFound(rw, r)
		return
	}
	w.mu.Lock()
	w.asked[r.Host+r.URL.Path]++
	w.mu.Unlock()
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/legal/policy-"))
	switch {
	case r.URL.Path == "/":
		fmt.Fprintf(rw, "<title>%s</title><h1>%s</h1>", r.Host, r.Host)
		for i := range stormPages - 1 {
			text := "Legal notice " + strconv.Itoa(i)
			if i < stormDocuments {
				text = stormNames[i]
			}
			fmt.Fprintf(rw, `<p><a href="/legal/policy-%d">%s</a></p>`, i, text)
		}
	case err != nil || n < 0 || n >= stormPages-1:
		http.NotFound(rw, r)
	case n < stormDocuments:
		fmt.Fprintf(rw, "<title>%s</title><main><h1>%s</h1>", stormNames[n], stormNames[n])
		for i := range 12 {
			fmt.Fprintf(rw, "<h2>Section %d</h2><p>This %s of %s governs personal data, consent, liability and your rights under the agreement; section %d applies pursuant to the law, and we process personal information with your consent.</p>", i, stormNames[n], r.Host, i)
		}
		fmt.Fprint(rw, "</main>")
	default:
		fmt.Fprintf(rw, "<title>Page %d</title><p>Nothing is here.</p>", n)
	}
}

// again counts the pages that were asked for more than once, and all pages.
func (w *town) again() (again, pages int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.asked {
		again += n - 1
		pages++
	}
	return again, pages
}

// process is one standalone process that is started anew whenever it is killed.
type process struct {
	mu  sync.Mutex
	cmd *exec.Cmd
}

func (p *process) start(t *testing.T, w *town, uri string) {
	cmd := exec.Command(os.Args[0])
	args := []string{"standalone", "--store", uri, "--port", "0", "--crawls", "10", "--lease", "5s", "--ca-file", w.caFile,
		"--connect-to", ":443:" + w.address, "--allow-address", "127.0.0.1/32", "--log-level", "error"}
	cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(args, "\n"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Errorf("start a process: %v", err)
		return
	}
	p.mu.Lock()
	p.cmd = cmd
	p.mu.Unlock()
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // it was killed
		p.cmd = nil
	}
}

func TestAStormOfKillsLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	companies := 12
	if n, err := strconv.Atoi(os.Getenv("CLAUSEA_TEST_STORM")); err == nil {
		companies = n
	}
	mongod, err := replicaset.Find()
	if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	uri := strings.Replace(set.URI, "/?", "/storm?", 1)
	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	w := newTown(t, companies)
	k := order(t, s, w)

	var processes [stormProcesses]process
	for i := range processes {
		processes[i].start(t, w, uri)
		t.Cleanup(processes[i].kill)
	}
	kills := 0
	storm := time.NewTicker(killEvery)
	defer storm.Stop()
	for end := time.Now().Add(time.Duration(companies) * 2 * time.Second); time.Now().Before(end); kills++ {
		<-storm.C
		p := &processes[kills%stormProcesses]
		p.kill()
		p.start(t, w, uri)
	}
	awaitComplete(t, k, companies)
	again, pages := w.again()
	t.Logf("%d crawls, %d kills, %d pages, %d fetched again", companies, kills, pages, again)
	if again*10 > pages {
		t.Errorf("%d of %d pages were fetched again, over a tenth", again, pages)
	}
	checkDocuments(t, s, w)
}

// order makes a CrawlJob for each company.
func order(t *testing.T, s store.Store, w *town) client.Client {
	t.Helper()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	k := kubestore.NewClient(s, scheme)
	for _, name := range w.names {
		limit := int32(20) // kills are no fault of the crawl
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "j-" + name}}
		j.Spec.Company = &v1alpha1.Target{
			Domains: []v1alpha1.Domain{v1alpha1.Domain(name)}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: 200 * time.Millisecond}},
		}
		j.Spec.BackoffLimit = &limit
		if err := k.Create(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func awaitComplete(t *testing.T, k client.Client, n int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Minute)
	for {
		l := &v1alpha1.CrawlJobList{}
		if err := k.List(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		complete := 0
		for i := range l.Items {
			if l.Items[i].Finished() && !v1alpha1.IsFailure(l.Items[i].Status.Reason) {
				complete++
			}
		}
		if complete == n {
			return
		}
		if time.Now().After(deadline) {
			for i := range l.Items {
				if j := &l.Items[i]; !j.Finished() {
					t.Logf("%s: %s %s, attempts %d", j.Name, j.Status.Reason, j.Status.Message, j.Status.Attempts)
				}
			}
			t.Fatalf("%d of %d crawls are complete", complete, n)
		}
		<-time.After(500 * time.Millisecond)
	}
}

// checkDocuments wants the same documents of every company, each with one version.
func checkDocuments(t *testing.T, s store.Store, w *town) {
	t.Helper()
	for _, name := range w.names {
		docs, _, err := s.ListDocuments(t.Context(), name, store.Page{})
		if err != nil {
			t.Fatal(err)
		}
		if len(docs) != stormDocuments {
			t.Errorf("%s has %d documents, want %d", name, len(docs), stormDocuments)
		}
		for _, d := range docs {
			vs, _, err := s.ListVersions(t.Context(), d.ID, store.Page{})
			if err != nil || len(vs) != 1 {
				t.Errorf("%s has %d versions, %v", d.URL, len(vs), err)
			}
		}
	}
}
