package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// mutateFiles returns n damaged files. They are the same in every run.
func mutateFiles(n int) [][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	valid := [][]byte{twoPages(false), twoPages(true)}
	keywords := [][]byte{[]byte("obj"), []byte("stream"), []byte("/Length"), []byte("/Kids"), []byte("/Count"), []byte("xref"), []byte("trailer"), []byte("/Root"), []byte("<<"), []byte(">>"), []byte("[")}
	var all [][]byte
	for i := range n {
		b := bytes.Clone(valid[i%2])
		for range 1 + rng.IntN(8) {
			at := rng.IntN(len(b))
			switch rng.IntN(7) {
			case 0: // flip a bit
				b[at] ^= byte(1 << rng.IntN(8))
			case 1: // delete a part
				b = append(b[:at], b[min(len(b), at+rng.IntN(200)):]...)
			case 2: // duplicate a part
				part := bytes.Clone(b[at:min(len(b), at+rng.IntN(300))])
				b = append(b[:at], append(part, b[at:]...)...)
			case 3: // truncate
				b = b[:max(at, 8)]
			case 4: // change a digit
				if j := bytes.IndexAny(b[at:], "0123456789"); j >= 0 {
					b[at+j] = byte('0' + rng.IntN(10))
				}
			case 5: // remove a keyword
				b = bytes.Replace(b, keywords[rng.IntN(len(keywords))], []byte("?"), 1+rng.IntN(3))
			case 6: // insert a keyword elsewhere
				w := keywords[rng.IntN(len(keywords))]
				copy(b[at:], w)
			}
			if len(b) == 0 {
				b = []byte("%PDF-")
			}
		}
		all = append(all, b)
	}
	return all
}

// malformedFiles returns files with circular references, and files that expand to far more
// than their size.
func malformedFiles() map[string][]byte {
	all := map[string][]byte{}
	raw := func(name string, objects ...string) {
		all[name] = (&builder{objects: objects}).bytes(1, "")
	}
	page := "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>"
	font := "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
	content := func(s string) string { return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s) }
	tree := "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
	catalog := "<< /Type /Catalog /Pages 2 0 R >>"
	shows := content("BT /F1 9 Tf (Text) Tj ET /X Do")
	form := "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> /Font << /F1 5 0 R >> >> /Length 40 >>\nstream\n/X Do BT /F1 9 Tf (a) Tj ET /X Do /X Do  \nendstream"

	raw("a node that is its own child", catalog, "<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>")
	raw("circular parents", catalog, "<< /Type /Pages /Parent 3 0 R /Count 1 /Kids [3 0 R] >>", "<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [2 0 R] >>")
	raw("a catalog that is its own page tree", "<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] /Count 1 >>")
	raw("a form that contains itself", catalog, tree, page, shows, font, form)
	raw("a page that is its own content", catalog, tree, strings.Replace(page, "4 0 R", "3 0 R", 1))
	raw("a content array that contains itself", catalog, tree, page, "[4 0 R 4 0 R]", font)
	raw("a stream that is its own length", catalog, tree, page, "<< /Length 4 0 R >>\nstream\nBT ET\nendstream", font)
	raw("circular references", catalog, tree, strings.Replace(page, "4 0 R", "7 0 R", 1), "8 0 R", font, form, "8 0 R", "7 0 R")
	raw("a font that is its own descendant", catalog, tree, page, shows, "<< /Type /Font /Subtype /Type0 /DescendantFonts [5 0 R] /ToUnicode 5 0 R /Encoding 5 0 R >>", form)
	raw("a page that is its own resources", catalog, tree, "<< /Type /Page /Parent 2 0 R /Resources 3 0 R /Font 3 0 R /F1 3 0 R /Contents 4 0 R >>", shows)
	raw("a page count of billions", catalog, "<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", page, shows, font, form)
	raw("a stream that is its own filter", catalog, tree, page, "<< /Length 3 /Filter 4 0 R /DecodeParms 4 0 R >>\nstream\nabc\nendstream", font, form)
	raw("an object stream that extends itself", catalog, tree, page, "<< /Type /ObjStm /N 1000000 /First 10 /Extends 4 0 R /Length 4 >>\nstream\n4 0 \nendstream", font, form)
	raw("deeply nested arrays", catalog, tree, page, content(strings.Repeat("[", 300_000)), font, form)
	raw("deeply nested dictionaries", catalog, tree, page, strings.Repeat("<< /A ", 100_000), font, form)
	raw("an endless stack of graphics states", catalog, tree, page, content(strings.Repeat("q BT /F1 9 Tf (a) Tj /X Do ", 100_000)), font, form)
	raw("billions of glyph widths", catalog, tree, page, shows, "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< /W [0 2000000000 500] >>] >>", form)

	b := &builder{objects: []string{catalog, tree, page}}
	b.stream("", strings.Repeat("(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ", 600_000), true)
	b.add("%s", font)
	b.add("%s", form)
	all["a decompression bomb of text"] = b.bytes(1, "")

	b = &builder{objects: []string{catalog, tree, page}}
	b.stream("", strings.Repeat("\x00", 40<<20), true)
	all["a decompression bomb of NULs"] = b.bytes(1, "")

	b = &builder{objects: []string{catalog, tree, page, shows}}
	b.add("<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 6 0 R >>")
	b.stream("", "1 begincodespacerange <0000> <ffff> endcodespacerange "+strings.Repeat("1 beginbfrange <0000> <ffff> <0041> endbfrange ", 100_000), true)
	all["an endless CMap"] = b.bytes(1, "")

	prev := string(twoPages(false))
	at := strings.LastIndex(prev, "xref\n0")
	all["a cross-reference table that precedes itself"] = []byte(strings.Replace(prev, "/Root", fmt.Sprintf("/Prev %d /Root", at), 1))

	var many strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&many, "%d 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n", i+1)
	}
	all["objects without a cross-reference table"] = []byte("%PDF-1.4\n" + many.String())
	return all
}

// maxResident is the maximum resident memory of a child, in bytes.
const maxResident = 256 << 20

// peakMemory waits for a process to exit and returns its peak resident memory in bytes
// (proc(5), VmHWM). It returns 0 on systems without /proc.
func peakMemory(pid int) int64 {
	most := int64(0)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return most
		}
		_, rest, ok := strings.Cut(string(b), "VmHWM:")
		if !ok { // the process has exited
			return most
		}
		var kib int64
		if _, err := fmt.Sscan(rest, &kib); err == nil {
			most = max(most, kib<<10)
		}
	}
}

func TestHostileFilesStayWithinTheLimits(t *testing.T) {
	t.Parallel()
	type testFile struct {
		name string
		body []byte
	}
	var files []testFile
	for i, b := range mutateFiles(300) {
		files = append(files, testFile{fmt.Sprintf("mutated file %d", i), b})
	}
	malformed := malformedFiles()
	if len(malformed) < 20 {
		t.Fatalf("got %d malformed files, want at least 20", len(malformed))
	}
	for name, b := range malformed {
		files = append(files, testFile{name, b})
	}
	var mu sync.Mutex
	var largest int64
	outcomes := map[string]int{}
	work := make(chan testFile)
	var wg sync.WaitGroup
	for range 2 {
		r := newTestReader(t)
		r.started = func(pid int) {
			wg.Go(func() {
				n := peakMemory(pid)
				mu.Lock()
				defer mu.Unlock()
				largest = max(largest, n)
			})
		}
		wg.Go(func() {
			for f := range work {
				start := time.Now()
				_, err := r.Read(t.Context(), f.body)
				outcome := "text"
				for _, e := range exitCodes {
					if errors.Is(err, e.err) {
						outcome = e.err.Error()
					}
				}
				if err != nil && outcome == "text" {
					t.Errorf("%s: unexpected error %v", f.name, err)
				}
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
				if testing.Verbose() && time.Since(start) > time.Second {
					t.Logf("%s: %s, %v", f.name, time.Since(start), err)
				}
			}
		})
	}
	for _, f := range files {
		work <- f
	}
	close(work)
	wg.Wait()
	t.Logf("outcomes of %d files: %v; peak memory of a child: %d MiB", len(files), outcomes, largest>>20)
	switch {
	case raceEnabled:
		t.Log("NOT CHECKED: memory of child processes, which the race detector multiplies; run without -race to check it")
	case largest > maxResident:
		t.Errorf("peak memory of a child: %d MiB, want at most %d MiB", largest>>20, maxResident>>20)
	}
	if _, err := newTestReader(t).Read(t.Context(), twoPages(true)); err != nil {
		t.Errorf("read a valid file after the hostile ones: %v", err)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(twoPages(false))
	f.Add(twoPages(true))
	for _, b := range mutateFiles(20) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := Extract(t.Context(), b)
		if err != nil && text != "" {
			t.Errorf("got text together with error %v", err)
		}
	})
}
