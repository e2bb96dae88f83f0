package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestGetWritesTheRawPageOfAVersionByteForByte(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	const url, alias = "https://c.example/terms", "https://c.example/old-terms"
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	bodies := []string{"<html>\r\n\x00\xff one", "%PDF-1.7\n\x80\x81 two"}
	if err := s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "d", Company: "c", URL: url, Versions: 3, FirstSeen: now}); err != nil {
		t.Fatal(err)
	}
	for i, body := range append(bodies, "") {
		v := store.Version{DocumentID: "d", ContentHash: itoa(i), FetchedAt: now}
		if body != "" {
			if v.SnapshotHash, err = s.PutSnapshot(t.Context(), store.Fence{}, "c", []byte(body), ""); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.AppendVersion(t.Context(), store.Fence{}, v, "text "+itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunComplete}); err != nil {
		t.Fatal(err)
	}
	pages := []store.FetchedPage{
		{Company: "c", RunID: "r", URL: alias, DocumentID: "d", Status: 200},
		{Company: "c", RunID: "r", URL: "https://c.example/", Status: 200},
	}
	if err := s.PutPages(t.Context(), store.Fence{}, pages); err != nil {
		t.Fatal(err)
	}

	check := func(how string) {
		t.Helper()
		for _, c := range []struct {
			args string
			code int
			want string // on standard output, or in the error
		}{
			{url + " --version 1", exitDone, bodies[0]},
			{url + " --version 2", exitDone, bodies[1]},
			{alias + " --version 2", exitDone, bodies[1]},
			{url, exitFailed, "version 3 of " + url + " has no stored page; get documents d -o markdown --version 3"},
			{url + " --version 9", exitFailed, "has no version 9; it has versions 1 to 3"},
			{"https://c.example/", exitFailed, "is stored as no document"},
			{"https://c.example/none", exitFailed, "company c has no page https://c.example/none"},
		} {
			code, stdout, stderr := call(t, nil, append([]string{"get", "--store", folder, "pages", "--company", "c", "--raw"}, strings.Fields(c.args)...)...)
			ok := code == exitDone && stdout == c.want && stderr == ""
			if c.code == exitFailed {
				ok = code == exitFailed && stdout == "" && strings.Contains(stderr, c.want)
			}
			if !ok {
				t.Errorf("%s: get pages %s: exit code %d: %q, %s", how, c.args, code, stdout, stderr)
			}
		}
	}
	stop := serveFolder(t, folder, s)
	check("through a process")
	stop()
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	check("from the store")
}

func TestGetWritesTheNewestRawPage(t *testing.T) {
	t.Parallel()
	folder := crawledDemo(t)
	out := get(t, folder, "pages", "https://harbour.example/legal/terms", "--company", "harbour.example", "--raw")
	if !bytes.Contains(bytes.ToLower([]byte(out)), []byte("<h1")) {
		t.Errorf("the raw page is %q", out)
	}
}
