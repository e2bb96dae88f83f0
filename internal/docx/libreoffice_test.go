package docx

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// resolvedText is a document after LibreOffice accepted or rejected its changes.
type resolvedText struct {
	Paragraphs []string `json:"paragraphs"`
	Changes    int      `json:"changes"`
}

// libreOfficeReport is what testdata/tracked.py prints.
type libreOfficeReport struct {
	Insertions int          `json:"insertions"`
	Deletions  int          `json:"deletions"`
	Others     int          `json:"others"`
	Accepted   resolvedText `json:"accepted"`
	Rejected   resolvedText `json:"rejected"`
}

func TestLibreOfficeReadsEveryChangeAsATrackedChange(t *testing.T) {
	if testing.Short() {
		t.Skip("starts LibreOffice")
	}
	soffice := os.Getenv("SOFFICE")
	if soffice == "" {
		t.Skip("SOFFICE is not set; make test-docx installs LibreOffice and runs this test")
	}
	t.Parallel()
	old := "# Terms\n\nWe share your data with two partners.\n\n## Removed\n\nThis section goes.\n\n- first item\n- second item\n\n| Name | Place |\n|---|---|\n| Acme | Berlin |\n\nThe last paragraph <stays> & is equal.\n"
	cur := "# New terms\n\nWe share your personal data with nine partners.\n\n- first item\n- a new item\n- second item\n\n| Name | Place |\n|---|---|\n| Acme | Paris |\n\nThe last paragraph <stays> & is equal.\n\n## Added\n\nمرحبا بكم في الخدمة. 条款。\n"
	tracked := Track(Paragraphs(old), Paragraphs(cur))
	r := openInLibreOffice(t, soffice, write(t, Paragraphs(old), Paragraphs(cur)))
	if got, want := r.Accepted.Paragraphs, texts(Paragraphs(cur)); !slices.Equal(got, want) || r.Accepted.Changes != 0 {
		t.Errorf("after accept all:\n%q\nwant\n%q", got, want)
	}
	if got, want := r.Rejected.Paragraphs, texts(Paragraphs(old)); !slices.Equal(got, want) || r.Rejected.Changes != 0 {
		t.Errorf("after reject all:\n%q\nwant\n%q", got, want)
	}
	insertions, deletions := countRuns(tracked)
	if r.Insertions != insertions || r.Deletions != deletions || r.Others != 0 {
		t.Errorf("LibreOffice has %d insertions, %d deletions and %d other changes, want %d, %d and 0", r.Insertions, r.Deletions, r.Others, insertions, deletions)
	}
}

// texts returns the texts of paragraphs, with the empty one at the end of a document.
func texts(list []Paragraph) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.Text)
	}
	return append(out, "")
}

// countRuns counts the insertions and deletions. Consecutive paragraphs that were inserted, or
// deleted, are one change, as LibreOffice joins them.
func countRuns(list []Tracked) (insertions, deletions int) {
	last := Equal
	for _, p := range list {
		for _, r := range p.Runs {
			if r.State != last {
				switch r.State {
				case Inserted:
					insertions++
				case Deleted:
					deletions++
				}
			}
			last = r.State
		}
		if p.State == Equal {
			last = Equal
		}
	}
	return insertions, deletions
}

// openInLibreOffice returns how LibreOffice reads a document.
func openInLibreOffice(t *testing.T, soffice string, b []byte) (r libreOfficeReport) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "changes.docx")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	pipe := fmt.Sprintf("clausea%d", os.Getpid())
	office := exec.CommandContext(ctx, soffice, "--headless", "--norestore", "--nologo", "-env:UserInstallation=file://"+dir+"/profile", "--accept=pipe,name="+pipe+";urp;")
	var log strings.Builder
	office.Stdout, office.Stderr, office.WaitDelay = &log, &log, 10*time.Second
	if err := office.Start(); err != nil {
		t.Fatal(err)
	}
	script := exec.CommandContext(ctx, "/usr/bin/python3", "testdata/tracked.py", pipe, path)
	var errors strings.Builder
	script.Stderr = &errors
	out, err := script.Output()
	if err != nil {
		cancel()
	}
	_ = office.Wait()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, errors.String(), log.String())
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}
