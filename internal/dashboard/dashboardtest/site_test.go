package dashboardtest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// siteHost is the host of the site. The certificate of httptest is valid for it.
const siteHost = "example.com"

// unlinkedPath is the path of the privacy policy, to which no page links.
const unlinkedPath = "/statements/4711"

// site is the site of a company, over TLS on loopback. It also receives webhooks.
type site struct {
	addr, caFile string

	mu       sync.Mutex
	changed  bool
	held     chan struct{} // requests for documents wait for its end, if it is not nil
	received []string      // types of the messages to the webhook
}

func startSite(t *testing.T) *site {
	t.Helper()
	s := &site{}
	h := httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(h.Close)
	t.Cleanup(s.release)
	s.addr, s.caFile = h.Listener.Addr().String(), filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// webhookURL is the URL that receives webhooks.
func (s *site) webhookURL() string { return "https://" + s.addr + "/hook" }

// change changes the terms.
func (s *site) change() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = true
}

// hold lets requests for documents wait until release is called.
func (s *site) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = make(chan struct{})
}

func (s *site) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		close(s.held)
		s.held = nil
	}
}

func (s *site) state() (changed bool, held chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed, s.held
}

// messages returns the number of messages of a type that the webhook received.
func (s *site) messages(kind string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.received {
		if m == kind {
			n++
		}
	}
	return n
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/hook" {
		s.receive(w, r)
		return
	}
	changed, held := s.state()
	text := map[string]string{"/": siteHome, "/legal/terms": siteTerms, "/legal/cookies": siteCookies, unlinkedPath: sitePrivacy}[r.URL.Path]
	if text == "" {
		http.NotFound(w, r)
		return
	}
	if held != nil && r.URL.Path != "/" {
		select {
		case <-held:
		case <-r.Context().Done():
			return
		}
	}
	liability, fee := "twelve months", ""
	if changed {
		liability, fee = "three months", " We charge a fee of forty euros for each reminder of a late payment."
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, text, liability, fee)
}

// receive accepts a message of a webhook.
func (s *site) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var message struct{ Type string }
	if err == nil {
		err = json.Unmarshal(body, &message)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, message.Type)
}
