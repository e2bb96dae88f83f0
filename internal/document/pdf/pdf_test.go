package pdf

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Arguments that make the test binary act as a child process: one that reads PDF files, and
// several that never finish, each of which is ended by a different limit.
const (
	childArgument      = "pdf-text"
	childSpins         = "pdf-spins"
	childIgnoresSignal = "pdf-ignores-signal"
	childHangs         = "pdf-hangs"
	childIsOrphan      = "pdf-is-orphan"
)

// childTimeout ends children whose limits do not work, so that a failed test leaves no
// processes behind.
const childTimeout = 10 * time.Minute

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case childArgument:
			os.Exit(Serve(os.Stdin, os.Stdout, os.Stderr))
		case childSpins:
			os.Exit(serveWithLimits(time.Second, childTimeout, spinningInput{}, os.Stdout, os.Stderr))
		case childIgnoresSignal:
			os.Exit(serveWithLimits(time.Second, childTimeout, signalIgnoringInput{}, os.Stdout, os.Stderr))
		case childHangs:
			os.Exit(serveWithLimits(time.Hour, childTimeout, hangingInput{}, os.Stdout, os.Stderr))
		case childIsOrphan:
			os.Exit(serveWithLimits(time.Hour, time.Millisecond, hangingInput{}, os.Stdout, os.Stderr))
		}
	}
	os.Exit(m.Run())
}

// Inputs that never end. They simulate a parser that hangs: one uses the CPU, one also
// ignores the signal that the CPU limit sends, and one blocks.
type (
	spinningInput       struct{}
	signalIgnoringInput struct{ spinningInput }
	hangingInput        struct{}
)

func (spinningInput) Read([]byte) (int, error) {
	for n := 1; ; n++ {
		if n == 0 { // reached only after an overflow
			return 0, io.EOF
		}
	}
}

func (d signalIgnoringInput) Read(b []byte) (int, error) {
	signal.Ignore(syscall.SIGXCPU)
	return d.spinningInput.Read(b)
}

func (hangingInput) Read([]byte) (int, error) { select {} }

func newTestReader(t testing.TB) *Reader {
	t.Helper()
	return newReaderWithChild(t, childArgument)
}

func newReaderWithChild(t testing.TB, argument string) *Reader {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return NewReader(self, argument)
}

const twoPagesText = `# Terms of Service

## 1. Scope

These terms govern the use of the services of Example Ltd by every customer that has an account with us, whether it pays or not, and they hold from the day on which it accepts them.

They have been in force since the first of January; the customer is told of each change before it is made and may end the contract within thirty days of the notice that we then send to the address that the customer has given us.

- name and address

- café orders (all of them)

## 2. Liability

We are liable without limit for intent and gross negligence.`

func TestReadReturnsTheTextOfAFile(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{"plain": twoPages(false), "compressed": twoPages(true)} {
		got, err := newTestReader(t).Read(t.Context(), file)
		if err != nil || got != twoPagesText {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func extract(t *testing.T, b []byte) string {
	t.Helper()
	s, err := Extract(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// onePage returns a file of one page with the given fonts, further resources and content.
func onePage(b *builder, fonts, more, content string) []byte {
	c := b.stream("", content, false)
	tree := len(b.objects) + 2
	n := b.add("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << %s >> %s >> >>", tree, c, fonts, more)
	b.add("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", n)
	return b.bytes(b.add("<< /Type /Catalog /Pages %d 0 R >>", tree), "")
}

const helvetica = "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"

func TestGapsBetweenGlyphsSeparateWords(t *testing.T) {
	t.Parallel()
	got := extract(t, onePage(&builder{}, helvetica, "", `BT /F1 10 Tf 72 700 Td [(The)-300(con)20(tract)-280(ends.)] TJ 0 -12 Td (W) Tj 9.4 0 Td (e) Tj 8 0 Td (agree.) Tj ET`))
	if want := "The contract ends. We agree."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFontsMapGlyphsByCMapAndByName(t *testing.T) {
	t.Parallel()
	b := &builder{}
	cmap := b.stream("", `/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange
2 beginbfchar <0001> <00480069> <0002> <D83DDE00> endbfchar
2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<00DF> <4E2D>] endbfrange endcmap`, true)
	fonts := "/F1 << /Type /Font /Subtype /Type0 /BaseFont /Sub /Encoding /Identity-H /ToUnicode " + itoa(cmap) + ` 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Sub /DW 500 /W [1 [600 700] 16 18 400] >>] >>
/F2 << /Type /Font /Subtype /Type1 /BaseFont /Odd /FirstChar 1 /LastChar 6 /Widths [500 500 500 500 500 500] /Encoding << /Differences [1 /fi /eacute /quoteright /uni0416 /afii10017 /Lslash] >> >>`
	got := extract(t, onePage(b, fonts, "", `BT /F1 10 Tf 72 700 Td <00010002001000110012> Tj <00200021> Tj /F2 10 Tf 0 -40 Td (\001\002\003\004\005\006) Tj ET`))
	if want := "Hi😀abcß中\n\nfié’ЖАŁ"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestExtractHandlesFormsArtifactsAndActualText(t *testing.T) {
	t.Parallel()
	b := &builder{}
	form := b.stream("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Matrix [1 0 0 1 0 100] /Resources << /Font << "+helvetica+" >> >>", `BT /F1 10 Tf 72 500 Td (Inside a form.) Tj ET`, true)
	got := extract(t, onePage(b, helvetica, "/XObject << /X1 "+itoa(form)+" 0 R >>", `/Artifact BMC BT /F1 10 Tf 72 800 Td (Confidential) Tj ET EMC
BT /F1 10 Tf 72 700 Td (An agree) Tj /Span << /ActualText <FEFF00AD> >> BDC (-) Tj EMC 0 -12 Td (ment of both parties.) Tj ET
q 1 0 0 1 0 0 cm /X1 Do Q
BI /W 1 /H 1 /BPC 8 /CS /G ID x(Tj EI
q 0.7 0.7 -0.7 0.7 200 200 cm BT /F1 40 Tf (DRAFT) Tj ET Q`))
	if want := "An agreement of both parties.\n\nInside a form."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestReadReportsFilesWithoutText(t *testing.T) {
	t.Parallel()
	image := onePage(&builder{}, helvetica, "", "q 500 0 0 700 50 50 cm /Im0 Do Q")
	if _, err := newTestReader(t).Read(t.Context(), image); !errors.Is(err, ErrNoText) {
		t.Errorf("an image: got error %v, want %v", err, ErrNoText)
	}
}

func TestReadReportsEncryptedFiles(t *testing.T) {
	t.Parallel()
	b := &builder{}
	// The keys belong to no known password.
	key := strings.Repeat("5a", 32)
	enc := b.add("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s> >>", key, key)
	tree := len(b.objects) + 2
	page := b.add("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] >>", tree)
	b.add("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", page)
	file := b.bytes(b.add("<< /Type /Catalog /Pages %d 0 R >>", tree), "/Encrypt "+itoa(enc)+" 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]")
	if _, err := newTestReader(t).Read(t.Context(), file); !errors.Is(err, ErrEncrypted) {
		t.Errorf("got error %v, want %v", err, ErrEncrypted)
	}
}

func TestReadReportsMalformedAndTooLargeFiles(t *testing.T) {
	t.Parallel()
	r := newTestReader(t)
	for _, b := range [][]byte{nil, []byte("%PDF-1.7\n"), []byte("no PDF at all")} {
		if _, err := r.Read(t.Context(), b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", b, err)
		}
	}
	if _, err := r.Read(t.Context(), make([]byte, MaxBytes+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestReadFailsIfItIsCancelledOrCannotStartAChild(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newTestReader(t).Read(ctx, twoPages(true)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := NewReader("/nonexistent/program").Read(t.Context(), twoPages(true)); err == nil || errors.Is(err, ErrMalformed) {
		t.Errorf("a child that can't be started: %v", err)
	}
}

func TestChildThatNeverFinishesIsEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		child string
		limit time.Duration
	}{
		"by its CPU time":                         {childSpins, time.Hour},
		"by the kernel, if it ignores the signal": {childIgnoresSignal, time.Hour},
		"by its parent, if it uses no CPU time":   {childHangs, 100 * time.Millisecond},
		"by itself, if it has no parent":          {childIsOrphan, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReaderWithChild(t, c.child)
			r.maxCPU, r.maxTime = time.Second, c.limit
			if _, err := r.Read(t.Context(), twoPages(false)); !errors.Is(err, ErrTooSlow) {
				t.Errorf("got error %v, want %v", err, ErrTooSlow)
			}
		})
	}
}
