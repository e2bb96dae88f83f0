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

// mutateFiles are files made from clean ones by damage, the same in every run.
func mutateFiles(n int) [][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	clean := [][]byte{twoPages(false), twoPages(true)}
	words := [][]byte{[]byte("obj"), []byte("stream"), []byte("/Length"), []byte("/Kids"), []byte("/Count"), []byte("xref"), []byte("trailer"), []byte("/Root"), []byte("<<"), []byte(">>"), []byte("[")}
	var all [][]byte
	for i := range n {
		b := bytes.Clone(clean[i%2])
		for range 1 + rng.IntN(8) {
			at := rng.IntN(len(b))
			switch rng.IntN(7) {
			case 0: // a flipped byte
				b[at] ^= byte(1 << rng.IntN(8))
			case 1: // a piece is missing
				b = append(b[:at], b[min(len(b), at+rng.IntN(200)):]...)
			case 2: // a piece is there twice
				piece := bytes.Clone(b[at:min(len(b), at+rng.IntN(300))])
				b = append(b[:at], append(piece, b[at:]...)...)
			case 3: // cut off
				b = b[:max(at, 8)]
			case 4: // a number is another
				if j := bytes.IndexAny(b[at:], "0123456789"); j >= 0 {
					b[at+j] = byte('0' + rng.IntN(10))
				}
			case 5: // a keyword is gone
				b = bytes.Replace(b, words[rng.IntN(len(words))], []byte("?"), 1+rng.IntN(3))
			case 6: // a keyword is at another place
				w := words[rng.IntN(len(words))]
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

// malformedFiles are files whose objects lead in circles, or that unfold to far more than
// their bytes.
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

	raw("kids are their parent", catalog, "<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>")
	raw("parents in a circle", catalog, "<< /Type /Pages /Parent 3 0 R /Count 1 /Kids [3 0 R] >>", "<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [2 0 R] >>")
	raw("a catalog of itself", "<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] /Count 1 >>")
	raw("a form within itself", catalog, tree, page, shows, font, form)
	raw("contents are the page", catalog, tree, strings.Replace(page, "4 0 R", "3 0 R", 1))
	raw("contents are an array of itself", catalog, tree, page, "[4 0 R 4 0 R]", font)
	raw("a length that is its stream", catalog, tree, page, "<< /Length 4 0 R >>\nstream\nBT ET\nendstream", font)
	raw("references in a circle", catalog, tree, strings.Replace(page, "4 0 R", "7 0 R", 1), "8 0 R", font, form, "8 0 R", "7 0 R")
	raw("a font of itself", catalog, tree, page, shows, "<< /Type /Font /Subtype /Type0 /DescendantFonts [5 0 R] /ToUnicode 5 0 R /Encoding 5 0 R >>", form)
	raw("resources of themselves", catalog, tree, "<< /Type /Page /Parent 2 0 R /Resources 3 0 R /Font 3 0 R /F1 3 0 R /Contents 4 0 R >>", shows)
	raw("a count of billions", catalog, "<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", page, shows, font, form)
	raw("a filter of itself", catalog, tree, page, "<< /Length 3 /Filter 4 0 R /DecodeParms 4 0 R >>\nstream\nabc\nendstream", font, form)
	raw("an object stream of itself", catalog, tree, page, "<< /Type /ObjStm /N 1000000 /First 10 /Extends 4 0 R /Length 4 >>\nstream\n4 0 \nendstream", font, form)
	raw("deep arrays", catalog, tree, page, content(strings.Repeat("[", 300_000)), font, form)
	raw("deep dictionaries", catalog, tree, page, strings.Repeat("<< /A ", 100_000), font, form)
	raw("states without end", catalog, tree, page, content(strings.Repeat("q BT /F1 9 Tf (a) Tj /X Do ", 100_000)), font, form)
	raw("a width for each number", catalog, tree, page, shows, "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< /W [0 2000000000 500] >>] >>", form)

	b := &builder{objects: []string{catalog, tree, page}}
	b.stream("", strings.Repeat("(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ", 600_000), true)
	b.add("%s", font)
	b.add("%s", form)
	all["a bomb of text"] = b.bytes(1, "")

	b = &builder{objects: []string{catalog, tree, page}}
	b.stream("", strings.Repeat("\x00", 40<<20), true)
	all["a bomb of nothing"] = b.bytes(1, "")

	b = &builder{objects: []string{catalog, tree, page, shows}}
	b.add("<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 6 0 R >>")
	b.stream("", "1 begincodespacerange <0000> <ffff> endcodespacerange "+strings.Repeat("1 beginbfrange <0000> <ffff> <0041> endbfrange ", 100_000), true)
	all["a CMap without end"] = b.bytes(1, "")

	prev := string(twoPages(false))
	at := strings.LastIndex(prev, "xref\n0")
	all["a table that is before itself"] = []byte(strings.Replace(prev, "/Root", fmt.Sprintf("/Prev %d /Root", at), 1))

	var many strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&many, "%d 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n", i+1)
	}
	all["objects without a table"] = []byte("%PDF-1.4\n" + many.String())
	return all
}

// maxResident is what a child may take of the machine's memory at most.
const maxResident = 256 << 20

// peakMemory follows a process to its end, and returns the most memory that it had, in
// bytes (proc(5), VmHWM); 0 where there is no /proc.
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
		if !ok { // it has ended
			return most
		}
		var kib int64
		if _, err := fmt.Sscan(rest, &kib); err == nil {
			most = max(most, kib<<10)
		}
	}
}

func TestHostileFilesEndWithinTheirBounds(t *testing.T) {
	t.Parallel()
	type named struct {
		name string
		file []byte
	}
	var files []named
	for i, b := range mutateFiles(300) {
		files = append(files, named{fmt.Sprintf("mutant %d", i), b})
	}
	circles := malformedFiles()
	if len(circles) < 20 {
		t.Fatalf("only %d loops", len(circles))
	}
	for name, b := range circles {
		files = append(files, named{name, b})
	}
	var mu sync.Mutex
	var largest int64
	ends := map[string]int{}
	work := make(chan named)
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
				begun := time.Now()
				_, err := r.Read(t.Context(), f.file)
				end := "text"
				for _, e := range exitCodes {
					if errors.Is(err, e.err) {
						end = e.err.Error()
					}
				}
				if err != nil && end == "text" {
					t.Errorf("%s: %v is none of the errors that a caller knows", f.name, err)
				}
				mu.Lock()
				ends[end]++
				mu.Unlock()
				if testing.Verbose() && time.Since(begun) > time.Second {
					t.Logf("%s: %s, %v", f.name, time.Since(begun), err)
				}
			}
		})
	}
	for _, f := range files {
		work <- f
	}
	close(work)
	wg.Wait()
	t.Logf("%d files ended with %v, the largest child had %d MiB", len(files), ends, largest>>20)
	switch {
	case raceEnabled:
		t.Log("NOT CHECKED: the memory of children, which the race detector multiplies; run without -race for that")
	case largest > maxResident:
		t.Errorf("a child took %d MiB, more than %d", largest>>20, maxResident>>20)
	}
	if _, err := newTestReader(t).Read(t.Context(), twoPages(true)); err != nil {
		t.Errorf("after all of them a clean file: %v", err)
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
			t.Errorf("both a text and %v", err)
		}
	})
}
