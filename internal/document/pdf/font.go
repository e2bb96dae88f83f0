package pdf

import (
	"strings"
	"unicode/utf8"

	corefont "github.com/pdfcpu/pdfcpu/pkg/font"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// font turns the codes of a string into letters and widths.
type font struct {
	bold      bool
	composite bool // codes of two bytes, mostly
	unicode   *cmap
	simple    [256]string       // letters of one-byte codes
	legacy    encoding.Encoding // of a composite font with a predefined CMap
	widths    map[uint32]float64
	otherwise float64 // width of codes that widths lacks; in thousandths of the size
	seen      map[uint32]string
}

// glyph is one code of a string.
type glyph struct {
	text  string
	width float64 // in units of the size
	space bool    // the single byte 32, which word spacing applies to
}

// font is the font that a resource names.
func (f *file) font(o types.Object) *font {
	id := -1
	if r, ok := o.(types.IndirectRef); ok {
		id = r.ObjectNumber.Value()
		if known := f.fonts[id]; known != nil {
			return known
		}
	}
	d := f.dict(o)
	t := &font{widths: map[uint32]float64{}, otherwise: 500, seen: map[uint32]string{}}
	if d != nil {
		f.readFont(t, d)
	}
	if id >= 0 {
		f.fonts[id] = t
	}
	return t
}

func (f *file) readFont(t *font, d types.Dict) {
	if b := f.stream(d["ToUnicode"]); b != nil {
		t.unicode = readCMap(b)
	}
	base := f.name(d["BaseFont"])
	t.bold = boldName(base)
	if f.name(d["Subtype"]) == "Type0" {
		f.readComposite(t, d)
		return
	}
	descriptor := f.dict(d["FontDescriptor"])
	f.readEncoding(t, d["Encoding"])
	if w, ok := f.number(descriptor["MissingWidth"]); ok {
		t.otherwise = w
	}
	scale := 1.0
	if m, ok := f.deref(d["FontMatrix"]).(types.Array); ok && len(m) > 0 { // Type 3
		if a, ok := f.number(m[0]); ok && a > 0 {
			scale = a * 1000
		}
	}
	first, _ := f.number(d["FirstChar"])
	widths, ok := f.deref(d["Widths"]).(types.Array)
	for i, o := range widths[:min(len(widths), 256)] {
		if w, ok := f.number(o); ok {
			t.widths[uint32(int(first)+i)] = w * scale
		}
	}
	if !ok {
		t.coreWidths(base)
	}
}

func boldName(name string) bool {
	name = strings.ToLower(name)
	for _, w := range []string{"bold", "black", "heavy", "semibd", "demi", ",bd", "-bd"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// coreWidths are those of the fourteen fonts that need not be described.
func (t *font) coreWidths(base string) {
	if !corefont.IsCoreFont(base) {
		return
	}
	for c := 32; c < 256; c++ {
		r, _ := utf8.DecodeRuneInString(t.simple[c])
		if w, err := corefont.CharWidth(base, r); err == nil && w > 0 {
			t.widths[uint32(c)] = float64(w)
		}
	}
}

// readEncoding fills the letters of a simple font (9.6.6).
func (f *file) readEncoding(t *font, o types.Object) {
	table := charmap.Windows1252
	var differences types.Array
	switch e := f.deref(o).(type) {
	case types.Name:
		if e == "MacRomanEncoding" {
			table = charmap.Macintosh
		}
	case types.Dict:
		if f.name(e["BaseEncoding"]) == "MacRomanEncoding" {
			table = charmap.Macintosh
		}
		differences, _ = f.deref(e["Differences"]).(types.Array)
	}
	for c := range 256 {
		if r := table.DecodeByte(byte(c)); r >= ' ' && r != '\ufffd' {
			t.simple[c] = string(r)
		}
	}
	at := 0
	for _, o := range differences[:min(len(differences), 1024)] {
		switch v := f.deref(o).(type) {
		case types.Integer:
			at = int(v)
		case types.Name:
			if at >= 0 && at < 256 {
				t.simple[at] = glyphText(string(v))
			}
			at++
		}
	}
}

// predefined are the CMaps that PDF knows by name (9.7.5.2) whose codes an
// encoding can read.
var predefined = []struct {
	part string
	enc  encoding.Encoding
}{
	{"UCS2", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"UTF16", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"RKSJ", japanese.ShiftJIS},
	{"GBK", simplifiedchinese.GBK},
	{"GBpc", simplifiedchinese.GBK},
	{"GB-EUC", simplifiedchinese.GBK},
	{"KSC", korean.EUCKR},
	{"B5", traditionalchinese.Big5},
	{"EUC-H", japanese.EUCJP},
}

func (f *file) readComposite(t *font, d types.Dict) {
	t.composite, t.otherwise = true, 1000
	encodingName := f.name(d["Encoding"])
	if t.unicode == nil {
		for _, p := range predefined {
			if strings.Contains(encodingName, p.part) {
				t.legacy = p.enc
				break
			}
		}
	}
	kids, _ := f.deref(d["DescendantFonts"]).(types.Array)
	if len(kids) == 0 {
		return
	}
	kid := f.dict(kids[0])
	t.bold = t.bold || boldName(f.name(kid["BaseFont"]))
	if w, ok := f.number(kid["DW"]); ok {
		t.otherwise = w
	}
	w, _ := f.deref(kid["W"]).(types.Array)
	for i := 0; i+1 < len(w) && len(t.widths) < maxMapped; {
		first, _ := f.number(w[i])
		if list, ok := f.deref(w[i+1]).(types.Array); ok {
			for j, o := range list {
				v, _ := f.number(o)
				t.widths[uint32(int(first)+j)] = v
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, _ := f.number(w[i+1])
		v, _ := f.number(w[i+2])
		for c := int(first); c <= int(last) && len(t.widths) < maxMapped; c++ {
			t.widths[uint32(c)] = v
		}
		i += 3
	}
}

// glyphs calls yield for each code of a string.
func (t *font) glyphs(s string, yield func(glyph)) {
	for len(s) > 0 {
		n := 1
		if t.composite {
			n = t.codeLength(s)
		}
		c := s[:n]
		s = s[n:]
		g := glyph{text: t.letters(c), width: t.otherwise / 1000, space: n == 1 && c == " "}
		if w, ok := t.widths[code(c)]; ok {
			g.width = w / 1000
		}
		yield(g)
	}
}

func (t *font) codeLength(s string) int {
	switch {
	case t.unicode != nil:
		return t.unicode.length(s, 2)
	case t.legacy != nil && s[0] < 0x80 && t.legacy != predefined[0].enc && t.legacy != predefined[1].enc:
		return 1
	}
	return min(2, len(s))
}

// letters are what one code shows; empty where the font does not say.
func (t *font) letters(c string) string {
	k := key(c)
	if known, ok := t.seen[k]; ok {
		return known
	}
	s := ""
	switch {
	case t.unicode != nil:
		var ok bool
		if s, ok = t.unicode.lookup(c); !ok && !t.composite {
			s = t.simple[c[0]]
		}
	case t.legacy != nil:
		if d, err := t.legacy.NewDecoder().String(c); err == nil {
			s = d
		}
	case !t.composite:
		s = t.simple[c[0]]
	}
	s = tidy(s)
	if len(t.seen) < maxMapped {
		t.seen[k] = s
	}
	return s
}

// tidy makes the letters of presentation forms plain, and drops what shows nothing.
func tidy(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\t':
			return ' '
		case r == 0xf0b7 || r == 0xf0a7 || r == 0xf0d8 || r == 0xf076 || r == 0xf0fc: // bullets of Symbol and Wingdings
			return '•'
		case r < ' ' || r == '\ufffd' || r == '\ufeff' || r >= 0xe000 && r < 0xf900:
			return -1
		}
		return r
	}, ligatures.Replace(s))
}

var ligatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st")
