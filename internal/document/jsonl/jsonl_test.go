package jsonl

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// writePage writes a file in a temporary directory and returns its path.
func writePage(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func noPDF(context.Context, []byte) (string, error) { return "", fmt.Errorf("unexpected PDF") }

// runLines calls f with the given lines and returns the results, with their values undecoded.
func runLines(t fataler, f func(context.Context, *bytes.Buffer, *bytes.Buffer) error, lines ...string) []map[string]json.RawMessage {
	var out bytes.Buffer
	if err := f(context.Background(), bytes.NewBufferString(strings.Join(lines, "\n")), &out); err != nil {
		t.Fatalf("%v", err)
	}
	var all []map[string]json.RawMessage
	for line := range strings.Lines(out.String()) {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, m)
	}
	return all
}

type fataler interface{ Fatalf(string, ...any) }

func inspect(ctx context.Context, in, out *bytes.Buffer) error { return Inspect(ctx, in, out, noPDF) }
func diff(ctx context.Context, in, out *bytes.Buffer) error    { return Diff(ctx, in, out, noPDF) }

func TestIDIsWrittenUnchanged(t *testing.T) {
	t.Parallel()
	file := writePage(t, "page.html", "<h1>Imprint</h1><p>Harbour Ltd.</p>")
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) string {
				b, err := json.Marshal(rapid.String().Draw(t, "text"))
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			}),
			rapid.StringMatching(`-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?`),
		).Draw(t, "id")
		got := runLines(t, inspect, fmt.Sprintf(`{"id":%s,"url":null,"file":%q}`, id, file), fmt.Sprintf(`{"id":%s,"file":""}`, id))
		got = append(got, runLines(t, diff, fmt.Sprintf(`{"id":%s,"old":%q,"new":%q}`, id, file, file), fmt.Sprintf(`{"id":%s,"old":5}`, id))...)
		for i, a := range got {
			if !sameID(string(a["id"]), id) {
				t.Errorf("result %d: got ID %s, want %s", i, a["id"], id)
			}
			if failed := string(a["error"]) != `""`; failed != (i%2 == 1) {
				t.Errorf("result %d: error %s", i, a["error"])
			}
		}
	})
}

// sameID compares strings by value and numbers literally.
func sameID(a, b string) bool {
	var x, y string
	if json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil {
		return x == y
	}
	return a == b
}

func TestInvalidLineGivesAnErrorWithItsIDAndNumber(t *testing.T) {
	t.Parallel()
	file := writePage(t, "page.html", "<h1>Imprint</h1>")
	for _, c := range []struct{ line, id, want string }{
		{`{"id":"a","file":5}`, `"a"`, "parse line 2: file: expected a string, got number"},
		{`{"id":7,"file":{}}`, `7`, "file: expected a string, got object"},
		{`{"id":{"a":1},"file":"x"}`, `""`, "id: expected a string or a number"},
		{`{"id":true,"file":"x"}`, `""`, "id: expected a string or a number"},
		{`{"id":null}`, `""`, "file: missing file name"},
		{`{}`, `""`, "file: missing file name"},
		{`["a"]`, `""`, "parse line 2: expected an object, got array"},
		{`{"id":"a"`, `""`, "line 2"},
		{`{"id":1,"file":"x"} {}`, `1`, "unexpected data after the object"},
		{`{"id":1,"file":"/nonexistent.html"}`, `1`, "/nonexistent.html"},
	} {
		got := runLines(t, inspect, "", c.line, fmt.Sprintf(`{"id":"next","file":%q}`, file))
		if len(got) != 2 {
			t.Fatalf("%s: got %d results, want 2", c.line, len(got))
		}
		var message string
		if err := json.Unmarshal(got[0]["error"], &message); err != nil {
			t.Fatal(err)
		}
		if string(got[0]["id"]) != c.id || !strings.Contains(message, c.want) || string(got[0]["type"]) != `"other"` {
			t.Errorf("%s: ID %s, type %s, error %q", c.line, got[0]["id"], got[0]["type"], message)
		}
		if string(got[1]["id"]) != `"next"` || string(got[1]["error"]) != `""` {
			t.Errorf("result after %s: %s", c.line, got[1])
		}
	}
}

func TestErrorNamesTheUnreadableFile(t *testing.T) {
	t.Parallel()
	html := writePage(t, "page.html", "<h1>Imprint</h1>")
	broken := writePage(t, "broken.pdf", "%PDF-1.7 broken")
	program := writePage(t, "program", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00")
	for _, c := range []struct{ old, cur, want string }{
		{broken, html, "read " + broken + ": unexpected PDF"},
		{html, broken, "read " + broken + ": unexpected PDF"},
		{html, program, "read " + program + ": detected application/x-sharedlib"},
		{html, "/nonexistent.html", "/nonexistent.html"},
		{html, "", "new: missing file name"},
		{"", html, "old: missing file name"},
	} {
		got := runLines(t, diff, fmt.Sprintf(`{"id":"x","url":"https://example.com/","old":%q,"new":%q}`, c.old, c.cur))
		var message string
		if err := json.Unmarshal(got[0]["error"], &message); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(message, c.want) || string(got[0]["id"]) != `"x"` {
			t.Errorf("%s and %s: got error %q, want %q", c.old, c.cur, message, c.want)
		}
	}
}

func TestDiffComparesTheTextOfPDFs(t *testing.T) {
	t.Parallel()
	readPDF := func(_ context.Context, b []byte) (string, error) {
		return "# Terms\n\n" + strings.TrimPrefix(string(b), "%PDF-1.7 "), nil
	}
	old := writePage(t, "old.pdf", "%PDF-1.7 We keep your data for three years after you leave.")
	cur := writePage(t, "new.pdf", "%PDF-1.7 We keep your data for seven years after you leave.")
	f := func(ctx context.Context, in, out *bytes.Buffer) error { return Diff(ctx, in, out, readPDF) }
	got := runLines(t, f, fmt.Sprintf(`{"id":1,"old":%q,"new":%q}`, old, cur), fmt.Sprintf(`{"id":2,"old":%q,"new":%q}`, old, old))
	if len(got) != 2 || string(got[0]["kind"]) != `"change"` || string(got[0]["changed"]) != "true" || string(got[1]["kind"]) != `"none"` {
		t.Errorf("%s", got)
	}
}

func TestByteOrderMarkBeforeTheFirstLineIsIgnored(t *testing.T) {
	t.Parallel()
	file := writePage(t, "page.html", "<h1>Imprint</h1><p>Harbour Ltd.</p>")
	got := runLines(t, inspect, fmt.Sprintf("\ufeff{\"id\":1,\"file\":%q}", file))
	if len(got) != 1 || string(got[0]["id"]) != "1" || string(got[0]["error"]) != `""` {
		t.Errorf("got %s", got)
	}
}

func TestDiffListsInsignificantEditsAsAnArray(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, cur := filepath.Join(dir, "old.html"), filepath.Join(dir, "new.html")
	page := "<html><body><nav><a href=/>Home</a> <a href=/p>Prices</a></nav><main><h1>Terms</h1><p>We run the harbour and its boats for all who come here by sea.</p></main></body></html>"
	for name, text := range map[string]string{old: page, cur: strings.Replace(page, "Prices", "Costs", 1)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := fmt.Sprintf(`{"id":1,"url":null,"old":%q,"new":%q}`+"\n"+`{"id":2,"url":null,"old":%q,"new":%q}`+"\n"+`{"id":3}`, old, cur, old, old)
	var out bytes.Buffer
	if err := diff(t.Context(), bytes.NewBufferString(in), &out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"id":1,"changed":false,"kind":"none","added":0,"removed":0,"insignificant":[{"rule":"site_boilerplate","removed":"Home Prices","added":"Home Costs"}],"error":""}`,
		`{"id":2,"changed":false,"kind":"none","added":0,"removed":0,"insignificant":[],"error":""}`,
		`{"id":3,"changed":false,"kind":"","added":0,"removed":0,"insignificant":[],"error":"old: missing file name"}`,
	}
	if got := strings.Split(strings.TrimSpace(out.String()), "\n"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
