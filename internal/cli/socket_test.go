package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// serveFolder serves the socket of a folder, as the process does that has its store open.
func serveFolder(t *testing.T, folder string, s store.Store) (stop func()) {
	t.Helper()
	a := newApp()
	a.env = environment(nil)
	if err := a.loadSettings(settings.CommandStandalone, t.Output()); err != nil {
		t.Fatal(err)
	}
	backends, err := newAPIBackends(a.values, a.log)
	if err != nil {
		t.Fatal(err)
	}
	stop, err = serveSocket(t.Context(), a.values, folder, apiParts{store: s, backends: backends, log: a.log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		backends.close()
	})
	return stop
}

func TestResourcesAreChangedThroughTheProcessThatHasTheStoreOpen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	serveFolder(t, folder, s)
	manifest := func(domain string) string {
		return "{apiVersion: crawl.clausea.co/v1alpha1, kind: Company, metadata: {name: acme, namespace: legal}, spec: {domains: [" + domain + "]}}"
	}
	file := filepath.Join(t.TempDir(), "acme.yaml")
	for _, step := range []struct {
		manifest, args, want string
		code                 int
	}{
		{manifest("acme.test"), "apply --dry-run=server -f " + file, "company.crawl.clausea.co/acme created (server dry run)", exitDone},
		{"", "get company acme -n legal", `companies.crawl.clausea.co "acme" not found`, exitFailed},
		{manifest("acme.test"), "apply -f " + file, "company.crawl.clausea.co/acme created", exitDone},
		{manifest("acme.test"), "apply -f " + file, "company.crawl.clausea.co/acme unchanged", exitDone},
		{manifest("other.test"), "apply --dry-run=server -f " + file, "company.crawl.clausea.co/acme configured (server dry run)", exitDone},
		{manifest("other.test"), "apply -f " + file, "company.crawl.clausea.co/acme configured", exitDone},
		{"", "get company -A -o yaml", "- other.test", exitDone},
		{"", "get company", "", exitDone},
		{"", "wait --for=condition=Ready company/acme -n legal --timeout 1ms", "no conditions yet", exitFailed},
		{"", "delete company/acme -n legal", "company.crawl.clausea.co/acme deleted", exitDone},
		{"", "delete company/acme -n legal", `companies.crawl.clausea.co "acme" not found`, exitFailed},
		{"", "wait --for=delete company/acme -n legal --timeout 1s", "", exitDone},
		{"", "check", "embedded store of a running standalone process", exitDone},
	} {
		if step.manifest != "" {
			if err := os.WriteFile(file, []byte(step.manifest), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		code, out, errs := call(t, nil, append(strings.Fields(step.args), "--store", folder)...)
		if code != step.code || !strings.Contains(out+errs, step.want) {
			t.Errorf("%s: exit code %d: %s%s, want %q", step.args, code, out, errs, step.want)
		}
	}
	entries, _, err := s.ListAudit(t.Context(), store.AuditQuery{TargetKind: "company"})
	if err != nil || len(entries) != 5 || entries[0].Actor != "local" || entries[0].Outcome != store.AuditFailed {
		t.Errorf("the audit log has %d entries, %v; want 5", len(entries), err)
	}
}

func TestAResourceThatTheProcessRejectsHasTheMessageOfTheStore(t *testing.T) {
	t.Parallel()
	message := func(serve bool) string {
		folder := t.TempDir()
		s, err := sqlite.Open(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close(t.Context()) })
		if serve {
			serveFolder(t, folder, s)
		} else if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "acme.yaml")
		// The schema accepts the name, and the validation of metadata rejects it.
		text := "{apiVersion: crawl.clausea.co/v1alpha1, kind: Company, metadata: {name: Acme_}, spec: {domains: [acme.test]}}"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := call(t, nil, "apply", "-f", file, "--store", folder)
		if code != exitFailed {
			t.Fatalf("apply exits with %d: %s", code, errs)
		}
		return errs
	}
	if direct, served := message(false), message(true); direct != served || !strings.Contains(direct, "Acme_") {
		t.Errorf("the message is %q, through the process %q", direct, served)
	}
}
