package charset

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// encode returns a text in an encoding.
func encode(t *testing.T, name, text string) []byte {
	t.Helper()
	enc, _ := charset.Lookup(name)
	out, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

const (
	russian  = "Политика конфиденциальности"
	japanese = "個人情報保護方針の改定"
)

func TestPagesAreDecoded(t *testing.T) {
	t.Parallel()
	late := "<html><head><!-- <meta charset=koi8-r> " + strings.Repeat("x ", 2000) + "--><script>'<meta charset=koi8-r>'" + strings.Repeat(";", 3000) + "</script>"
	for _, c := range []struct{ name, encoding, contentType, head, text string }{
		{"a declaration after a comment and a script", "windows-1251", "text/html", late + "<meta charset=windows-1251>", russian},
		{"a Japanese encoding", "shift_jis", "", late + `<meta charset="Shift_JIS">`, japanese},
		{"http-equiv", "euc-jp", "text/html", late + `<meta http-equiv=Content-Type content="text/html; charset=euc-jp">`, japanese},
		{"malformed http-equiv", "windows-1251", "text/html", `<meta http-equiv=content-type content="charset=windows-1251;">`, russian},
		{"an unknown encoding before a known one", "windows-1251", "text/html", `<meta charset=none><meta charset=windows-1251>`, russian},
		{"the header overrides the page", "windows-1251", "text/html; charset=windows-1251", "<meta charset=utf-8>", russian},
		{"ISO 2022 escapes", "iso-2022-jp", "text/html", late + "<meta charset=iso-2022-jp>", japanese},
		{"UTF-8 with a wrong declaration", "utf-8", "text/html; charset=iso-8859-1", "<p>", "für — “alle”"},
		{"UTF-16", "utf-16le", "text/html; charset=utf-16le", "<p>", russian},
		{"nothing declared", "windows-1252", "text/html", "<p>", "Grüße — “für alle” à Noël"},
		{"nothing declared, and UTF-8", "utf-8", "", "<p>", japanese},
	} {
		if got := string(ToUTF8(encode(t, c.encoding, c.head+c.text), c.contentType)); got != c.head+c.text {
			t.Errorf("%s: ends with %q", c.name, got[max(0, len(got)-60):])
		}
	}
}

func TestOneInvalidByteDoesNotPreventUTF8(t *testing.T) {
	t.Parallel()
	page := "<p>Grüße für “alle”, \xff auch für Müller</p>"
	if got := string(ToUTF8([]byte(page), "text/html")); !strings.Contains(got, "Grüße für “alle”") || !strings.Contains(got, "Müller") {
		t.Errorf("%q", got)
	}
}

func TestByteOrderMarkIsRemoved(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"\xef\xbb\xbf<p>für", "\xff\xfe<\x00p\x00>\x00f\x00\xfc\x00r\x00", "\xef\xbb\xbf<p>f\xc3\xbcr"} {
		if got := string(ToUTF8([]byte(page), "")); got != "<p>für" {
			t.Errorf("%q gives %q", page, got)
		}
	}
}

func TestDeclarationAfterMaxMetaScanIsIgnored(t *testing.T) {
	t.Parallel()
	page := "<!--" + strings.Repeat("x", maxMetaScan) + "--><meta charset=koi8-r>f\xfcr"
	if got := string(ToUTF8([]byte(page), "")); !strings.HasSuffix(got, "für") {
		t.Errorf("ends with %q", got[len(got)-20:])
	}
}

func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("<meta charset=shift_jis>\x83\x84"), "text/html")
	f.Add([]byte("\xff\xfea\x00"), "text/html; charset=utf-16")
	f.Add([]byte("\x1b$B!!"), "text/html; charset=iso-2022-jp")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		got := ToUTF8(body, contentType)
		if len(got) > 3*len(body)+3 {
			t.Errorf("%d bytes became %d", len(body), len(got))
		}
		if utf8.Valid(body) && !strings.ContainsAny(string(body), "\x00\x1b") && string(got) != strings.TrimPrefix(string(body), "\xef\xbb\xbf") {
			t.Errorf("%q became %q", body, got)
		}
	})
}
