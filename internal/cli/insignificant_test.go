package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/change"
)

const pageWithMenu = `<html lang=en><body><header><nav><a href=/>Home</a> <a href=/prices>Prices</a></nav></header><main><h1>Privacy Policy</h1>
<p>We collect the personal data that you give us when you open an account with the harbour, and keep it for three years.</p>
<button>Delete my account</button></main><footer><a href=/terms>Terms</a></footer></body></html>`

// twoPages writes pageWithMenu and a copy with one text replaced.
func twoPages(t *testing.T, from, to string) (old, cur string) {
	t.Helper()
	dir := t.TempDir()
	old, cur = filepath.Join(dir, "old.html"), filepath.Join(dir, "new.html")
	for name, page := range map[string]string{old: pageWithMenu, cur: strings.Replace(pageWithMenu, from, to, 1)} {
		if err := os.WriteFile(name, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return old, cur
}

func TestInspectListsTheRemovedPartsOfAPage(t *testing.T) {
	t.Parallel()
	page, _ := twoPages(t, "", "")
	code, out, errs := call(t, nil, "inspect", page, "-o", "json")
	var got struct {
		Removed []removedPart `json:"removed"`
	}
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil {
		t.Fatalf("exit code %d, %v: %s", code, err, errs)
	}
	want := []removedPart{{"site_boilerplate", 2, "Home Prices"}, {"control", 3, "Delete my account"}, {"site_boilerplate", 1, "Terms"}}
	if len(got.Removed) != len(want) {
		t.Fatalf("removed: %+v, want %+v", got.Removed, want)
	}
	for i, r := range got.Removed {
		if r != want[i] {
			t.Errorf("removed: %+v, want %+v", r, want[i])
		}
	}
}

func TestDiffShowsInsignificantEditsOnRequest(t *testing.T) {
	t.Parallel()
	old, cur := twoPages(t, "Delete my", "Remove my")
	code, out, _ := call(t, nil, "diff", old, cur)
	if code != exitDone || !strings.HasPrefix(out, "none:") || !strings.Contains(out, "1 insignificant edit: control 1") || strings.Contains(out, "Remove my") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if code, out, _ := call(t, nil, "diff", old, cur, "--insignificant"); code != exitDone || !strings.Contains(out, "control: [-Delete my account-] {+Remove my account+}") {
		t.Errorf("--insignificant: exit code %d: %s", code, out)
	}
	if code, out, _ := call(t, nil, "diff", old, cur, "-o", "html"); code != exitDone || !strings.Contains(out, "<details") || !strings.Contains(out, "<ins>Remove my account</ins>") {
		t.Errorf("-o html: exit code %d: %s", code, out)
	}
	var got change.Change
	code, out, _ = call(t, nil, "diff", old, cur, "-o", "json")
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil || len(got.Insignificant) != 1 || got.Insignificant[0].Rule != change.RuleControl {
		t.Errorf("-o json: exit code %d, %v: %s", code, err, out)
	}
}
