package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// entryOf returns the offset of the digits of the entry of an object in a cross-reference
// table.
func entryOf(t *testing.T, file []byte, number int) int {
	t.Helper()
	at := bytes.LastIndex(file, []byte("\nxref\n"))
	if at < 0 {
		t.Fatal("the file has no cross-reference table")
	}
	at += len("\nxref\n")
	at += bytes.IndexByte(file[at:], '\n') + 1
	return at + 20*number
}

func TestAWrongOffsetOfAnyObjectLosesNoText(t *testing.T) {
	t.Parallel()
	for _, valid := range [][]byte{twoPages(false), twoPages(true)} {
		for number := 1; number <= 8; number++ {
			for name, offset := range map[string]string{"later": "", "of another object": string(valid[entryOf(t, valid, 1+number%8):][:10]), "beyond the file": "0009999999", "zero": "0000000000"} {
				file := bytes.Clone(valid)
				at := entryOf(t, file, number)
				if offset == "" {
					var old int
					if _, err := fmt.Sscanf(string(file[at:at+10]), "%d", &old); err != nil {
						t.Fatal(err)
					}
					offset = fmt.Sprintf("%010d", old+7)
				}
				copy(file[at:], offset)
				if got, err := Extract(t.Context(), file); err != nil || got != twoPagesText {
					t.Errorf("offset of object %d is %s: %v\n%s", number, name, err, got)
				}
			}
		}
	}
}

func TestBytesBeforeTheHeaderLoseNoText(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"\n", "<!-- cached -->\n", "<b>Warning</b>: " + strings.Repeat("x", 900) + "\n"} {
		if got, err := Extract(t.Context(), append([]byte(before), twoPages(true)...)); err != nil || got != twoPagesText {
			t.Errorf("after %d bytes: %v\n%s", len(before), err, got)
		}
	}
}

func TestBytesAfterTheEndLoseNoText(t *testing.T) {
	t.Parallel()
	for _, after := range []string{"\n\n", "<!-- 0.3 s -->\n", strings.Repeat("<p>appended</p>\n", 300), strings.Repeat("\x00", 5000)} {
		if got, err := Extract(t.Context(), append(twoPages(true), after...)); err != nil || got != twoPagesText {
			t.Errorf("before %d bytes: %v\n%s", len(after), err, got)
		}
	}
}

func TestAWrongStreamLengthLosesNoTextSilently(t *testing.T) {
	t.Parallel()
	for _, deflate := range []bool{false, true} {
		valid := twoPages(deflate)
		for _, length := range []string{"1", "99", "99999"} {
			file := lengthPattern.ReplaceAll(valid, []byte("/Length "+length))
			if got, err := Extract(t.Context(), file); err == nil && got != twoPagesText {
				t.Errorf("length %s: %v\n%s", length, err, got)
			}
		}
	}
}

var lengthPattern = regexp.MustCompile(`/Length \d+`)

func TestAWrongOffsetOfTheTableLosesNoText(t *testing.T) {
	t.Parallel()
	valid := twoPages(true)
	i := bytes.LastIndex(valid, []byte("startxref\n")) + len("startxref\n")
	for _, offset := range []string{"12", "0", "99999999", "x"} {
		file := append(bytes.Clone(valid[:i]), offset+"\n%%EOF\n"...)
		if got, err := Extract(t.Context(), file); err != nil || got != twoPagesText {
			t.Errorf("offset %s: %v\n%s", offset, err, got)
		}
	}
}

func TestATruncatedFileLosesNoTextSilently(t *testing.T) {
	t.Parallel()
	for _, valid := range [][]byte{twoPages(false), twoPages(true)} {
		for n := len(valid) - 1; n > 100; n -= 37 {
			got, err := Extract(t.Context(), bytes.Clone(valid[:n]))
			if err == nil && got != twoPagesText {
				t.Errorf("after %d of %d bytes, the text is %q", n, len(valid), got)
			}
		}
	}
}

// objectStreamFile returns a file whose page and catalog are in an object stream, and whose
// cross-reference stream is in the wrong place.
func objectStreamFile() []byte {
	b := &builder{}
	content := b.stream("", "BT /F1 10 Tf 72 700 Td (These terms govern the service.) Tj ET", true)
	objects := []string{
		fmt.Sprintf("<< /Type /Page /Parent 4 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << %s >> >> >>", content, helvetica),
		"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		"<< /Type /Catalog /Pages 4 0 R >>",
	}
	var index, body strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&index, "%d %d ", 3+i, body.Len())
		body.WriteString(o + " ")
	}
	b.stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d", len(objects), index.Len()), index.String()+body.String(), true)
	file := b.bytes(5, "")
	return append(file[:bytes.LastIndex(file, []byte("xref\n0"))], "startxref\n17\n%%EOF\n"...)
}

func TestObjectsOfObjectStreamsAreFoundByScanning(t *testing.T) {
	t.Parallel()
	if got, err := Extract(t.Context(), objectStreamFile()); err != nil || got != "These terms govern the service." {
		t.Errorf("%q, %v", got, err)
	}
}

func TestMissingContentIsReported(t *testing.T) {
	t.Parallel()
	valid := string(twoPages(false))
	for name, file := range map[string]string{
		"a missing content stream": strings.Replace(valid, "/Contents 3 0 R", "/Contents 99 0 R", 1),
		"a missing page":           strings.Replace(valid, "/Kids [4 0 R", "/Kids [98 0 R", 1),
	} {
		if file == valid {
			t.Fatalf("%s: the file is not changed", name)
		}
		if got, err := Extract(t.Context(), []byte(file)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestErrorsContainNoReportOfTheRuntime(t *testing.T) {
	t.Parallel()
	exit := exec.Command("sh", "-c", "exit 2").Run()
	err := childError(exit, "panic: runtime error: index out of range [3] with length 2\n\ngoroutine 1 [running]:")
	if !errors.Is(err, ErrMalformed) || strings.Contains(err.Error(), "runtime") || strings.Contains(err.Error(), "goroutine") {
		t.Errorf("%v", err)
	}
	for _, file := range mutateFiles(60) {
		if _, err := Extract(t.Context(), file); err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Errorf("%v", err)
		}
	}
}

func TestTextStringsAreDecoded(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Caf\xe9 \x84 \x8dquoted\x8e \xa0 5":       "Café — “quoted” € 5",
		"\xfe\xff\x00C\x00a\x00f\x00\xe9":          "Café",
		"\xef\xbb\xbfCafé":                         "Café",
		"\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e": "ŁŒŠŸŽıłœšž",
	} {
		if got := decodeTextString(in); got != want {
			t.Errorf("%q is decoded as %q, want %q", in, got, want)
		}
	}
}
