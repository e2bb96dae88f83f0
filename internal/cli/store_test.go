package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestACommandThatReadsAStoreMakesNone(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"get":         {"get", "documents"},
		"get company": {"get", "company"},
		"diff":        {"diff", "some-document"},
		"export":      {"export", "FOLDER"},
		"wait":        {"wait", "--for=delete", "company/acme"},
		"delete":      {"delete", "company/acme"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			place, out := filepath.Join(dir, "nowhere"), filepath.Join(dir, "out")
			if name == "export" {
				args = []string{"export", out}
			}
			for _, env := range []map[string]string{nil, {"CLAUSEA_DATA_DIR": place}} {
				given := args
				if env == nil {
					given = append([]string{"--store", place}, args...)
					given = append(given[2:], given[:2]...)
				}
				code, stdout, stderr := call(t, env, given...)
				if code != exitFailed || stdout != "" || !strings.Contains(stderr, "there is no store in "+place) || !strings.Contains(stderr, "crawl, apply, standalone and migrate make one") {
					t.Errorf("%v ends with %d and says %q, %q", given, code, stdout, stderr)
				}
			}
			for _, path := range []string{place, out} {
				if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("it made %s: %v", path, err)
				}
			}
		})
	}
}

func TestACommandThatReadsAStoreTakesAnEmptyOne(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "store")
	if code, _, errs := call(t, nil, "migrate", "--store", place); code != exitDone {
		t.Fatalf("migrate ends with %d: %s", code, errs)
	}
	for _, args := range [][]string{{"get", "documents"}, {"get", "company"}} {
		if code, out, errs := call(t, nil, append(args, "--store", place)...); code != exitDone || !strings.Contains(out, "NAME") && !strings.Contains(out, "ID") {
			t.Errorf("%v ends with %d: %s%s", args, code, out, errs)
		}
	}
}

func TestAPlaceThatIsNoStoreIsRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"get", "documents"}, {"crawl", "example.com"}, {"migrate"}, {"standalone"}, {"apply", "-f", "x.yaml"}} {
		code, _, stderr := call(t, nil, append(args, "--store", "postgres://user:hunter2@host/db")...)
		if code != exitUsage || !strings.Contains(stderr, "a folder's path, or MongoDB's URI such as mongodb://HOST/DATABASE") || strings.Contains(stderr, "hunter2") {
			t.Errorf("%v ends with %d and says: %s", args, code, stderr)
		}
	}
}
